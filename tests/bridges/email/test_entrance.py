"""The door itself, over real connections: what is answered to which mail server."""

import asyncio
import smtplib
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from email import message_from_bytes, policy

import pytest
from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import SMTP

from bridges.email import confirming, entrance
from bridges.email.store import letters
from tests.bridges.email.fakes import FakeHomeserver
from tests.bridges.email.test_interruptions import (
    BOT,
    DOMAIN,
    JAN,
    TRUUS,
    Bridge,
    letter,
    meets,
    receives,
    started,
)

MAIL = f"From: {JAN}\r\nMessage-ID: <1@buiten.example>\r\nSubject: Hoi\r\n\r\nHallo.\r\n"


@pytest.fixture
async def bridge(url: str) -> AsyncIterator[Bridge]:
    homeserver = FakeHomeserver(BOT)
    homeserver.room("zaanstreek.publiek", "publiek")
    homeserver.room("zaanstreek.werk", "werk")
    async with started(url, homeserver) as bridge:
        yield bridge


@asynccontextmanager
async def listening(bridge: Bridge, kind: type[SMTP]) -> AsyncIterator[int]:
    loop = asyncio.get_running_loop()

    def protocol() -> SMTP:
        return kind(bridge.entrance, loop=loop, data_size_limit=1000)

    server = await loop.create_server(protocol, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        await server.wait_closed()


async def outside(do: Callable[[], object]) -> object:
    return await asyncio.to_thread(do)


async def test_each_recipient_has_an_answer_and_what_comes_twice_is_one(bridge: Bridge) -> None:
    forged = [f"{one}@{DOMAIN}" for one in ("r+geraden-xyz", "c+1-geraden", "b+mail_x-5121-g")]
    to = [f"zaanstreek@{DOMAIN}", f"zaanstreek+werk@{DOMAIN}", *forged]

    def brings() -> object:
        lmtp = smtplib.LMTP("127.0.0.1", port)
        try:
            refused = lmtp.sendmail(JAN, to, MAIL)
            # The library reads one answer only; that of the second place comes behind it.
            assert lmtp.getreply()[0] == 250
            return refused
        finally:
            lmtp.close()

    async with listening(bridge, LMTP) as port:
        refused = await outside(brings)
        await outside(brings)

    assert isinstance(refused, dict)
    assert {address: answer[0] for address, answer in refused.items()} == dict.fromkeys(forged, 550)
    async with bridge.store.session() as session:
        assert await letters.counted(session) == {"new": 2}


async def test_what_is_too_large_is_refused_before_it_is_sent(bridge: Bridge) -> None:
    def brings() -> object:
        with (
            smtplib.SMTP("127.0.0.1", port) as smtp,
            pytest.raises(smtplib.SMTPSenderRefused) as refused,
        ):
            smtp.sendmail(JAN, f"zaanstreek@{DOMAIN}", MAIL + "x" * 2000)
        return refused.value.smtp_code

    async with listening(bridge, SMTP) as port:
        assert await outside(brings) == 552


async def test_who_cannot_store_a_mail_asks_for_it_again(
    bridge: Bridge, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def full(*_: object) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(letters, "keep", full)

    def brings() -> object:
        with (
            smtplib.SMTP("127.0.0.1", port) as smtp,
            pytest.raises(smtplib.SMTPDataError) as refused,
        ):
            smtp.sendmail(JAN, f"zaanstreek@{DOMAIN}", MAIL)
        return refused.value.smtp_code

    async with listening(bridge, SMTP) as port:
        assert await outside(brings) == 451


async def test_what_has_no_sender_is_said_nowhere_and_used_up_by_nobody(bridge: Bridge) -> None:
    await meets(bridge, JAN)
    bridge.entrance = replace(bridge.entrance, hourly=1)

    def brings() -> None:
        with smtplib.SMTP("127.0.0.1", port) as smtp:
            for one in (1, 2):
                smtp.sendmail("", f"zaanstreek@{DOMAIN}", MAIL.replace("<1@", f"<{one}@"))

    async with listening(bridge, SMTP) as port:
        await outside(brings)
    await bridge.works()

    assert bridge.homeserver.rooms["!zaanstreek.publiek"].events == []
    assert await bridge.queued() == []


async def test_a_large_mail_goes_to_fewer_places_at_once(
    bridge: Bridge, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(entrance, "_MOST_BYTES", len(MAIL) * 2)
    to = [f"zaanstreek+{place}@{DOMAIN}" for place in ("werk", "wonen", "welzijn")]

    def brings() -> None:
        with smtplib.SMTP("127.0.0.1", port) as smtp:
            assert list(smtp.sendmail(JAN, to, MAIL)) == to[2:]
            # Who announces nothing hears it when it is known.
            smtp.does_esmtp = False
            with pytest.raises(smtplib.SMTPDataError) as refused:
                smtp.sendmail(JAN, to, MAIL)
            assert refused.value.smtp_code == 452

    async with listening(bridge, SMTP) as port:
        await outside(brings)
    async with bridge.store.session() as session:
        assert await letters.counted(session) == {"new": 2}


async def test_nobody_is_sent_mail_because_others_write_in_their_name(bridge: Bridge) -> None:
    bridge.entrance = replace(bridge.entrance, hourly=60)
    missing = [f"verborgen{number}@{DOMAIN}" for number in range(55)]

    def brings(sender: str, to: list[str], mail: str) -> dict[str, tuple[int, bytes]]:
        with smtplib.SMTP("127.0.0.1", port) as smtp:
            return smtp.sendmail(sender, to, mail)

    async with listening(bridge, SMTP) as port:
        refused = await asyncio.to_thread(brings, JAN, missing, MAIL)
        assert {code for code, _ in refused.values()} == {452}
        assert len(refused) == 5
        with pytest.raises(smtplib.SMTPDataError) as too_much:
            await asyncio.to_thread(brings, "x@kwaad.example", missing[:11], MAIL)
        assert too_much.value.smtp_code == 450
        await bridge.works()
        assert await bridge.queued() == [], "a stranger is told nothing about no place"

        subject = "Subject: Win! http://kwaad.nl/x kwaad.nl " + "a " * 100
        content = MAIL.replace("<1@", "<3@").replace("Subject: Hoi", subject)
        await asyncio.to_thread(brings, JAN, [f"zaanstreek@{DOMAIN}"], content)
    await bridge.works()
    (asked,) = await bridge.queued()
    text = message_from_bytes(asked.content, policy=policy.default).get_content()
    (line,) = [one for one in text.splitlines() if one.startswith("Onderwerp")]
    assert line.startswith("Onderwerp: Win! … … a a")
    assert len(line) < 95


async def test_of_no_place_hears_who_is_known_to_have_written_and_not_endlessly(
    bridge: Bridge,
) -> None:
    await meets(bridge, JAN)
    bridge.post = replace(bridge.post, authserv_id="mx.x")
    found = {"Authentication-Results": "mx.x; dmarc=pass header.from=buiten.example"}
    missing = f"verborgen@{DOMAIN}"

    await receives(bridge, "onbekend@buiten.example", missing, letter("Hallo"))
    await receives(bridge, TRUUS, missing, letter("Hallo", id="<2@x>", **found))
    for number in range(10, 22):
        await receives(bridge, JAN, missing, letter("Hallo", id=f"<{number}@x>", **found))
    await bridge.works()

    told = Counter(mail.recipient for mail in await bridge.queued())
    assert told == {TRUUS: 1, JAN: 10}


async def test_who_writes_in_many_names_does_not_make_us_write_to_all(
    bridge: Bridge, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(confirming, "_ALL_QUESTIONS", 2)
    place = f"zaanstreek@{DOMAIN}"

    for name in ("een", "twee", "drie"):
        await receives(bridge, f"{name}@buiten.example", place, letter("Hallo"))
    await bridge.works()

    async with bridge.store.session() as session:
        assert await letters.counted(session) == {"unconfirmed": 2, "new": 1}
    assert len(await bridge.queued()) == 2
