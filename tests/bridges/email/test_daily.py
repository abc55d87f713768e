"""One mail a day: what is in it, and where its reader answers."""

from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from sqlalchemy import update

from bridges.email.daily import Daily
from bridges.email.store import mails, people
from bridges.email.store.people import Choice
from bridges.email.store.tables import MailRow
from tests.bridges.email.fakes import FakeHomeserver
from tests.bridges.email.test_interruptions import (
    BOT,
    JAN,
    KEYS,
    Bridge,
    ghost,
    hears,
    letter,
    meets,
    receives,
    started,
    takes_part,
)

ROOM = "!zaanstreek.publiek"


async def written(bridge: Bridge) -> EmailMessage:
    """The daily mail of today, when its hour has come."""
    current = bridge.attend.mailing.current
    daily = Daily(bridge.store, bridge.post.ghosts, KEYS, bridge.post.ways, 1000, current)
    async with bridge.store.session() as session:
        await session.execute(update(MailRow).values(due=0.0))
    await daily.gather()
    await daily.gather()
    async with bridge.store.session() as session:
        assert await mails.recipients(session, 2e9) == [JAN]
        mail = await mails.begin(session, JAN)
        person = await people.by_id(session, ghost(JAN))
    assert mail
    assert person
    content = await daily.written(mail, person)
    assert content
    read = message_from_bytes(content, policy=policy.default)
    assert isinstance(read, EmailMessage)
    return read


async def test_it_has_what_was_said_with_its_files_and_each_can_be_answered(url: str) -> None:
    homeserver = FakeHomeserver(BOT)
    room = homeserver.room("zaanstreek.publiek", "publiek")

    def says(body: str, **more: Any) -> dict[str, Any]:
        content = {"msgtype": "m.text", "body": body} | more
        return homeserver.says(room, "@annelies:plein.localhost", content)

    def sends(name: str, size: int) -> dict[str, Any]:
        uri = f"mxc://plein.localhost/{name}"
        homeserver.files[uri] = b"x" * size
        return says(name, msgtype="m.file", url=uri, info={"size": size, "mimetype": "text/plain"})

    async with started(url, homeserver) as bridge:
        await meets(bridge, JAN, Choice.DAILY)
        await takes_part(bridge, JAN, ROOM)
        asks, withdrawn = says("Wie komt er?"), says("Ingetrokken")
        await hears(bridge, asks, withdrawn, sends("plan.txt", 600), sends("kaart.txt", 600))
        withdrawn["content"] = {}
        assert await bridge.queued() == []

        mail = await written(bridge)
        body = mail.get_body(("plain",))
        assert body
        text = body.get_content()
        assert "Ingetrokken" not in text
        assert [one.get_filename() for one in mail.iter_attachments()] == ["plan.txt"]
        assert "‘plan.txt’ zit bij deze e-mail" in text
        assert "‘kaart.txt’ staat in de plek" in text
        answer = text.partition("Wie komt er?")[2].partition("Antwoorden: ")[2].split()[0]
        await receives(bridge, JAN, answer, letter("Ik."))
        await bridge.works()
        assert room.events[-1]["content"]["body"] == "Ik."
        assert room.events[-1]["content"]["m.relates_to"]["event_id"] == asks["event_id"]


async def test_what_was_changed_before_it_went_out_says_what_it_says_now(url: str) -> None:
    homeserver = FakeHomeserver(BOT)
    room = homeserver.room("zaanstreek.publiek", "publiek")
    async with started(url, homeserver) as bridge:
        await meets(bridge, JAN, Choice.DAILY)
        await takes_part(bridge, JAN, ROOM)
        async with bridge.store.session() as session:
            await people.choose(session, ghost(JAN), None, edits=True)
        said = homeserver.says(
            room, "@a:plein.localhost", {"msgtype": "m.text", "body": "Om tien."}
        )
        await hears(bridge, said)
        for body in ("Om elf.", "Om twaalf."):
            new = {"m.new_content": {"msgtype": "m.text", "body": body}, "body": f"* {body}"}
            relation = {"rel_type": "m.replace", "event_id": said["event_id"]}
            edit = homeserver.says(room, "@a:plein.localhost", new | {"m.relates_to": relation})
            await hears(bridge, edit)
        room.events.pop()  # As a redaction does, which nobody told us yet.

        text = (await written(bridge)).get_content()
        assert "Om elf." in text
        assert not any(one in text for one in ("Om tien.", "Om twaalf.", "Achteraf"))
