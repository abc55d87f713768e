"""What Plein remembers, made again from the rooms of a real homeserver."""

import argparse
import asyncio
import secrets
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass

import pytest

from plein_bot.actions import groups, places, subsites
from plein_bot.actions.subsites import Names
from plein_bot.config import Settings as Configuration
from plein_bot.domain.ids import EventId, UserId
from plein_bot.domain.places import GROUP_DEFAULTS, Joining, Place, Settings, Visibility
from plein_bot.index import work
from plein_bot.index.schema import migrate
from plein_bot.index.tables.projection import EventRow
from plein_bot.operations import rebuild
from tests.conftest import opened
from tests.index.snapshots import Snapshot, empty, projection
from tests.postgres import Cluster
from tests.synapse.conftest import Plein, running, settings_on
from tests.synapse.harness import Synapse
from tests.synapse.people import Person
from tests.synapse.square import ZAANSTAD, organisations, somebody_of
from tests.synapse.watchers import Accepts

pytestmark = pytest.mark.any_profile

NAMES = Names(members="Leden", public="Publiek", staff="Beheer")
VISIBILITIES = (Visibility.LISTED, Visibility.PUBLIC, Visibility.HIDDEN)


@dataclass
class Square:
    """A lively square at rest: Plein has stopped, having heard of everything (`before`)."""

    synapse: Synapse
    settings: Configuration
    people: list[Person]
    groups: list[Place]
    said: dict[str, EventId]
    before: Snapshot

    async def rebuilt(self, *, dry_run: bool = False) -> Snapshot:
        assert await rebuild.main(self.settings, argparse.Namespace(dry_run=dry_run)) == 0
        async with opened(self.settings.database.url) as index:
            return await projection(index)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def postgresql(request: pytest.FixtureRequest) -> Cluster | None:
    """Where the database of the square is to be; None for SQLite."""
    return request.getfixturevalue("cluster") if request.param == "postgresql" else None


@pytest.fixture(scope="module")
async def square(
    postgresql: Cluster | None, synapse: Synapse, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Square]:
    folder = tmp_path_factory.mktemp("square")
    async with AsyncExitStack() as stack:
        url = f"sqlite+aiosqlite:///{folder}/plein.db"
        if postgresql:
            url = await stack.enter_async_context(postgresql.database())
        await migrate(url)
        settings = await settings_on(synapse, folder, database={"url": url})
        async with running(settings) as plein:
            people, made = await _a_square(synapse, plein)
            said = await _a_day(people, made)
            await _settles(plein, people[0], made[0])
            before = await projection(plein.parts.index)
        yield Square(synapse, settings, people, made, said, before)


async def _a_square(synapse: Synapse, plein: Plein) -> tuple[list[Person], list[Place]]:
    """Forty people, and the twenty groups of five subsites."""
    await organisations(plein)
    people = await asyncio.gather(
        *(
            somebody_of(ZAANSTAD, synapse, plein, f"lid{number}", f"Lid {number}")
            for number in range(40)
        )
    )
    owner = UserId(people[0].user_id)
    # Every square stands on the same homeserver, and an address is given out once.
    mark = secrets.token_hex(3)

    async def subsite(number: int) -> Place:
        act = plein.parts.acts.by(owner, f"subsite {number}")
        visibility = VISIBILITIES[number % len(VISIBILITIES)]
        joining = Joining.INVITE if visibility is Visibility.HIDDEN else Joining.REQUEST
        name = f"Deelsite {number} {mark}"
        return (
            await subsites.start(act, name, None, "", Settings(visibility, joining), NAMES)
        ).subsite

    async def group(number: int, inside: Place) -> Place:
        act = plein.parts.acts.by(owner, f"group {number}")
        standing = await places.at(act, inside.room)
        assert standing
        return await groups.make(act, standing, f"Groep {number}", None, "", GROUP_DEFAULTS)

    made = await asyncio.gather(*(subsite(number) for number in range(5)))
    inside = await asyncio.gather(*(group(n, made[n % len(made)]) for n in range(20)))
    return people, inside


