"""What stands on the homeserver afterwards, read over plain HTTP: was anything lost or doubled?"""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from plein_bot.app import deployment
from plein_bot.config import Settings
from plein_bot.domain.ids import RoomId, UserId
from plein_bot.domain.places import Kind, Place
from plein_bot.domain.plans import (
    Plan,
    plan_place,
    plan_staff_room,
    reconcile,
)
from plein_bot.domain.roles import Roles, stated
from plein_bot.domain.settings import from_content
from tests.chaos.residents import Resident
from tests.synapse.people import Person, State
from tests.synapse.strangers import Json, safe

_MARKERS = {Kind.SUBSITE: "nl.plein.subsite", Kind.GROUP: "nl.plein.group"}


async def timeline(person: Person, room: str) -> list[Json]:
    """Everything that was ever said in a room, oldest first."""
    found: list[Json] = []
    page = ""
    while True:
        query = [("dir", "f"), ("limit", "1000"), *([("from", page)] if page else [])]
        answer = await person.call("GET", f"rooms/{safe(room)}/messages", query=query)
        found += answer["chunk"]
        if "end" not in answer or not answer["chunk"]:
            return found
        page = answer["end"]


async def answers(person: Person, room: str, bot: str) -> Counter[str]:
    """How many notices of the bot's reply to each event of a room."""
    counted: Counter[str] = Counter()
    for event in await timeline(person, room):
        relation = event["content"].get("m.relates_to") or {}
        if event["sender"] == bot and event["content"].get("msgtype") == "m.notice":
            counted[(relation.get("m.in_reply_to") or {}).get("event_id", "")] += 1
    counted.pop("", None)
    return counted


async def every_command_has_one_answer(people: Iterable[Resident]) -> int:
    """Returns how many commands there were."""
    commands = 0
    for person in people:
        counted = await answers(person, await person.chat_with(person.bot), person.bot)
        wrong = {line: counted[e] for e, line in person.asked.items() if counted[e] != 1}
        assert not wrong, f"{person.user_id}: {wrong}"
        commands += len(person.asked)
    return commands


@dataclass
class Square:
    """All rooms that the bot is in and that are places, as the homeserver tells them."""

    states: dict[str, State]
    settings: Settings

    @classmethod
    async def seen_by(cls, bot: Person, settings: Settings) -> "Square":
        joined = await bot.call("GET", "joined_rooms")
        return cls({room: await bot.state(room) for room in joined["joined_rooms"]}, settings)

    def of(self, kind: Kind) -> dict[str, State]:
        return {
            room: state
            for room, state in self.states.items()
            if state["m.room.create", ""].get("nl.plein.kind") == kind.value
        }

    def paths(self) -> Counter[str]:
        """The paths of all places; each should be there once."""
        return Counter(self._place(kind, room).path for kind in _MARKERS for room in self.of(kind))

    def marks(self) -> Counter[str]:
        """Which cause made each room; none makes two."""
        created = (state["m.room.create", ""] for state in self.states.values())
        return Counter(one["nl.plein.cause"] for one in created if "nl.plein.cause" in one)

    def missing(self) -> dict[str, tuple[object, ...]]:
        """What the reconciler would still do to any room: nothing, when all is well."""
        found: dict[str, tuple[object, ...]] = {}
        for kind in (*_MARKERS, Kind.STAFF):
            for room, state in self.of(kind).items():
                subsite = state["m.room.create", ""].get("nl.plein.subsite")
                above = {RoomId(subsite): self.states[subsite]} if subsite else {}
                plan = self._plan(kind, room)
                server = deployment(self.settings).server
                if effects := reconcile(plan, RoomId(room), state, above, server):
                    found[room] = effects
        return found

    def _plan(self, kind: Kind, room: str) -> Plan:
        plein = deployment(self.settings)
        subsite = self.states[room]["m.room.create", ""].get("nl.plein.subsite")
        above = self._given(subsite) if subsite else {}
        if kind is Kind.STAFF:
            assert subsite
            name = self.states[room]["m.room.name", ""]["name"]
            return plan_staff_room(
                self._place(Kind.SUBSITE, subsite), Roles(above), plein, (), name
            )
        return plan_place(self._place(kind, room), Roles(self._given(room), above), plein, ())

    def _given(self, room: str) -> dict[UserId, int]:
        return stated(self.states[room].get(("nl.plein.roles", ""))) or {}

    def _place(self, kind: Kind, room: str) -> Place:
        state = self.states[room]
        content = state[_MARKERS[kind], ""]
        subsite = state["m.room.create", ""].get("nl.plein.subsite")
        return Place(
            RoomId(room),
            content["slug"],
            state["m.room.name", ""]["name"],
            from_content(content, subsite=kind is Kind.SUBSITE),
            state.get(("m.room.topic", ""), {}).get("topic", ""),
            subsite=self._place(Kind.SUBSITE, subsite) if subsite else None,
        )


async def stands_once(bot: Person, settings: Settings, people: Iterable[Resident]) -> Square:
    """Every subsite and group that was asked for stands once, whole, and nothing else does."""
    square = await Square.seen_by(bot, settings)
    paths = square.paths()
    assert not [path for path, number in paths.items() if number > 1]
    assert not [mark for mark, number in square.marks().items() if number > 1]
    wanted = {path for person in people for path in (*person.subsites, *person.groups)}
    made = {path for path in paths if path.rpartition("/")[2] not in {"leden", "publiek"}}
    assert made == wanted
    assert len(square.of(Kind.STAFF)) == len(square.of(Kind.SUBSITE))
    assert square.missing() == {}
    return square


async def requests_are_told_once(bot: Person, square: Square) -> int:
    """No request is put before any staff twice, nor what became of it told twice.

    Returns how many requests there are.
    """
    told: Counter[str] = Counter()
    for room in square.of(Kind.STAFF):
        for event in await timeline(bot, room):
            body = event["content"].get("body", "")
            if re.match(r"Verzoek \d+", body):
                told[body] += 1
    assert not [body for body, times in told.items() if times > 1]
    return sum("✅" in body for body in told)
