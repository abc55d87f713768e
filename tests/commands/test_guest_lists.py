"""Inviting everybody on a list, and whoever has a link."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import partial

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session
from sqlalchemy import func, select, update

from plein_bot.actions.invitations import Wish, make_link
from plein_bot.domain import invitations as rules
from plein_bot.domain.ids import EventId
from plein_bot.domain.mails import MailState
from plein_bot.index import invitations, mails
from plein_bot.index.database import Index
from plein_bot.index.tables.ledger import MailRow
from tests.commands.test_interruptions import attended, last, typed
from tests.commands.test_invitations import letters, poelenburg
from tests.fakes.interruptions import Deed, Squares, survives_every_interruption
from tests.fakes.media import MediaRepository
from tests.fakes.square import PLEIN, Square
from tests.mail.test_mailer import free_port, mailing

LIST = b"naam;e-mail\r\nAnne Bos;anne@voorbeeld.example\r\nBo;bo@voorbeeld.example\r\nCas;cas@\r\n"


async def sent(square: Square, data: bytes = LIST, name: str = "lijst.csv") -> EventId:
    """Sanne sends a list in her direct chat, and is asked what to do with it."""
    await square.sanne.asks("hulp")
    event = await square.sanne.sends_file(square.sanne.chat, name, data, "text/csv")
    await square.sanne.is_answered(square.sanne.chat, event)
    return event


async def test_a_list_invites_whoever_is_on_it_after_a_yes(square: Square) -> None:
    await poelenburg(square)
    await sent(square)
    assert "plek" in await square.sanne.asks("1")
    assert "Persoonlijke tekst?" in await square.sanne.asks("poelenburg")
    preview = await square.sanne.asks("Fijn dat u meedenkt")
    assert "Ik lees 2 adressen." in preview
    assert "Per mail 2 personen, naar Poelenburg/Publiek (openbaar: iedereen leest mee)" in preview
    assert "Regel 4, “Cas;cas@”: “cas@” is geen e-mailadres." in preview
    assert await letters(square) == []

    told = await square.sanne.asks("ja")

    assert told.startswith("2 uitnodigingen verstuurd")
    assert "Regel 4" in told
    assert [mail.address for mail in await letters(square)] == [
        "anne@voorbeeld.example",
        "bo@voorbeeld.example",
    ]
    assert "Anne Bos (anne@voorbeeld.example)" in await square.sanne.asks("uitnodigingen")


async def test_a_reply_to_a_list_says_where_to(square: Square) -> None:
    await poelenburg(square)
    event = await sent(square)
    chat = square.sanne.chat
    asked = await square.sanne.replies(chat, event, "uitnodigen poelenburg --tekst Welkom")
    preview = (await square.sanne.is_answered(chat, asked))["content"]["body"]
    assert "Uw tekst: “Welkom”" in preview

    assert (await square.sanne.asks("ja")).startswith("2 uitnodigingen verstuurd")


async def test_many_lines_that_are_left_out_come_back_as_a_list(square: Square) -> None:
    await poelenburg(square)
    bad = b"\r\n".join(b"geen adres %d" % number for number in range(6))
    await sent(square, LIST + bad)
    for line in ("1", "poelenburg", "overslaan"):
        await square.sanne.asks(line)

    told = await square.sanne.asks("ja")

    assert "7 regels zijn overgeslagen. Ze staan in de CSV hierboven" in told
    timeline = square.homeserver.room(square.sanne.chat).timeline
    names = [raw["content"].get("filename") or raw["content"].get("body") for raw in timeline]
    assert "overgeslagen regels.csv" in names


async def test_a_workbook_is_not_read(square: Square) -> None:
    await poelenburg(square)
    await sent(square, b"PK\x03\x04", "lijst.xlsx")
    await square.sanne.asks("1")

    assert "Kies in Excel Opslaan als" in await square.sanne.asks("poelenburg")


async def test_a_list_that_is_interrupted_mails_everybody_once(squares: Squares) -> None:
    async def scene(square: Square) -> Deed:
        await poelenburg(square)
        await typed(square, "hulp")
        await attended(square)
        await square.sanne.sends_file(square.sanne.chat, "lijst.csv", LIST, "text/csv")
        for line in ("1", "poelenburg", "overslaan", "ja"):
            await typed(square, line)
        return await last(square)

    await survives_every_interruption(squares, scene)


async def all_due(index: Index) -> int:
    """Time passes: every mail that waits is due now; how many there are."""
    queued = MailRow.state == MailState.QUEUED
    async with index.session() as session:
        await session.execute(update(MailRow).where(queued).values(due_at=MailRow.written_at))
    index.announce()
    async with index.reading() as session:
        return await session.scalar(select(func.count()).select_from(MailRow).where(queued)) or 0


@pytest.mark.chaos
async def test_a_long_list_is_mailed_once_while_the_mail_server_stops_twice(
    square: Square,
) -> None:
    """Five thousand lines in `make chaos`, and elsewhere as many as take no time."""
    lines = 5000 if os.environ.get("PLEIN_CHAOS") else 600
    await poelenburg(square)
    good = [f"n{number}@voorbeeld.example" for number in range(lines - 50)]
    bad = [f"fout {number}" for number in range(50)]
    await sent(square, "\r\n".join([*good[:200], *bad, *good[200:]]).encode())
    for line in ("1", "poelenburg", "overslaan"):
        await square.sanne.asks(line)

    told = await square.sanne.asks("ja")

    assert told.startswith(f"{len(good)} uitnodigingen verstuurd")
    assert "50 regels zijn overgeslagen" in told
    port = free_port()
    got: list[str] = []
    async with mailing(square.index, port):
        for stops_after in (lines // 3, lines // 3, None):
            async with stopping(port, stops_after, got):
                await all_due(square.index)
                async with asyncio.timeout(100):
                    await square.index.until(partial(is_away, square.index, stops_after))
    assert sorted(got) == sorted(good)
    overview = await square.sanne.asks("uitnodigingen poelenburg")
    assert f"1 tot en met {len(good)} voor Poelenburg/Publiek: {len(good)} verstuurd" in overview


@asynccontextmanager
async def stopping(port: int, after: int | None, got: list[str]) -> AsyncIterator[None]:
    """A mail server that takes so many mails, and then answers nothing more."""
    taken = 0

    class Handler:
        async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
            nonlocal taken
            if taken == after:
                assert isinstance(server.transport, asyncio.Transport)
                server.transport.abort()
                listening.close()
                return "421 Going down"
            taken += 1
            got.extend(envelope.rcpt_tos)
            return "250 OK"

    loop = asyncio.get_running_loop()
    listening = await loop.create_server(lambda: SMTP(Handler(), loop=loop), "127.0.0.1", port)
    try:
        yield
    finally:
        listening.close()
        await listening.wait_closed()


async def is_away(index: Index, stops: int | None) -> bool:
    """Whether what is left waits for another try, because the server does not answer."""
    due = await mails.next_due(index)
    return due is None if stops is None else due is not None and due > datetime.now(UTC)


async def test_a_link_comes_with_its_code_and_is_said_once(square: Square) -> None:
    subsite = await poelenburg(square)
    told = await square.sanne.asks("uitnodigen link poelenburg --keer 20")
    token = told.partition("/i/")[2].split()[0]

    assert "20 personen kunnen ermee binnenkomen" in told
    found = await invitations.of_token(square.index, token)
    assert found
    assert found.place == subsite.room
    timeline = square.homeserver.room(square.sanne.chat).timeline
    sent = [raw for raw in timeline if raw["sender"] == PLEIN.bot and "url" in raw["content"]]
    assert [raw["content"]["info"]["mimetype"] for raw in sent] == ["image/png", "image/svg+xml"]
    await square.sanne.asks("hulp")
    assert await invitations.unsaid(square.index, found.number) is None
    overview = await square.sanne.asks("uitnodigingen poelenburg")
    assert "wie de link heeft · verstuurd · 0 van 20 keer gebruikt" in overview
    assert token not in overview
    # It was never mailed, so nobody is told how to mail it again.
    assert "opnieuw mailen" not in overview


async def test_an_interrupted_link_is_one_link(
    squares: Squares, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Else what is said were different each time.
    monkeypatch.setattr(rules, "new_token", lambda: "always-the-same")
    # What was stored and not sent is stored anew, at another address; nobody knows of the first.
    monkeypatch.setattr(MediaRepository, "keep", lambda _, data: f"mxc://plein.test/{len(data)}")

    async def scene(square: Square) -> Deed:
        await poelenburg(square)
        await typed(square, "uitnodigen link poelenburg")
        return await last(square)

    await survives_every_interruption(squares, scene)


async def test_the_link_that_was_made_first_is_said(square: Square) -> None:
    subsite = await poelenburg(square)
    standing = await square.standing(square.sanne, subsite)
    wish = Wish("", "nl", datetime.now(UTC) + rules.LASTS)

    (made, token), (same, again) = [
        await make_link(square.by(square.sanne), standing, wish, 1) for _ in range(2)
    ]

    assert (same, again) == (made, token)
    await invitations.said(square.index, made.number)
    assert (await make_link(square.by(square.sanne), standing, wish, 1))[1] == ""
