"""Outgoing mail against a real mail server that takes, puts off or refuses."""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from aiosmtpd.smtp import SMTP

from plein_bot.demo import mailboxes
from plein_bot.domain.mails import PATIENCE, Mail, next_try
from plein_bot.index import mails
from plein_bot.index.database import Index
from plein_bot.mail.mailer import AtLast, Mailer, Relay, _as_they_are

NOW = datetime(2026, 3, 29, 1, 30, tzinfo=UTC)


def mail(cause: str = "a", written_at: datetime | None = None) -> Mail:
    return Mail(
        cause,
        "sanne@zaanstad.example",
        "Uw code voor Plein: 123456",
        "Uw code is 123456 – typ hem in.",
        f"<{cause}@plein.example>",
        written_at or datetime.now(UTC),
    )


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@asynccontextmanager
async def mailing(index: Index, port: int, at_last: AtLast = _as_they_are) -> AsyncIterator[None]:
    relay = Relay("127.0.0.1", port, "none", "plein@plein.example", "Plein")
    task = asyncio.create_task(Mailer(index, relay, at_last).run())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait([task])


@asynccontextmanager
async def refusing(port: int, answer: str) -> AsyncIterator[list[str]]:
    """A mail server that answers every recipient so; who was asked for is kept."""
    asked: list[str] = []

    class Handler:
        async def handle_RCPT(self, *arguments: object) -> str:
            asked.append(str(arguments[3]))
            return answer

    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(Handler(), loop=loop), "127.0.0.1", port)
    try:
        yield asked
    finally:
        server.close()
        await server.wait_closed()


async def ended(index: Index) -> bool:
    return await mails.next_due(index) is None


async def until(index: Index, condition: Callable[[Index], Awaitable[bool]]) -> None:
    async with asyncio.timeout(60):
        await index.until(lambda: condition(index))


async def test_a_mail_goes_out_as_it_was_written(index: Index) -> None:
    port = free_port()
    async with mailboxes.running(port) as mailbox, mailing(index, port):
        await mails.queue(index, mail())
        got = await mailbox.to("sanne@zaanstad.example")

    assert got["Subject"] == "Uw code voor Plein: 123456"
    assert got["From"] == "Plein <plein@plein.example>"
    assert got["Message-ID"] == "<a@plein.example>"
    assert "– typ hem in." in got.get_content()


async def test_a_mail_may_say_the_same_in_html(index: Index) -> None:
    port = free_port()
    async with mailboxes.running(port) as mailbox, mailing(index, port):
        await mails.queue(index, replace(mail(), html="<p>Uw code is <b>123456</b></p>"))
        got = await mailbox.to("sanne@zaanstad.example")

    plain, html = got.get_body(("plain",)), got.get_body(("html",))
    assert plain
    assert html
    assert "typ hem in." in plain.get_content()
    assert "<b>123456</b>" in html.get_content()


async def test_a_name_with_a_line_break_makes_no_header(index: Index) -> None:
    port = free_port()
    async with mailboxes.running(port) as mailbox, mailing(index, port):
        await mails.queue(index, replace(mail(), subject="Sanne\r\nBcc: iedereen@x.example"))
        got = await mailbox.to("sanne@zaanstad.example")

    assert got["Subject"] == "Sanne Bcc: iedereen@x.example"
    assert got["Bcc"] is None


async def test_whoever_waits_for_a_mail_does_not_wait_for_a_long_list(index: Index) -> None:
    for number in range(120):
        await mails.queue(index, replace(mail(f"list {number}"), several=True))
    await mails.queue(index, mail("code"))

    first, *_ = await mails.due(index, datetime.now(UTC))

    assert first.cause == "code"


async def test_while_the_mail_server_is_away_all_wait_and_the_old_have_failed(index: Index) -> None:
    now = datetime.now(UTC)
    for number, written_at in enumerate((now, now, now - PATIENCE - timedelta(hours=1))):
        await mails.queue(index, mail(f"{number}", written_at))

    await mails.put_all_off(index, "nobody answers")

    assert await mails.due(index, datetime.now(UTC)) == ()
    due = await mails.next_due(index)
    assert due
    assert due > now + timedelta(seconds=30)
    found = await mails.states(index, ["0", "1", "2"])
    assert [found[cause][0] for cause in ("0", "1", "2")] == ["queued", "queued", "failed"]


async def test_the_same_cause_is_mailed_once(index: Index) -> None:
    port = free_port()
    async with mailboxes.running(port) as mailbox, mailing(index, port):
        for cause in ("a", "a", "b"):
            await mails.queue(index, mail(cause))
        await until(index, ended)

    assert [got["Message-ID"] for got in mailbox.mails] == [
        "<a@plein.example>",
        "<b@plein.example>",
    ]


async def test_what_a_mail_says_is_asked_again_once_there_is_a_mail_server(index: Index) -> None:
    port = free_port()
    asked: list[str] = []

    async def at_last(waiting: Sequence[Mail]) -> Sequence[Mail]:
        asked.extend(one.cause for one in waiting)
        await mails.withdraw(index, "a")
        return [replace(one, text="Nieuw.") for one in waiting if one.cause != "a"]

    for cause in ("a", "b"):
        await mails.queue(index, mail(cause))
    async with mailboxes.running(port) as mailbox, mailing(index, port, at_last):
        await until(index, ended)

    assert asked == ["a", "b"]
    assert [got.get_content().strip() for got in mailbox.mails] == ["Nieuw."]


async def test_what_a_mail_server_refuses_for_good_is_not_tried_again(index: Index) -> None:
    port = free_port()
    async with refusing(port, "550 No such user here") as asked, mailing(index, port):
        await mails.queue(index, mail())
        await until(index, ended)

    assert asked == ["sanne@zaanstad.example"]


@pytest.mark.parametrize("answer", ["451 Come back later", None])
async def test_what_does_not_go_now_goes_later(index: Index, answer: str | None) -> None:
    port = free_port()

    async def put_off(index: Index) -> bool:
        due = await mails.next_due(index)
        return due is not None and due > datetime.now(UTC) + timedelta(seconds=30)

    await mails.queue(index, mail())
    if answer:
        async with refusing(port, answer), mailing(index, port):
            await until(index, put_off)
    else:
        async with mailing(index, port):
            await until(index, put_off)

    (waiting,) = await mails.due(index, datetime.now(UTC) + timedelta(minutes=2))
    assert waiting.tries == 1


def test_a_mail_is_tried_less_and_less_often_and_in_the_end_no_more() -> None:
    written = mail(written_at=NOW)
    pauses = [next_try(replace(written, tries=number), NOW) for number in range(8)]

    minutes = [int((pause - NOW).total_seconds() // 60) for pause in pauses if pause]
    assert minutes == [1, 2, 4, 8, 16, 32, 60, 60]
    assert next_try(written, NOW + PATIENCE + timedelta(seconds=1)) is None
