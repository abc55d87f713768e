"""Choosing whose homeservers take part: the list in every room, and who has to go."""

from dataclasses import replace

import pytest

from plein_bot.actions import groups, organisations, places, register, servers
from plein_bot.actions.acts import Act
from plein_bot.actions.servers import Outcome
from plein_bot.domain.errors import Refusal
from plein_bot.domain.events import Membership
from plein_bot.domain.ids import RoomId, UserId
from plein_bot.domain.organisations import Register
from plein_bot.domain.people import Organisation, OrganisationKind
from plein_bot.domain.places import GROUP_DEFAULTS, Place
from plein_bot.index import rooms
from tests.fakes.interruptions import Deed, Squares, survives_every_interruption
from tests.fakes.people import Person
from tests.fakes.square import PLEIN, WERKSAAM, ZAANSTAD, Square

OWN = PLEIN.server
PURMEREND = Organisation(
    "purmerend", "gemeente Purmerend", OrganisationKind.GOVERNMENT, servers=("purmerend.test",)
)
HOSTED = replace(WERKSAAM, servers=("werksaam.test",))


async def put(square: Square, *changed: Organisation) -> None:
    for number, organisation in enumerate(changed):
        await register.put(square.by(square.sanne, f"$register {number}"), organisation)


def elsewhere(square: Square, name: str, server: str) -> Person:
    return Person(square.homeserver, UserId(f"@{name}:{server}"))


async def comes_in(square: Square, person: Person, *where: RoomId) -> None:
    for room in where:
        await square.sanne.invites(room, person.user_id)
        await person.joins(room)


async def full_square(square: Square) -> tuple[Place, Person, Person]:
    """Zaanstreek with Wim of WerkSaam and Ilse of Purmerend in the space and in `leden`."""
    await put(square, HOSTED, PURMEREND)
    subsite = await square.subsite()
    leden = (await square.group(subsite)).room
    wim = elsewhere(square, "wim", "werksaam.test")
    ilse = elsewhere(square, "ilse", "purmerend.test")
    await comes_in(square, wim, subsite.room, leden)
    await comes_in(square, ilse, subsite.room, leden)
    return subsite, wim, ilse


async def choose(square: Square, named: tuple[str, ...] | None, cause: str = "$choose") -> Outcome:
    act = square.by(square.sanne, cause)
    planned = await servers.plan(act, await places.find(act, "zaanstreek"), named)
    outcome = await servers.carry_out(act, planned)
    await servers.tell(act, planned.subsite, outcome.gone)
    return outcome


async def lists(square: Square, subsite: Place) -> list[list[str] | None]:
    """The list of each of the three rooms of a subsite."""
    everywhere = (
        subsite.room,
        (await square.group(subsite)).room,
        await square.staff_room(subsite),
    )
    found = await rooms.contents(square.index, everywhere, "m.room.server_acl")
    return [found[room]["allow"] if room in found else None for room in everywhere]


def membership(square: Square, room: RoomId, person: Person) -> Membership:
    return square.homeserver.rooms[room].membership(person.user_id)


async def test_the_list_stands_in_every_room_and_who_is_left_out_goes(square: Square) -> None:
    subsite, wim, ilse = await full_square(square)
    assert await lists(square, subsite) == [None, None, None]

    outcome = await choose(square, ("purmerend",))

    assert await lists(square, subsite) == [[OWN, "purmerend.test"]] * 3
    assert outcome == Outcome((wim.user_id,), frozenset())
    for room in (subsite.room, (await square.group(subsite)).room):
        assert membership(square, room, wim) is Membership.LEAVE
        assert membership(square, room, ilse) is Membership.JOIN
    assert [told for told in square.chat_of(wim) if "werksaam.test" in told]
    assert square.chat_of(ilse) == []
    standing = await places.at(square.by(square.sanne), subsite.room)
    assert standing
    assert standing.place.settings.servers == ("purmerend",)


async def test_a_new_group_has_the_list_from_its_first_instant(square: Square) -> None:
    await full_square(square)
    await choose(square, ("purmerend",))
    act = square.by(square.sanne, "$group")
    inside = await places.find(act, "zaanstreek")
    made = await groups.make(act, inside, "Jeugdzorg", None, "", GROUP_DEFAULTS)
    room = square.homeserver.rooms[made.room]
    events = [raw for raw in room.timeline if raw["type"] == "m.room.server_acl"]
    assert [raw["content"]["allow"] for raw in events] == [[OWN, "purmerend.test"]]
    joined = next(n for n, raw in enumerate(room.timeline) if raw["type"] == "m.room.name")
    assert room.timeline.index(events[0]) <= joined


