"""Killed at every step, and started again with what was stored: each once, and nothing lost."""

import os
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from bridges.email import letters as letters_in
from bridges.email.addresses import Keys, normal
from bridges.email.answers import Answers
from bridges.email.attending import Attend
from bridges.email.choices import Ways
from bridges.email.confirming import Confirming
from bridges.email.entrance import Entrance
from bridges.email.ghosts import Ghosts
from bridges.email.mailing import Mailing
from bridges.email.places import Places
from bridges.email.posting import Post
from bridges.email.saying import Saying
from bridges.email.store import events, letters, mails, people
from bridges.email.store.database import Store
from bridges.email.store.people import Choice, Person
from tests.bridges.email.fakes import FakeHomeserver, Stopped

BOT = "@plein:plein.localhost"
SERVER = "plein.localhost"
DOMAIN = "plein.example"
KEYS = Keys("geheim")
JAN, TRUUS = "jan@buiten.example", "truus@buiten.example"
MOST_STEPS = 60
EVERY = 1 if os.environ.get("PLEIN_CHAOS") else 5


def ghost(address: str) -> str:
    return f"@{KEYS.ghost(address)}:{SERVER}"


@dataclass
class Bridge:
    """The bridge on a database, as it is after a start."""

    store: Store
    homeserver: FakeHomeserver
    post: Post
    attend: Attend
    entrance: Entrance

    async def works(self) -> None:
        """Do all that waits."""
        busy = True
        while busy:
            busy = False
            for lane in await self.post.lanes():
                busy = True
                await self.post.attend(lane)
            for room in await self.attend.rooms():
                busy = True
                await self.attend.attend(room)

    async def queued(self) -> list[mails.Mail]:
        async with self.store.session() as session:
            found = []
            for recipient in await mails.recipients(session, 2e9):
                mail = await mails.begin(session, recipient)
                while mail is not None:
                    found.append(mail)
                    await mails.becomes(session, mail.number, mails.MailState.SENT)
                    mail = await mails.begin(session, recipient)
            return found


def nothing() -> None:
    pass


@asynccontextmanager
async def started(url: str, homeserver: FakeHomeserver) -> AsyncIterator[Bridge]:
    store = await Store.open(url)
    places = Places(homeserver, SERVER, BOT)
    ghosts = Ghosts(homeserver, store, places)
    answers = Answers(store, KEYS, DOMAIN, "https://plein.example", nothing)
    ways = Ways(KEYS, DOMAIN, "https://plein.example")
    saying = Saying(homeserver, store)
    confirming = Confirming(store, KEYS, answers, DOMAIN, "nl")
    post = Post(
        store, KEYS, ghosts, places, answers, ways, confirming, saying, DOMAIN, SERVER, "nl", None
    )
    mailing = Mailing(homeserver, store, KEYS, ways, BOT, 1000, 17, nothing)
    attend = Attend(store, ghosts, places, mailing, answers, SERVER, BOT, nothing)
    entrance = Entrance(store, KEYS, DOMAIN, SERVER, "nl", 100, nothing)
    try:
        yield Bridge(store, homeserver, post, attend, entrance)
    finally:
        await store.close()


async def meets(bridge: Bridge, address: str, choice: Choice = Choice.EACH) -> None:
    async with bridge.store.session() as session:
        who = Person(ghost(address), address, "Jan", "nl", choice, True, False, False)
        await people.meet(session, who, 1.0)


async def takes_part(bridge: Bridge, address: str, room_id: str) -> None:
    """Somebody who is known is in a place as if they had come in long ago."""
    room = bridge.homeserver.rooms[room_id]
    room.members[ghost(address)] = "join"
    place = await bridge.post.places.look(room_id, ghost(address))
    async with bridge.store.session() as session:
        await people.know_room(session, place)
        await people.joined(session, room_id, ghost(address))


async def hears(bridge: Bridge, *came: dict[str, Any]) -> None:
    """The homeserver tells of events, and all is done that follows of it."""
    async with bridge.store.session() as session:
        await events.keep(session, str(came[-1]["event_id"]), list(came), 1.0)
    await bridge.works()


