"""Thirty accounts flood a public place in which five people talk, and it is calm at once."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from tests.synapse.harness import Synapse
from tests.synapse.people import Person
from tests.synapse.scenes import Scene, scene_on
from tests.synapse.strangers import Json, safe

FLOODERS, MESSAGES, TALKERS = 30, 15, 5
SPAM = "Koop nu goedkope horloges op de beste winkel van het hele web"


@pytest.fixture
async def scene(synapse: Synapse, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Scene]:
    async with scene_on(synapse, tmp_path_factory.mktemp("protections")) as scene:
        yield scene


async def floods(person: Person, room: str, number: int) -> None:
    """As fast as they can, as long as they can; most of them all say the same."""
    for n in range(MESSAGES):
        text = SPAM if number % 3 else f"{number} maakt herrie {n}"
        status, _ = await person.tries(
            "PUT",
            f"rooms/{safe(room)}/send/m.room.message/flood-{n}",
            {"msgtype": "m.text", "body": text},
        )
        if status == 403:
            return


async def talks(person: Person, room: str, number: int) -> list[str]:
    return [await person.says(room, f"{number} zegt iets gewoons, {n}") for n in range(4)]


async def everything_in(person: Person, room: str) -> list[Json]:
    """All events of a room, the newest first."""
    found: list[Json] = []
    page: str | None = ""
    while page is not None:
        query = [("dir", "b"), ("limit", "500"), *([("from", page)] if page else [])]
        answer = await person.call("GET", f"rooms/{safe(room)}/messages", query=query)
        found += answer["chunk"]
        page = answer.get("end")
    return found


@pytest.mark.any_profile
async def test_a_flood_of_thirty_accounts_is_calm_before_most_of_it_came(scene: Scene) -> None:
    sanne = scene.sanne
    await scene.says(sanne, "deelsite nieuw Marktstad --zichtbaarheid openbaar --deelname vrij")
    await scene.says(sanne, "groep nieuw marktstad Markt --zichtbaarheid openbaar --deelname vrij")
    room, staff = await scene.room("marktstad/markt"), await scene.staff_room("marktstad")
    await sanne.joins(staff)
    told = await scene.says(
        sanne, "bescherming instellen marktstad/markt stortvloed aan --berichten 4"
    )
    assert "meer dan 4 berichten in 10 seconden" in told
    people = [await scene.synapse.person("mens") for _ in range(FLOODERS + TALKERS)]
    await asyncio.gather(*(person.joins(room) for person in people))
    loud, quiet = people[:FLOODERS], people[FLOODERS:]

    said = await asyncio.gather(
        *(talks(person, room, number) for number, person in enumerate(quiet)),
        *(floods(person, room, number) for number, person in enumerate(loud)),
    )
    # Ten are named; the line is changed until all of them are in it.
    line = await sanne.sees(
        lambda where, event: (
            where == staff
            and f"en nog {FLOODERS - 10}"
            in event["content"].get("m.new_content", event["content"]).get("body", "")
        )
    )

    assert "stortvloed. Berichten weggehaald, en gedempt tot " in str(line["content"])
    events = await everything_in(sanne, room)
    theirs = {person.user_id for person in loud}
    flood = [e for e in events if e["type"] == "m.room.message" and e["sender"] in theirs]
    assert flood
    assert [event for event in flood if event["content"]] == []
    # In what comes through it shows how soon it is calm, and a slow machine does not change that:
    # thirty accounts that nobody stops send 450.
    assert len(flood) <= 300
    stands = {event["event_id"] for event in events if event["content"].get("body")}
    assert {event for one in said if one for event in one} <= stands
    levels = (await scene.sanne.call("GET", f"rooms/{safe(room)}/state/m.room.power_levels"))[
        "users"
    ]
    assert {user for user, power in levels.items() if power < 0} == theirs
    for person in quiet:
        await person.says(room, "Fijn, het is weer rustig.")
    shown = await scene.says(sanne, "logboek marktstad/markt --wat stortvloed")
    assert shown.startswith(f"{FLOODERS} regels in het logboek van Marktstad/Markt")
    first = loud[1]
    invited = await first.sees(
        lambda where, event: (
            event["sender"] == scene.plein.bot and event.get("state_key") == first.user_id
        )
    )
    await first.joins(invited["room_id"])
    letter = await first.hears("Veel berichten in korte tijd", invited["room_id"])
    assert "bezwaar" in letter["content"]["body"]
