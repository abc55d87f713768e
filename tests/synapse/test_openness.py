"""Who finds a place, reads in it and comes in: every mix of settings, every kind of person."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from itertools import count, product

import pytest

from plein_bot.domain.places import Joining, Visibility
from tests.synapse.federation import Homeservers
from tests.synapse.openness import GROUPS, SUBSITES, WITH, WITHOUT, Row, Way
from tests.synapse.people import Person
from tests.synapse.scenes import Scene, scene_among
from tests.synapse.square import PURMEREND, WERKSAAM, somebody_of
from tests.synapse.strangers import Stranger, safe
from tests.synapse.watchers import membership

# Making all these places may take long on a machine that does other things too.
pytestmark = pytest.mark.timeout(1200)

NUMBERS = count(1)

CASES = pytest.mark.parametrize("row", [*GROUPS, *SUBSITES], ids=str)


@dataclass(frozen=True, slots=True)
class Trying:
    """Somebody who tries a place, and what should come of it."""

    person: Person
    way: Way
    at_home: bool


@dataclass
class Square:
    """Every place of the tables. `inside` are the members of a subsite, in the order of a row.

    Of every kind of person there are two: one has an account here, the other elsewhere.
    """

    scene: Scene
    outside: list[list[Person]] = field(default_factory=list)
    inside: dict[str, list[list[Person]]] = field(default_factory=dict)
    said: dict[str, str] = field(default_factory=dict)
    listed: dict[Stranger, frozenset[str]] = field(default_factory=dict)

    def trying(self, row: Row) -> list[Trying]:
        server = self.scene.synapse.server_name
        tried = [(self.outside, row.outside), (self.inside.get(row.subsite, []), row.inside)]
        return [
            Trying(person, way, person.user_id.endswith(f":{server}"))
            for people, ways in tried
            for some in people
            for person, way in zip(some, ways, strict=True)
        ]


@pytest.fixture(scope="module")
async def square(
    federated: Homeservers, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Square]:
    async with scene_among(federated, tmp_path_factory.mktemp("openness")) as scene:
        square = Square(scene)
        await starts(scene, "Zonder burgers", "--visibility listed --joining open")
        await starts(scene, "Met burgers", "--visibility public --joining open")
        square.outside = await people_of(scene, 3)
        for root, number in ((WITHOUT, 2), (WITH, 3)):
            square.inside[root] = await people_of(scene, number)
            everybody = [one for some in square.inside[root] for one in some]
            await asyncio.gather(*(comes_into(scene, one, root) for one in everybody))
        for row in SUBSITES:
            await makes_subsite(scene, row)
        for row in GROUPS:
            square.said[row.path] = await makes_group(scene, row)
        yield square


async def people_of(scene: Scene, number: int) -> list[list[Person]]:
    """An official, a partner and a citizen, or the first of them; with accounts here and abroad."""
    homes = scene.homeservers
    abroad = (homes.municipality, homes.partner, homes.elsewhere)
    kinds = (PURMEREND, WERKSAAM, None)[:number]
    found: list[list[Person]] = []
    for where in ((homes.plein,) * 3, abroad):
        found.append([])
        for kind, home in zip(kinds, where, strict=False):
            # An address proves one account: so everybody needs a name of their own.
            one = next(NUMBERS)
            person = await somebody_of(kind, home, scene.plein, f"iemand{one}", f"Iemand {one}")
            found[-1].append(person)
    for person in (one for some in found for one in some):
        await person.chat_with(scene.plein.bot)
    return found


async def comes_into(scene: Scene, person: Person, subsite: str) -> None:
    assert "uitnodiging" in await scene.says(person, f"deelnemen {subsite}")
    await person.joins(await scene.room(subsite))


async def starts(scene: Scene, name: str, options: str) -> None:
    told = await scene.says(scene.sanne, f"subsite create {name} {options}")
    assert "Klaar" in told, told
    slug = name.lower().replace(" ", "-")
    for room in (await scene.room(slug), await scene.staff_room(slug)):
        await scene.sanne.joins(room)


def options_of(row: Row) -> str:
    named = " --organisations purmerend" if row.joining is Joining.ORGANISATION else ""
    return f'--visibility {row.visibility} --joining {row.joining}{named} --topic "{row.topic}"'


async def makes_subsite(scene: Scene, row: Row) -> None:
    await starts(scene, row.name, options_of(row))
    if row.citizens and row.visibility is not Visibility.PUBLIC:
        told = await scene.says(scene.sanne, f"set {row.path} citizens yes")
        if "Klopt dat?" in told:
            told = await scene.says(scene.sanne, "ja")
        assert "Klaar." in told, told


async def makes_group(scene: Scene, row: Row) -> str:
    """Returns what Sanne said in it before anybody came."""
    citizens = " --citizens" if row.citizens else ""
    line = f"group create {row.subsite} {row.name} {options_of(row)}{citizens}"
    told = await scene.says(scene.sanne, line)
    assert "Klaar" in told, told
    room = await scene.room(row.path)
    await scene.sanne.joins(room)
    return await scene.sanne.says(room, "Wie leest dit?")


def test_the_tables_have_every_mix_that_there_is() -> None:
    hidden = {(Visibility.HIDDEN, joining) for joining in Joining if joining is not Joining.INVITE}
    refused = {*hidden, (Visibility.LISTED, Joining.INVITE)}
    groups = [row for row in GROUPS if row.subsite == WITH]
    found = {(row.visibility, row.joining) for row in groups}
    assert found == {*product(Visibility, Joining)} - refused
    of_subsites = {(row.visibility, row.joining) for row in SUBSITES}
    assert of_subsites == {
        (visibility, joining)
        for visibility, joining in found
        if visibility is not Visibility.MEMBERS and joining is not Joining.MEMBERS
    }
    for rows in (groups, SUBSITES):
        for visibility, joining in {(row.visibility, row.joining) for row in rows}:
            both = {r.citizens for r in rows if (r.visibility, r.joining) == (visibility, joining)}
            # Where everybody reads along, citizens may always come in.
            assert both == ({True} if visibility is Visibility.PUBLIC else {True, False})


@CASES
async def test_a_place_is_found_by_whom_it_should(square: Square, row: Row) -> None:
    scene = square.scene
    room, alias = await scene.room(row.path), scene.alias(row.path)
    stranger = scene.synapse.stranger
    seen = {"alias": await stranger.resolves(alias) == room}
    seen["name"] = await shows(stranger, row, room, ())
    assert seen == {"alias": "a" in row.found, "name": row.is_named_to_all}

    async def finds(one: Trying) -> dict[str, bool]:
        return {
            "alias": await one.person.resolves(alias) == room,
            "directory": room in await listed_for(square, one),
            "name": await shows(one.person, row, room, scene.via),
        }

    trying = square.trying(row)
    found = await asyncio.gather(*map(finds, trying))
    wanted = [
        {
            "alias": "a" in row.found,
            "directory": "d" in row.found,
            "name": row.is_named_to_all or one.way is Way.WALKS_IN,
        }
        for one in trying
    ]
    assert found == wanted


async def shows(who: Stranger, row: Row, room: str, via: tuple[str, ...]) -> bool:
    """Whether a room shows name and topic to somebody, and then the right ones."""
    found = await who.summary(room, via)
    if found is not None:
        assert (found["name"], found["topic"]) == (row.name, row.topic)
    return found is not None


async def listed_for(square: Square, one: Trying) -> frozenset[str]:
    """What the plein's homeserver lists, for one's own client."""
    if one.person not in square.listed:
        server = None if one.at_home else square.scene.synapse.server_name
        rooms = await one.person.directory(server)
        square.listed[one.person] = frozenset(room["room_id"] for room in rooms)
    return square.listed[one.person]


@CASES
async def test_a_place_is_read_and_entered_by_whom_it_should(square: Square, row: Row) -> None:
    trying = square.trying(row)
    room, said = await square.scene.room(row.path), square.said.get(row.path)
    for one in trying if said else ():
        # Others read what is public once they have come in.
        reads = row.is_public and one.at_home
        assert await one.person.may_read(room, said or "") == reads, one.person.user_id

    came = await asyncio.gather(*(comes(square, row, one.person, one.way) for one in trying))

    assert [way.value for way in came] == [one.way.value for one in trying]
    for one in trying if said else ():
        if one.at_home:
            reads = row.is_public or one.way is Way.WALKS_IN
            assert await one.person.may_read(room, said or "") == reads, one.person.user_id


async def comes(square: Square, row: Row, person: Person, wanted: Way) -> Way:
    """What comes of it when somebody tries every way in; what comes later is waited for."""
    scene = square.scene
    room = await scene.room(row.path)
    via = [("via", server) for server in scene.via]
    if (await person.tries("POST", f"join/{safe(room)}", {}, via))[0] == 200:
        await scene.sanne.sees(membership(room, person.user_id, "join"))
        return Way.WALKS_IN
    if (await person.tries("POST", f"knock/{safe(room)}", {}, via))[0] == 200:
        await knocked(square, row, person, wanted)
        return wanted
    told = await scene.says(person, f"deelnemen {row.path}")
    if "Waarom wilt u meedoen?" in told:
        await scene.says(person, "stop")
    for words, way in (
        ("U hebt een uitnodiging", Way.IS_INVITED_BY_PLEIN),
        ("Waarom wilt u meedoen?", Way.ASKS_THROUGH_PLEIN),
        ("de instelling `burgers` staat op “nee”", Way.HEARS_OF_CITIZENS),
        ("alleen op uitnodiging", Way.HEARS_OF_INVITATIONS),
        ("Ik ken geen plek", Way.HEARS_OF_NOTHING),
    ):
        if words in told:
            return way
    raise AssertionError(told)


async def knocked(square: Square, row: Row, person: Person, wanted: Way) -> None:
    """See what should follow a knock; whatever else followed is told by who waits in vain."""
    scene = square.scene
    room = await scene.room(row.path)
    match wanted:
        case Way.KNOCKS_AND_IS_ADMITTED:
            await person.is_invited_to(room)
        case Way.KNOCKS_AND_WAITS:
            name = await person.display_name(person.user_id)
            place = f" voor {(await scene.place(row.path)).full_name}" if row.subsite else ""
            staff_room = await scene.staff_room(row.subsite or row.path)
            await scene.sanne.hears(f"{place}: {name} · ", room=staff_room)
        case Way.KNOCKS_AND_HEARS_NO:
            chat = await person.chat_with(scene.plein.bot)
            await person.hears("de instelling `burgers` staat op “nee”", room=chat)
            # Seen here: nobody tells a homeserver that is not in the room that a knock is over.
            await scene.sanne.sees(membership(room, person.user_id, "leave"))
        case _:
            raise AssertionError(f"{person.user_id} could knock at {row}")


async def test_what_does_not_exist_cannot_be_made(square: Square) -> None:
    possible = {(row.visibility, row.joining) for row in GROUPS}
    for visibility, joining in {*product(Visibility, Joining)} - possible:
        options = f"--visibility {visibility} --joining {joining} --organisations purmerend"
        told = await square.scene.says(
            square.scene.sanne, f"group create {WITH} Kan niet {options}"
        )
        assert "Kies" in told, told