async def receives(bridge: Bridge, sender: str, to: str, mail: EmailMessage) -> None:
    if "From" not in mail:
        mail["From"] = sender
    mail["To"] = to
    content = bytes(mail)
    async with bridge.store.session() as session:
        identity = letters.identity(str(mail["Message-ID"]), content, normal(sender), to)
        row: dict[str, object] = {
            "identity": identity,
            "lane": to,
            "sender": sender,
            "recipient": to,
            "author": ghost(sender),
            "content": content,
            "at": 1.0,
        }
        await letters.keep(session, [row, row])


def letter(text: str, **headers: str) -> EmailMessage:
    mail = EmailMessage()
    mail["Message-ID"] = headers.pop("id", "<een@buiten.example>")
    for name, value in headers.items():
        mail[name.replace("_", "-")] = value
    mail.set_content(text)
    return mail


async def at_every_step(
    folder: Path, prepare: Callable[[Bridge], Awaitable[None]]
) -> AsyncIterator[Bridge]:
    """A bridge that was killed at the first step, one killed at the second, … and is done now;
    and those of which the homeserver was.

    `make chaos-email` kills it at each, before and after; else it is a few, which take turns.
    """
    new = folder / "new.db"
    await (await Store.open(f"sqlite+aiosqlite:///{new}")).close()
    for offset, killed in enumerate(("before", "after", "homeserver")):
        for step in range(1 + offset, MOST_STEPS, EVERY):
            homeserver = FakeHomeserver(BOT)
            homeserver.room("zaanstreek.publiek", "publiek")
            copy = shutil.copy(new, folder / f"{killed}-{step}.db")
            url = f"sqlite+aiosqlite:///{copy}"
            async with started(url, homeserver) as bridge:
                await prepare(bridge)
                homeserver.starts_anew()
                if killed == "homeserver":
                    homeserver.killed_at = step
                else:
                    homeserver.stop_at, homeserver.after = step, killed == "after"
                try:
                    await bridge.works()
                except Stopped:
                    pass
                else:
                    yield bridge
                    if homeserver.calls < step:
                        assert step > EVERY
                        break
                    continue
            homeserver.starts_anew()
            async with started(url, homeserver) as bridge:
                await bridge.works()
                yield bridge
        else:
            raise AssertionError(f"not done in {MOST_STEPS} steps")


@pytest.mark.interruptions
async def test_a_mail_with_a_file_is_said_once(tmp_path: Path) -> None:
    async def prepare(bridge: Bridge) -> None:
        await meets(bridge, JAN)
        mail = letter("Zie het plan.", Subject="Plan")
        mail.add_attachment(b"%PDF", maintype="application", subtype="pdf", filename="plan.pdf")
        await receives(bridge, JAN, f"zaanstreek@{DOMAIN}", mail)

    async for bridge in at_every_step(tmp_path, prepare):
        room = bridge.homeserver.rooms["!zaanstreek.publiek"]
        text, file = (event["content"] for event in room.events)
        assert text["body"] == "Plan\n\nZie het plan."
        assert file["body"] == "plan.pdf"
        assert file["m.relates_to"]["event_id"] == room.events[0]["event_id"]
        assert [one for one in bridge.homeserver.files.values() if one] == [b"%PDF"]
        assert bridge.homeserver.files[file["url"]] == b"%PDF"
        assert {event["sender"] for event in room.events} == {ghost(JAN)}


@pytest.mark.interruptions
async def test_a_stranger_is_asked_once_and_their_mail_said_once(tmp_path: Path) -> None:
    async def prepare(bridge: Bridge) -> None:
        await receives(bridge, JAN, f"zaanstreek@{DOMAIN}", letter("Hallo", Subject="Hoi"))
        await bridge.works()
        (asked,) = await bridge.queued()
        token = asked.content.decode().partition("/mail/confirm/")[2].split()[0]
        assert bridge.homeserver.rooms["!zaanstreek.publiek"].events == []
        assert await bridge.post.confirming.confirm(token, by=ghost(TRUUS)) is False
        assert await bridge.post.confirming.confirm(token)
        assert await bridge.post.confirming.confirm(token)

    async for bridge in at_every_step(tmp_path, prepare):
        room = bridge.homeserver.rooms["!zaanstreek.publiek"]
        assert [event["content"]["body"] for event in room.events] == ["Hoi\n\nHallo"]
        assert await bridge.queued() == []


