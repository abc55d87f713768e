"""What becomes of a mail when the mail server says no?"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session

from bridges.email.choices import Ways
from bridges.email.composing import compose
from bridges.email.config import OutgoingSettings
from bridges.email.daily import Daily
from bridges.email.ghosts import Ghosts
from bridges.email.places import Places
from bridges.email.sending import Sending
from bridges.email.signing import Key, Signer
from bridges.email.store import mails, people
from bridges.email.store.database import Store
from bridges.email.store.mails import Mail, MailState
from bridges.email.store.people import Choice, Person, Room
from tests.bridges.email.fakes import FakeHomeserver, FakeRoom
from tests.bridges.email.outgoing import message, outgoing
from tests.bridges.email.test_interruptions import BOT, DOMAIN, JAN, KEYS, SERVER, ghost


@dataclass
class Server:
    """Answers each step of SMTP with what it is told to; keeps what it takes."""

    answers: dict[str, str] = field(default_factory=dict)
    utf8: bool = False
    taken: list[Envelope] = field(default_factory=list)

    async def handle_MAIL(
        self,
        _server: SMTP,
        _session: Session,
        envelope: Envelope,
        address: str,
        _options: list[str],
    ) -> str:
        envelope.mail_from = address
        return self.answers.get("MAIL", "250 OK")

    async def handle_RCPT(
        self,
        _server: SMTP,
        _session: Session,
        envelope: Envelope,
        address: str,
        _options: list[str],
    ) -> str:
        envelope.rcpt_tos.append(address)
        return self.answers.get("RCPT", "250 OK")

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:
        if "DATA" not in self.answers:
            self.taken.append(envelope)
        return self.answers.get("DATA", "250 OK")


async def as_it_was(mail: Mail, _person: Person) -> bytes | None:
    return mail.content


@asynccontextmanager
async def sending(
    url: str, server: Server, homeserver: FakeHomeserver | None = None
) -> AsyncIterator[Sending]:
    loop = asyncio.get_running_loop()
    listening = await loop.create_server(
        lambda: SMTP(server, loop=loop, enable_SMTPUTF8=server.utf8), "127.0.0.1", 0
    )
    port = listening.sockets[0].getsockname()[1]
    store = await Store.open(url)
    homeserver = homeserver or FakeHomeserver(BOT)
    ghosts = Ghosts(homeserver, store, Places(homeserver, SERVER, BOT))
    signer = Signer("plein.test", (Key("ed", "ed25519-sha256", b"eHh4" * 10 + b"eHg="),))
    daily = Daily(store, ghosts, KEYS, Ways(KEYS, DOMAIN, "https://plein.test"), 5, as_it_was)
    try:
        yield Sending(store, ghosts, OutgoingSettings(port=port), KEYS, DOMAIN, signer, daily)
    finally:
        await store.close()
        listening.close()
        await listening.wait_closed()


async def sent(out: Sending, count: int = 1) -> tuple[str, bool]:
    """How the last of some mails stands, and whether its reader is left alone from now on."""
    async with out.store.session() as session:
        jan = Person(ghost(JAN), JAN, "Jan", "nl", Choice.EACH, True, False, False)
        await people.meet(session, jan, 1.0)
    for number in range(count):
        async with out.store.session() as session:
            await mails.queue(session, Mail(f"m{number}", JAN, message(), jan.user_id), 2e9)
        await out.send(JAN)
    async with out.store.session() as session:
        waiting = await mails.recipients(session, 9e9)
        person = await people.by_id(session, jan.user_id)
    assert person
    return ("waits" if waiting else "over"), person.paused


@pytest.mark.parametrize(
    ("step", "answer", "expected"),
    [
        ("RCPT", "550 5.1.1 nobody here", ("over", True)),
        ("RCPT", "450 4.2.0 greylisted", ("waits", False)),
        ("RCPT", "554 5.7.1 relay access denied", ("waits", False)),
        ("MAIL", "553 5.7.1 that is not your sender", ("waits", False)),
        ("DATA", "554 5.7.1 looks like spam", ("over", False)),
        ("DATA", "451 4.3.0 try again", ("waits", False)),
    ],
)
async def test_a_refusal_counts_against_whom_it_is_about(
    url: str, step: str, answer: str, expected: tuple[str, bool]
) -> None:
    server = Server({step: answer})
    async with sending(url, server) as out:
        assert await sent(out, 3) == expected

    assert server.taken == []


async def test_what_is_taken_is_signed_and_names_where_it_comes_back(url: str) -> None:
    server = Server()
    async with sending(url, server) as out:
        assert await sent(out) == ("over", False)

    (taken,) = server.taken
    assert isinstance(taken.content, bytes)
    assert taken.content.startswith(b"DKIM-Signature: v=1; a=ed25519-sha256;")
    assert str(taken.mail_from).startswith("b+mail_")


@pytest.mark.parametrize("utf8", [True, False])
async def test_an_address_with_other_letters_goes_where_it_is_understood(
    url: str, utf8: bool
) -> None:
    server = Server(utf8=utf8)
    async with sending(url, server) as out:
        async with out.store.session() as session:
            await mails.queue(session, Mail("m", "jür@x.example", message()), 2e9)
        await out.send("jür@x.example")
        async with out.store.session() as session:
            assert await mails.counted(session) == {"sent" if utf8 else "failed": 1}
            await mails.queue(session, Mail("n", JAN, b"\xff: no mail"), 2e9)
        await out.send(JAN)
        async with out.store.session() as session:
            assert await mails.recipients(session, 1.0) == [], "it is not due at once"

    assert [one.rcpt_tos for one in server.taken] == [["jür@x.example"]] * utf8


async def tells(out: Sending, room: FakeRoom, text: str, state: MailState) -> dict[str, Any]:
    """Something is said in a room, and its mail for Jan waits."""
    server = out.ghosts._homeserver
    assert isinstance(server, FakeHomeserver)
    event = server.says(room, BOT, {"msgtype": "m.text", "body": text})
    content = bytes(compose(outgoing(text=text)))
    mail = Mail(
        f"event:{event['event_id']}",
        JAN,
        content,
        ghost(JAN),
        event["room_id"],
        event["event_id"],
        state,
    )
    async with out.store.session() as session:
        jan = Person(ghost(JAN), JAN, "Jan", "nl", Choice.DAILY, True, False, False)
        await people.meet(session, jan, 1.0)
        await people.know_room(session, Room(mail.room_id or "", "x", "x", mail.room_id or ""))
        await mails.queue(session, mail, 2e9)
    return event


@pytest.mark.parametrize("state", [MailState.QUEUED, MailState.GATHERED])
async def test_what_was_redacted_or_is_said_where_one_left_goes_out_no_more(
    url: str, state: MailState
) -> None:
    homeserver, server = FakeHomeserver(BOT), Server({"DATA": "451 not now"})
    stays, goes = homeserver.room("a.stays", "stays"), homeserver.room("a.goes", "goes")
    stays.members[ghost(JAN)] = goes.members[ghost(JAN)] = "join"
    async with sending(url, server, homeserver) as out:
        await tells(out, stays, "Blijft", state)
        redacted = await tells(out, stays, "Ingetrokken", state)
        await tells(out, goes, "Elders", state)
        await out.daily.gather()
        await out.send(JAN)  # and it is put off
        redacted["content"] = {}
        goes.members[ghost(JAN)] = "leave"
        server.answers.clear()
        await out.daily.gather()
        for _ in range(4):
            await out.send(JAN)
        async with out.store.session() as session:
            counted = await mails.counted(session)

    (taken,) = server.taken
    assert isinstance(taken.content, bytes)
    taken_mail = message_from_bytes(taken.content, policy=policy.default)
    body = taken_mail.get_body(("plain",))
    assert body
    text = body.get_content()
    assert "Blijft" in text
    assert "Ingetrokken" not in text
    assert "Elders" not in text
    if state is MailState.QUEUED:
        assert counted == {"sent": 1, "dropped": 2}
    else:
        assert counted == {"sent": 4}
        assert "a.stays verlaten: https://plein.test/mail/leave/" in text
        assert str(taken_mail["List-Unsubscribe"]).startswith("<https://plein.test/mail/stop/")
        assert "a.goes" not in text


@pytest.mark.parametrize(
    ("cause", "choice", "bounces", "goes"),
    [
        ("told:1", Choice.NONE, 0, True),
        ("chat:$1", Choice.NONE, 0, False),
        ("told:1", Choice.EACH, 3, False),
        ("confirm:1", Choice.EACH, 3, True),
    ],
)
async def test_who_wants_no_mail_hears_only_of_their_own(
    url: str, cause: str, choice: Choice, bounces: int, goes: bool
) -> None:
    server = Server()
    async with sending(url, server) as out:
        async with out.store.session() as session:
            jan = Person(ghost(JAN), JAN, "Jan", "nl", choice, True, False, False)
            await people.meet(session, jan, 1.0)
            for _ in range(bounces):
                await people.bounced(session, jan.user_id, 1.0, 3)
            await mails.queue(session, Mail(cause, JAN, message(), jan.user_id), 2e9)
        await out.send(JAN)

    assert [one.mail_from in {"", "<>"} for one in server.taken] == [True] * goes
