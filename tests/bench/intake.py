"""Taking in what the homeserver tells, and a rebuild, against reading and parsing the same JSON."""

import json
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path
from typing import Any

from plein_bot.domain.events import Batch, Membership, RoomUpdate, WholeRoom
from plein_bot.domain.ids import RoomId, UserId
from plein_bot.index import rebuilding
from plein_bot.index.database import Index
from plein_bot.index.intake import take_in
from plein_bot.index.schema import migrate
from plein_bot.matrix import parsing
from plein_bot.matrix.parsing import Reader
from tests.bench.figures import Figure, in_turns

BOT = UserId("@plein:plein.test")
AT_A_TIME = 100
Json = dict[str, Any]


async def live(folder: Path, tries: int, events: int) -> Figure:
    """Messages of one group, a hundred in each answer."""
    index = await _index(folder, "live")
    await _born(index)
    answers = [_answers(f"{number}", events) for number in range(tries)]
    try:
        ours = [partial(_take_in, index, one) for one in answers]
        floor = [partial(_read, one) for one in answers]
        return await in_turns("an event is taken in", events, ours, floor)
    finally:
        await index.close()


async def rebuild(folder: Path, tries: int, events: int) -> Figure:
    """One group with all its messages, made again from the homeserver's answers."""
    index = await _index(folder, "rebuild")
    await _born(index)
    answers = _answers("rebuild", events)
    await _take_in(index, answers)
    try:
        ours = [partial(_rebuild, index, answers)] * tries
        floor = [partial(_read, answers)] * tries
        return await in_turns("an event is rebuilt", events, ours, floor)
    finally:
        await index.close()


async def _index(folder: Path, name: str) -> Index:
    url = f"sqlite+aiosqlite:///{folder}/{name}.db"
    await migrate(url)
    return await Index.open(url)


ROOM = RoomId("!groep")
_BORN: list[Json] = [
    {
        "type": "m.room.create",
        "state_key": "",
        "content": {"room_version": "12", "nl.plein.kind": "group", "nl.plein.subsite": "!ruimte"},
    },
    {"type": "m.room.member", "state_key": BOT, "content": {"membership": "join"}},
    {
        "type": "nl.plein.group",
        "state_key": "",
        "content": {"slug": "groep", "subsite": "!ruimte"},
    },
]


def _raw(number: str, event: Json) -> Json:
    return {
        "event_id": f"${number}",
        "sender": BOT,
        "origin_server_ts": 1_790_000_000_000,
        "unsigned": {"age": 1},
        **event,
    }


async def _born(index: Index) -> None:
    born = parsing.events(ROOM, [_raw(f"born-{n}", one) for n, one in enumerate(_BORN)])
    await take_in(index, Batch("born", (RoomUpdate(ROOM, Membership.JOIN, born),)), BOT)


def _answers(name: str, events: int) -> list[str]:
    """What the homeserver sends, as text."""
    words = (
        "De wijkteams spraken over de zorg voor jeugd in de regio en over het plan voor morgen. "
    )
    said = [
        _raw(
            f"{name}-{number}",
            {
                "type": "m.room.message",
                "sender": f"@bewoner-{number % 40}:plein.test",
                "content": {"msgtype": "m.text", "body": f"{words * 3}{number}"},
            },
        )
        for number in range(events)
    ]
    return [
        json.dumps({"timeline": {"events": said[start : start + AT_A_TIME]}})
        for start in range(0, events, AT_A_TIME)
    ]


async def _read(answers: list[str]) -> None:
    for answer in answers:
        parsing.events(ROOM, json.loads(answer)["timeline"]["events"])


async def _take_in(index: Index, answers: list[str]) -> None:
    reader = Reader(BOT, ("Plein",), None)
    for number, answer in enumerate(answers):
        timeline = json.loads(answer)["timeline"]["events"]
        work = [parsing.work_of(reader, ROOM, raw, managed=True, watched=False) for raw in timeline]
        update = RoomUpdate(ROOM, Membership.JOIN, parsing.events(ROOM, timeline))
        batch = Batch(f"{number}", (update,), tuple(one for one in work if one))
        await take_in(index, batch, BOT)


async def _rebuild(index: Index, answers: list[str]) -> None:
    async def rooms() -> AsyncIterator[WholeRoom]:
        born = parsing.events(ROOM, [_raw(f"born-{n}", one) for n, one in enumerate(_BORN)])
        timeline = [
            event
            for answer in answers
            for event in parsing.events(ROOM, json.loads(answer)["timeline"]["events"])
        ]
        yield WholeRoom(ROOM, Membership.JOIN, (*born, *timeline), born)

    differences = await rebuilding.rebuild(index, rooms(), BOT)
    assert not differences, differences
