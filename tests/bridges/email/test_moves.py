"""Doors and moves: what becomes of mail where one has to ask, and where a place moved."""

from dataclasses import dataclass
from email import message_from_bytes, policy
from typing import Any

import pytest

from bridges.common.homeserver import Unanswered
from bridges.email.store.people import Choice
from tests.bridges.email.fakes import FakeHomeserver, FakeRoom
from tests.bridges.email.test_interruptions import (
    BOT,
    DOMAIN,
    JAN,
    Bridge,
    ghost,
    hears,
    letter,
    meets,
    receives,
    started,
    takes_part,
)

PLACE = f"zaanstreek@{DOMAIN}"


@dataclass
class Away(FakeHomeserver):
    """Answers to who wants to come in that it cannot now, so often; and asked how it is, that it
    is there."""

    times: int = 0
    status: int | None = None

    async def call(self, method: str, path: str, *rest: Any, **more: Any) -> Any:
        if path == "client/versions":
            return {}
        if path.startswith("client/v3/join/") and self.times:
            self.times -= 1
            raise Unanswered(path, self.status)
        return await super().call(method, path, *rest, **more)


@pytest.mark.parametrize(
    ("times", "status", "comes"), [(9, None, True), (1, 502, True), (9, 502, False)]
)
async def test_nobody_is_turned_down_because_the_homeserver_is_away(
    url: str, times: int, status: int | None, comes: bool
) -> None:
    homeserver = Away(BOT, times=times, status=status)
    homeserver.room("zaanstreek.publiek", "publiek")
    async with started(url, homeserver) as bridge:
        assert await bridge.post.ghosts.walks_in(ghost(JAN), "!zaanstreek.publiek") is comes


async def becomes(bridge: Bridge, room: FakeRoom, kind: str, key: str, content: Any) -> None:
    """State of a room changes by the bot's hand, and the bridge hears of it."""
    event = bridge.homeserver.says(room, BOT, content, kind) | {"state_key": key}
    room.events.pop()
    if kind == "m.room.member":
        room.members[key] = content["membership"]
    else:
        room.state[kind] = event
    await hears(bridge, event)


def bodies(room: FakeRoom) -> list[str]:
    return [event["content"]["body"] for event in room.events]


async def test_what_waits_at_a_door_is_said_once_its_author_is_let_in(url: str) -> None:
    homeserver = FakeHomeserver(BOT)
    room = homeserver.room("zaanstreek.publiek", "publiek")
    room.join_rule = "knock"
    async with started(url, homeserver) as bridge:
        await meets(bridge, JAN)
        for number in (1, 2):
            mail = letter("Hallo", id=f"<{number}@x>", Subject=f"Brief {number}")
            await receives(bridge, JAN, PLACE, mail)
        await bridge.works()
        (told,) = await bridge.queued()
        assert "doet men mee op verzoek" in told.content.decode()
        assert room.members == {ghost(JAN): "knock"}
        assert bodies(room) == []

        await becomes(bridge, room, "m.room.member", ghost(JAN), {"membership": "invite"})
        assert room.members == {ghost(JAN): "join"}
        for _ in range(2):
            await becomes(bridge, room, "m.room.member", ghost(JAN), {"membership": "join"})
        assert bodies(room) == ["Brief 1\n\nHallo", "Brief 2\n\nHallo"]
        assert await bridge.queued() == []


async def test_addresses_lead_to_where_a_place_goes_on(url: str) -> None:
    homeserver = FakeHomeserver(BOT)
    old = homeserver.room("zaanstreek.publiek", "publiek")
    async with started(url, homeserver) as bridge:
        await meets(bridge, JAN)
        await takes_part(bridge, JAN, "!zaanstreek.publiek")
        said = {"msgtype": "m.text", "body": "Wie komt er?"}
        await hears(bridge, homeserver.says(old, "@annelies:plein.localhost", said))
        (mailed,) = await bridge.queued()
        answer = mailed.content.decode().partition("Reply-To: ")[2].split()[0]
        new = homeserver.room("zaanstreek.nieuw", "publiek")
        new.join_rule = "invite"
        await becomes(
            bridge, old, "m.room.tombstone", "", {"replacement_room": "!zaanstreek.nieuw"}
        )
        await becomes(bridge, new, "m.room.member", ghost(JAN), {"membership": "invite"})
        await becomes(bridge, new, "m.room.member", ghost(JAN), {"membership": "join"})

        await receives(bridge, JAN, PLACE, letter("Hallo", id="<1@x>", Subject="Hoi"))
        await receives(bridge, JAN, answer, letter("Ik.", id="<2@x>", Subject="Re: Wie?"))
        await bridge.works()
        assert bodies(old) == ["Wie komt er?"]
        assert sorted(bodies(new)) == ["Hoi\n\nHallo", "Re: Wie?\n\nIk."]


async def test_a_place_that_is_encrypted_from_now_on_has_no_mail(url: str) -> None:
    homeserver = FakeHomeserver(BOT)
    room = homeserver.room("zaanstreek.publiek", "publiek")
    async with started(url, homeserver) as bridge:
        await meets(bridge, JAN, Choice.DAILY)
        await takes_part(bridge, JAN, "!zaanstreek.publiek")
        await becomes(bridge, room, "m.room.encryption", "", {"algorithm": "m.megolm.v1"})
        sealed = {"algorithm": "m.megolm.v1", "ciphertext": "…"}
        await hears(bridge, homeserver.says(room, "@a:x", sealed, "m.room.encrypted"))

        assert room.members == {ghost(JAN): "leave"}
        assert await bridge.queued() == []
        await receives(bridge, JAN, PLACE, letter("Hallo", Subject="Hoi"))
        await bridge.works()
        assert room.members[ghost(JAN)] == "leave"
        assert len(room.events) == 1


async def test_letters_that_no_database_takes_hold_up_no_mail(url: str) -> None:
    homeserver = FakeHomeserver(BOT)
    room = homeserver.room("zaanstreek.publiek", "publiek")
    async with started(url, homeserver) as bridge:
        await meets(bridge, JAN)
        await takes_part(bridge, JAN, "!zaanstreek.publiek")
        await becomes(bridge, room, "m.room.name", "", {"name": "Pu\0bliek\ud800"})
        for content in ({"body": "Ha\0llo\ud800"}, {"body": "p\0\ud800.txt", "msgtype": "m.file"}):
            said = {"msgtype": "m.text"} | content
            await hears(bridge, homeserver.says(room, "@a:x", said))

        mailed = [
            message_from_bytes(one.content, policy=policy.default) for one in await bridge.queued()
        ]
        assert [one["Subject"] for one in mailed] == ["[Publiek�] Hallo�", "[Publiek�] p�.txt"]