async def _a_day(people: list[Person], made: list[Place]) -> dict[str, EventId]:
    """People come, talk, leave and change their minds. Returns what some of them said."""
    owner, *others = people
    said: dict[str, EventId] = {}
    for room in {place.room for group in made for place in (group, group.root)}:
        await owner.joins(room)

    async def comes(number: int, person: Person) -> None:
        group = made[number % len(made)]
        # Whoever comes into a subsite gets an invitation more and a chat with Plein.
        for place in (group.root, group) if number % 5 == 0 else (group,):
            await owner.invites(place.room, person.user_id)
            if number % 13:
                await person.joins(place.room)
        if number % 13 == 0:
            return
        event = EventId(await person.says(group.room, f"Ik ben nummer {number}."))
        said[f"line {number}"] = event
        if number % 4 == 0:
            await person.edits(group.room, event, "Dag allemaal.")
        if number % 6 == 0:
            await person.redacts(group.room, event)
            said[f"redacted {number}"] = said.pop(f"line {number}")
        if number % 7 == 0:
            await person.leaves(group.room)
        if number % 9 == 0:
            await person.takes_name(f"Nieuwe naam {number}")
            # The homeserver tells the rooms of a new name only after it has answered.
            await person.sees(_is_called(f"Nieuwe naam {number}"), within=60)
        if number % 11 == 0:
            await owner.call("POST", f"rooms/{group.room}/ban", {"user_id": person.user_id})

    await asyncio.gather(*(comes(n, person) for n, person in enumerate(others, start=1)))
    await owner.sets(made[0].room, "m.room.topic", {"topic": "Een ander onderwerp"})
    return said


def _is_called(name: str) -> Accepts:
    return lambda _, event: event["content"].get("displayname") == name


async def _settles(plein: Plein, person: Person, group: Place) -> None:
    """Wait until Plein has heard of everything, has done what it asks, and heard of that."""
    index = plein.parts.index
    quiet = 0
    async with asyncio.timeout(120):
        while quiet < 2:
            # A word comes after all that was said before it, in whatever room.
            last = EventId(await person.says(group.room, "Is alles gedaan?"))

            async def told(last: EventId = last) -> bool:
                async with index.reading() as session:
                    return await session.get(EventRow, last) is not None

            await index.until(told)
            quiet = 0 if await work.outstanding(index) else quiet + 1


async def test_the_rooms_say_the_same_as_what_was_heard_of_them(
    square: Square, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rebuild, "_MANY", 20)
    counts = {table: len(rows) for table, rows in square.before.items()}
    assert counts["places"] >= 32
    assert counts["members"] > 100

    assert _differing(square.before, await square.rebuilt()) == []
    told = capsys.readouterr().out
    assert "events so far" in told
    assert "All rooms are read. Now they are compared with the index." in told
    assert "The rooms say the same as the index." in told


async def test_from_nothing_a_rebuild_makes_everything_again(square: Square) -> None:
    async with opened(square.settings.database.url) as index:
        await empty(index)

    assert await square.rebuilt(dry_run=True) == {table: {} for table in square.before}
    again = await square.rebuilt()

    # Who was invited to a room, and what became of rooms that were left, no room tells.
    joined = {
        room for (room,), row in square.before["rooms"].items() if row["membership"] == "join"
    }
    assert _differing(_in(joined, square.before), _in(joined, again)) == []


async def test_what_the_homeserver_purges_stays_and_what_was_redacted_stays_gone(
    square: Square,
) -> None:
    owner = square.people[0]
    late = square.said["line 1"]
    await square.people[1].redacts(square.groups[1].room, late)
    assert (await square.rebuilt())["events"][late,]["content"] == {}
    for group in square.groups:
        last = await owner.says(group.room, "Hierna is alles weg.")
        await square.synapse.accounts.purge_history(group.room, last)

    after = await square.rebuilt()

    events = after["events"]
    for name, event in square.said.items():
        row = events[event,]
        assert row["held_here_only"], name
        gone = name.startswith("redacted") or event == late
        assert row["redacted"] is gone, name
        assert ("body" in row["content"]) is not gone, name
    for table in ("state", "members", "places", "organisations", "rooms"):
        assert _differing({table: square.before[table]}, after) == []
    assert events.keys() > square.before["events"].keys()


def _differing(before: Snapshot, after: Snapshot) -> list[tuple[object, object]]:
    """Rows that were there and are not, or not so: each as it was and as it is."""
    return [
        (row, after[table].get(key))
        for table, rows in before.items()
        for key, row in rows.items()
        if after[table].get(key) != row
    ]


def _in(rooms: set[object], snapshot: Snapshot) -> Snapshot:
    return {
        table: {key: row for key, row in rows.items() if row["room_id"] in rooms}
        for table, rows in snapshot.items()
    }