@pytest.mark.interruptions
async def test_a_message_and_its_change_are_mailed_once_to_each_who_asked(
    tmp_path: Path,
) -> None:
    async def prepare(bridge: Bridge) -> None:
        room = bridge.homeserver.rooms["!zaanstreek.publiek"]
        came = []
        for address, choice in ((JAN, Choice.EACH), (TRUUS, Choice.EACH), ("p@x.nl", Choice.POSTS)):
            await meets(bridge, address, choice)
            room.members[ghost(address)] = "join"
            member = bridge.homeserver.says(room, ghost(address), {"membership": "join"})
            came.append(member | {"type": "m.room.member", "state_key": ghost(address)})
        said = {"msgtype": "m.text", "body": "Goed nieuws"}
        came.append(bridge.homeserver.says(room, ghost(JAN), said))
        changed = {"rel_type": "m.replace", "event_id": came[-1]["event_id"]}
        async with bridge.store.session() as session:
            await people.choose(session, ghost(TRUUS), None, edits=True)
            await events.keep(session, "t0", came, 1.0)
        # The change of what was mailed already, and a message after it.
        await bridge.works()
        assert [mail.recipient for mail in await bridge.queued()] == [TRUUS]
        better = said | {"body": "Beter nieuws"}
        edit = {"m.new_content": better, "m.relates_to": changed, "body": "* Beter nieuws"}
        came = [bridge.homeserver.says(room, ghost(JAN), said | edit)]
        came.append(bridge.homeserver.says(room, ghost(JAN), said | {"body": "Ander nieuws"}))
        came.append(bridge.homeserver.says(room, BOT, {"msgtype": "m.notice", "body": "Antwoord"}))
        came.append(bridge.homeserver.says(room, "@a:x", said | {"body": "!plein zoek iets"}))
        async with bridge.store.session() as session:
            await events.keep(session, "t1", came, 1.0)
        async with bridge.store.session() as session:
            await events.keep(session, "t1", came, 1.0)
            await events.keep(session, "t2", came[:1], 1.0)

    async for bridge in at_every_step(tmp_path, prepare):
        sent = await bridge.queued()
        assert [mail.recipient for mail in sent] == [TRUUS, TRUUS]
        assert b"Beter nieuws" in sent[0].content
        assert b"Ander nieuws" in sent[1].content


async def test_who_is_forgotten_leaves_no_address(url: str) -> None:
    homeserver = FakeHomeserver(BOT)
    homeserver.room("zaanstreek.publiek", "publiek")
    async with started(url, homeserver) as bridge:
        await meets(bridge, JAN)
        await receives(bridge, JAN, f"zaanstreek@{DOMAIN}", letter("Hallo", Subject="Hoi"))
        await receives(bridge, TRUUS, f"zaanstreek@{DOMAIN}", letter("Wacht", id="<2@x>"))
        await bridge.works()
        async with bridge.store.session() as session:
            await people.forget_strangers(session)
            assert await people.by_address(session, TRUUS), "she may still confirm"
            await letters.expire(session, before=2e9)
            await people.forget_strangers(session)
            assert await people.by_address(session, TRUUS) is None
            await mails.queue(session, mails.Mail("told:9", JAN, b"x"), 1.0)
            other = {"identity": "9", "lane": "x", "sender": JAN, "recipient": "x@y", "at": 1.0}
            other |= {"author": ghost(TRUUS), "content": b"x", "state": "refused"}
            await letters.keep(session, [other])
            await people.forget(session, ghost(JAN))
            assert await mails.counted(session) == {}
            assert (await letters.counted(session)).keys() == {"refused"}
            assert await letters.since(session, JAN, 0.0) == 0


async def test_a_mail_that_fails_holds_up_nobody_elses(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    homeserver = FakeHomeserver(BOT)
    room = homeserver.room("zaanstreek.publiek", "publiek")
    read = letters_in.read

    def stumbles(raw: bytes, **given: Any) -> Any:
        if b"poisoned" in raw:
            raise ValueError
        return read(raw, **given)

    monkeypatch.setattr(letters_in, "read", stumbles)
    async with started(url, homeserver) as bridge:
        await meets(bridge, JAN)
        for number, text in enumerate(("poisoned", "Hallo")):
            mail = letter(text, id=f"<{number}@x>", Subject="Hoi")
            await receives(bridge, JAN, f"zaanstreek@{DOMAIN}", mail)
        await bridge.works()

    assert [event["content"]["body"] for event in room.events] == ["Hoi\n\nHallo"]
