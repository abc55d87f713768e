"""Many people at once: coming in, being invited, being shut out everywhere."""

import asyncio
from collections.abc import Awaitable, Iterable
from functools import partial
from itertools import product

from tests.bench.figures import Figure, Task, in_turns
from tests.bench.stages import Stage
from tests.synapse.people import Person

AIM = 1.2
AT_ONCE = 10


async def joining(stage: Stage, tries: int, crowd: int) -> Figure:
    """People walk into a public subsite and are each invited to the group of its members.

    The floor: the same joins and invitations sent bare, as many at a time.
    """
    owner = await _owner(stage)
    ours: list[Task] = []
    floor: list[Task] = []
    for number in range(tries):
        space, leden = await _public_subsite(stage, owner, f"instroom-{number}")
        bare = [await stage.bot.creates_room(preset="public_chat") for _ in range(2)]
        people = [await _known(stage, one) for one in await stage.people("komt", crowd)]
        ours.append(partial(_walk_in, people, space, leden))
        floor.append(partial(_walk_in_bare, stage, people, *bare))
    return await in_turns("somebody joins and is invited on", crowd, ours, floor, AIM)


async def _walk_in(people: list[Person], space: str, leden: str) -> None:
    async def one(person: Person) -> None:
        await person.joins(space)
        await person.is_invited_to(leden, within=600)

    await _at_once(one(person) for person in people)


async def _walk_in_bare(stage: Stage, people: list[Person], space: str, leden: str) -> None:
    async def one(person: Person) -> None:
        await person.joins(space)
        await stage.bot.invites(leden, person.user_id)
        await person.is_invited_to(leden, within=600)

    await _at_once(one(person) for person in people)


async def inviting(stage: Stage, tries: int, crowd: int) -> Figure:
    """Somebody invites many people by command, one after another; the floor invites them bare."""
    owner = await _owner(stage)
    ours: list[Task] = []
    floor: list[Task] = []
    for number in range(tries):
        await _public_subsite(stage, owner, f"uitgenodigd-{number}")
        room = await stage.bot.creates_room(preset="private_chat")
        leden = await stage.bot.creates_room(preset="private_chat")
        people = await stage.people("gast", crowd)
        ours.append(partial(_invite, stage, owner, f"uitgenodigd-{number}", people))
        floor.append(partial(_invite_bare, stage, (room, leden), people))
    return await in_turns("somebody is invited by command", crowd, ours, floor, AIM)


async def _invite(stage: Stage, owner: Person, slug: str, people: list[Person]) -> None:
    for person in people:
        await stage.says(owner, f"uitnodigen {slug} {person.user_id}")


async def _invite_bare(stage: Stage, rooms: tuple[str, str], people: list[Person]) -> None:
    for person, room in product(people, rooms):
        await stage.bot.invites(room, person.user_id)


async def banning(stage: Stage, tries: int, rooms: int, crowd: int) -> Figure:
    """People who are in every room of a subsite are banned from it, one after another.

    The floor bans each from as many rooms, a few rooms at a time.
    """
    owner = await _owner(stage)
    ours: list[Task] = []
    floor: list[Task] = []
    for number in range(tries):
        slug = f"verbannen-{number}"
        space, _ = await _public_subsite(stage, owner, slug)
        groups = [await _group(stage, owner, slug, n) for n in range(rooms - 2)]
        people = await stage.people("weg", crowd)
        bare = [await stage.bot.creates_room(preset="public_chat") for _ in range(rooms)]
        await _at_once(p.joins(room) for p, room in product(people, [space, *groups, *bare]))
        ours.append(partial(_ban, stage, owner, slug, people))
        floor.append(partial(_ban_bare, stage, bare, people))
    return await in_turns(f"somebody is banned from {rooms} rooms", crowd, ours, floor, AIM)


async def _ban(stage: Stage, owner: Person, slug: str, people: list[Person]) -> None:
    for person in people:
        asked = await stage.says(owner, f"verban {slug} {person.user_id} Genoeg")
        if "ja" in asked:
            await stage.says(owner, "ja")


async def _ban_bare(stage: Stage, rooms: list[str], people: list[Person]) -> None:
    for person in people:
        await _at_once(stage.bot.bans(room, person.user_id, "Genoeg") for room in rooms)


async def _owner(stage: Stage) -> Person:
    return await _known(stage, await stage.person("sanne"))


async def _known(stage: Stage, person: Person) -> Person:
    """With a direct chat already, as everybody has from their first day on."""
    await stage.says(person, "taal nl")
    return person


async def _public_subsite(stage: Stage, owner: Person, slug: str) -> tuple[str, str]:
    """Its space and the group of its members."""
    line = f"deelsite nieuw Drukte --kort {slug} --zichtbaarheid openbaar --deelname vrij"
    told = await stage.says(owner, line)
    assert told.startswith("Klaar"), told
    space = await _room_at(stage, slug)
    await owner.joins(space)
    children = [
        key for (kind, key), content in (await stage.bot.state(space)).items()
        if kind == "m.space.child" and content
    ]  # fmt: skip
    for child in children:
        state = await stage.bot.state(child)
        if state["m.room.name", ""]["name"] == "Leden":
            return space, child
    raise AssertionError(f"{slug} has no group of its members")


async def _group(stage: Stage, owner: Person, slug: str, number: int) -> str:
    line = f"groep nieuw {slug} Groep {number} --zichtbaarheid openbaar --deelname vrij"
    told = await stage.says(owner, line)
    assert told.startswith("Klaar"), told
    return await _room_at(stage, f"{slug}.groep-{number}")


async def _room_at(stage: Stage, alias: str) -> str:
    path = f"directory/room/%23{alias}:{stage.synapse.server_name}"
    room: str = (await stage.bot.call("GET", path))["room_id"]
    return room


async def _at_once(tasks: Iterable[Awaitable[object]]) -> None:
    turn = asyncio.Semaphore(AT_ONCE)

    async def one(task: Awaitable[object]) -> None:
        async with turn:
            await task

    await asyncio.gather(*map(one, tasks))