async def test_all_again_is_a_list_that_lets_in_all(square: Square) -> None:
    subsite, wim, _ = await full_square(square)
    await choose(square, ())
    assert await lists(square, subsite) == [[OWN]] * 3
    outcome = await choose(square, None, "$again")
    assert outcome == Outcome((), frozenset())
    assert await lists(square, subsite) == [["*"]] * 3
    # It opens the door; nobody is carried in.
    assert membership(square, subsite.room, wim) is Membership.LEAVE


async def test_an_organisation_without_a_homeserver_adds_nothing(square: Square) -> None:
    subsite, *_ = await full_square(square)
    await choose(square, ("purmerend", ZAANSTAD.slug))
    assert await lists(square, subsite) == [[OWN, "purmerend.test"]] * 3


async def test_the_list_follows_the_register(square: Square) -> None:
    subsite, wim, ilse = await full_square(square)
    await choose(square, ("purmerend", "werksaam"))
    assert (await lists(square, subsite))[0] == [OWN, "purmerend.test", "werksaam.test"]

    await put(square, replace(PURMEREND, servers=("nieuw.test", "purmerend.test")))
    await servers.follow(square.by(square.sanne, "$added"))
    assert (await lists(square, subsite))[1] == [
        "nieuw.test",
        OWN,
        "purmerend.test",
        "werksaam.test",
    ]

    act = square.by(square.sanne, "$removed")
    would_go = await servers.consequences(act, await without(act, "werksaam"))
    assert [one.by_server for one in would_go] == [{"werksaam.test": 1}]
    await register.drop(act, HOSTED)
    await servers.follow(act)
    assert await lists(square, subsite) == [["nieuw.test", OWN, "purmerend.test"]] * 3
    assert membership(square, subsite.room, wim) is Membership.LEAVE
    assert membership(square, subsite.room, ilse) is Membership.JOIN
    staff = square.homeserver.rooms[await square.staff_room(subsite)]
    assert "nieuw.test, plein.test, purmerend.test" in staff.said_by(PLEIN.bot)[-1]
    # Whatever changes in the register after that is none of its business.
    said = len(staff.said_by(PLEIN.bot))
    await put(square, replace(ZAANSTAD, name="Zaanstad"))
    await servers.follow(square.by(square.sanne, "$other"))
    assert len(staff.said_by(PLEIN.bot)) == said


async def without(act: Act, slug: str) -> Register:
    return tuple(one for one in await organisations.all_of(act) if one.slug != slug)


async def test_who_waits_or_is_invited_goes_too(square: Square) -> None:
    await put(square, HOSTED)
    subsite = await square.subsite()
    knocking = elsewhere(square, "klop", "werksaam.test")
    invited = elsewhere(square, "gast", "werksaam.test")
    await knocking.knocks(subsite.room)
    await square.sanne.invites(subsite.room, invited.user_id)
    outcome = await choose(square, ())
    assert outcome.gone == (invited.user_id, knocking.user_id)
    assert membership(square, subsite.room, knocking) is Membership.LEAVE
    assert membership(square, subsite.room, invited) is Membership.LEAVE


async def test_nobody_shuts_out_the_last_owner(square: Square) -> None:
    subsite, wim, _ = await full_square(square)
    roles = {"users": {wim.user_id: 100, square.sanne.user_id: 75}}
    square.homeserver.rooms[subsite.room].puts(PLEIN.bot, "nl.plein.roles", roles, "")
    await square.homeserver.settled()
    with pytest.raises(Refusal, match="would have no owner"):
        await choose(square, ())


async def test_choosing_survives_every_interruption(squares: Squares) -> None:
    async def scene(square: Square) -> Deed:
        await full_square(square)

        async def deed() -> None:
            await choose(square, ("purmerend",))

        return deed

    assert await survives_every_interruption(squares, scene) > 8


async def test_following_the_register_survives_every_interruption(squares: Squares) -> None:
    async def scene(square: Square) -> Deed:
        await full_square(square)
        await choose(square, ("purmerend", "werksaam"))

        async def deed() -> None:
            act = square.by(square.sanne, "$removed")
            await register.drop(act, HOSTED)
            await servers.follow(act)

        return deed

    assert await survives_every_interruption(squares, scene) > 8
