"""A command and its answer, and a subsite with its groups."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from tests.bench.figures import Figure, in_turns
from tests.bench.stages import Stage
from tests.synapse.people import Person, State
from tests.synapse.strangers import safe

AIM = 1.2
GROUPS = 12


async def round_trip(stage: Stage, tries: int) -> Figure:
    """From sending a line until its answer is seen, against a bare echo over `/sync`."""
    person = await stage.person("sanne")
    await stage.says(person, "help")
    await person.asks(stage.echo.user_id, "help")
    ours = [partial(stage.says, person, "taal nl")] * tries
    floor = [partial(person.asks, stage.echo.user_id, "taal nl")] * tries
    return await in_turns("a command and its answer", 1, ours, floor, AIM)


async def subsite_with_groups(stage: Stage, tries: int) -> Figure:
    """Typed one after another, against the same rooms made bare, one call after another."""
    person = await stage.person("sanne")
    await stage.says(person, "help")
    await _typed(stage, person, "rijnmond")
    made = await _rooms_of(stage, "rijnmond")
    name = f"a subsite with {GROUPS} groups ({_calls(made)} calls)"
    ours = [partial(_typed, stage, person, f"deelsite-{number}") for number in range(tries)]
    floor: list[Callable[[], Awaitable[object]]] = [
        partial(_bare, stage, made, f"kaal-{number}") for number in range(tries)
    ]
    return await in_turns(name, 1, ours, floor, AIM)


async def _typed(stage: Stage, person: Person, slug: str) -> None:
    for line in (
        f"deelsite nieuw {slug} --zichtbaarheid vindbaar --deelname verzoek",
        *(f"groep nieuw {slug} Groep {number} --zichtbaarheid leden" for number in range(GROUPS)),
    ):
        told = await stage.says(person, line)
        assert told.startswith("Klaar"), told


async def _rooms_of(stage: Stage, name: str) -> list[State]:
    """The rooms that the bot made for a subsite, the space first."""
    joined = (await stage.bot.call("GET", "joined_rooms"))["joined_rooms"]
    states = {room: await stage.bot.state(room) for room in joined}
    space = next(
        room for room, state in states.items() if state.get(("m.room.name", "")) == {"name": name}
    )
    inside = [state for state in states.values() if ("m.space.parent", space) in state]
    return [states[space], *inside]


def _calls(made: list[State]) -> int:
    return sum(1 + _has_alias(state) for state in made) + len(_children(made[0]))


def _children(state: State) -> list[dict[str, Any]]:
    return [content for (kind, _), content in state.items() if kind == "m.space.child" and content]


def _has_alias(state: State) -> bool:
    return bool(state.get(("m.room.canonical_alias", ""), {}).get("alias"))


_OF_THE_HOMESERVER = (
    "m.room.create", "m.room.member", "m.room.power_levels", "m.room.canonical_alias",
    "m.space.child",
)  # fmt: skip


async def _bare(stage: Stage, made: list[State], name: str) -> None:
    """The same rooms with the same state, children and addresses."""
    bot, rooms = stage.bot, list[str]()
    for number, state in enumerate(made):
        created = {
            key: value
            for key, value in state["m.room.create", ""].items()
            if key not in ("creator", "room_version")
        }
        room = await bot.creates_room(
            *(user for user in _invited(state) if user != bot.user_id),
            preset="public_chat",
            visibility="public" if _has_alias(state) else "private",
            room_alias_name=f"{name}-{number}",
            creation_content=created,
            power_level_content_override=state["m.room.power_levels", ""],
            initial_state=[
                {"type": kind, "state_key": key, "content": content}
                for (kind, key), content in state.items()
                if kind not in _OF_THE_HOMESERVER
            ],
        )
        rooms.append(room)
        if _has_alias(state):
            alias = f"#{name}-{number}-leesbaar:{stage.synapse.server_name}"
            await bot.call("PUT", f"directory/room/{safe(alias)}", {"room_id": room})
    for content, room in zip(_children(made[0]), rooms[1:], strict=False):
        await bot.sets(rooms[0], "m.space.child", content, room)


def _invited(state: State) -> list[str]:
    return [key for (kind, key) in state if kind == "m.room.member"]
