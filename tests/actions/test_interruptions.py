"""Whatever Plein does, it may die in the middle of it: done again for the same cause, all is well.

Each of these is stopped before every single thing that it does to the homeserver or the database.
"""

from datetime import UTC, datetime

import pytest

from plein_bot.actions import (
    addresses,
    groups,
    joining,
    members,
    people,
    places,
    register,
    removals,
    request_endings,
    requests,
    settings,
    subsites,
)
from plein_bot.actions import changes as change_actions
from plein_bot.actions.acts import Act
from plein_bot.domain import spaces
from plein_bot.domain.events import Membership
from plein_bot.domain.people import Organisation, OrganisationKind
from plein_bot.domain.places import GROUP_DEFAULTS, Joining, Place, Settings, Visibility
from plein_bot.domain.requests import LASTS
from plein_bot.domain.settings import Answer, Setting
from plein_bot.index import addresses as address_rows
from plein_bot.index import places as place_rows
from plein_bot.index import requests as request_rows
from tests.fakes.interruptions import Deed, Squares, survives_every_interruption
from tests.fakes.people import Person
from tests.fakes.square import NAMES, Square

REASON = "Ik werk aan jeugdzorg"
PUBLIC = Settings(Visibility.PUBLIC, Joining.OPEN)


async def asks_in(square: Square, person: Person, place: Place, cause: str = "$asked") -> None:
    act = square.by(person, cause)
    await joining.ask(act, await places.find(act, place.path), REASON)


async def test_starting_a_subsite(squares: Squares) -> None:
    async def scene(square: Square) -> Deed:
        async def deed() -> None:
            act = square.by(square.sanne)
            await subsites.start(act, "Zaanstreek", None, "Samen", PUBLIC, NAMES)

        return deed

    assert await survives_every_interruption(squares, scene) > 8


async def test_making_a_group(squares: Squares) -> None:
    async def scene(square: Square) -> Deed:
        subsite = await square.subsite()

        async def deed() -> None:
            act = square.by(square.sanne)
            inside = await places.find(act, subsite.path)
            await groups.make(act, inside, "Jeugdzorg", None, "Hulp", GROUP_DEFAULTS)

        return deed

    await survives_every_interruption(squares, scene)


async def test_making_a_group_that_the_space_cannot_hold(
    squares: Squares, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spaces, "MOST_GROUPS", 2)

    async def scene(square: Square) -> Deed:
        subsite = await square.subsite(visibility=Visibility.PUBLIC)

        async def deed() -> None:
            act = square.by(square.sanne)
            inside = await places.find(act, subsite.path)
            group = await groups.make(act, inside, "Jeugdzorg", None, "Hulp", GROUP_DEFAULTS)
            inner = await place_rows.inner_spaces(square.index, subsite.room)
            assert [
                room
                for room in (subsite.room, *inner)
                if square.homeserver.rooms[room].content("m.space.child", group.room)
            ] == list(inner)

        return deed

    assert await survives_every_interruption(squares, scene) > 5


async def test_asking_where_the_staff_decide(squares: Squares) -> None:
    async def scene(square: Square) -> Deed:
        subsite = await square.subsite()

        async def deed() -> None:
            await asks_in(square, square.joost, subsite)

        return deed

    await survives_every_interruption(squares, scene)


async def test_walking_in(squares: Squares) -> None:
    async def scene(square: Square) -> Deed:
        subsite = await square.subsite(joining=Joining.OPEN)

        async def deed() -> None:
            await asks_in(square, square.joost, subsite)

        return deed

    await survives_every_interruption(squares, scene)


async def test_inviting(squares: Squares) -> None:
    async def scene(square: Square) -> Deed:
        subsite = await square.subsite()
        await asks_in(square, square.joost, subsite)

        async def deed() -> None:
            act = square.by(square.sanne)
            guest = await people.recognise(act, square.joost.user_id)
            await joining.invite(act, await places.find(act, subsite.path), guest)

        return deed

    await survives_every_interruption(squares, scene)


async def waiting_number(square: Square, place: Place, person: Person) -> int:
    request = await request_rows.waiting_of(square.index, place.room, person.user_id)
    assert request
    return request.number


async def test_approving(squares: Squares) -> None:
    async def scene(square: Square) -> Deed:
        subsite = await square.subsite()
        await asks_in(square, square.joost, subsite)
        number = await waiting_number(square, subsite, square.joost)

        async def deed() -> None:
            await requests.approve(square.by(square.sanne), number)

        return deed

    await survives_every_interruption(squares, scene)


async def test_denying_somebody_who_knocks(squares: Squares) -> None:
    async def scene(square: Square) -> Deed:
        subsite = await square.subsite()
        await square.joost.knocks(subsite.room)
        await joining.knocked(square.by(square.joost, "$knock"), subsite, REASON)
        number = await waiting_number(square, subsite, square.joost)

        async def deed() -> None:
            await requests.deny(square.by(square.sanne), number, "Alleen voor Zaanstad")

        return deed

    await survives_every_interruption(squares, scene)


async def test_withdrawing_and_expiring(squares: Squares) -> None:
    for ends in ("withdraws", "expires"):

        async def scene(square: Square, ends: str = ends) -> Deed:
            subsite = await square.subsite()
            await square.joost.knocks(subsite.room)
            await joining.knocked(square.by(square.joost, "$knock"), subsite, REASON)
            number = await waiting_number(square, subsite, square.joost)

            async def withdraws() -> None:
                act = square.by(square.joost)
                request, place = await request_endings.mine(act, number)
                await request_endings.withdraw(act, place, request)

            async def expires() -> None:
                await request_endings.expire(square.acts, datetime.now(UTC) + LASTS)

            return withdraws if ends == "withdraws" else expires

        await survives_every_interruption(squares, scene)


async def test_an_address_that_lapses(squares: Squares) -> None:
    async def scene(square: Square) -> Deed:
        now = datetime.now(UTC)
        address, long_ago = "joost@zaanstad.example", datetime(2020, 5, 1, tzinfo=UTC)
        await address_rows.prove(square.index, square.joost.user_id, address, long_ago)

        async def deed() -> None:
            await addresses.remind(square.acts, now)

        return deed

    await survives_every_interruption(squares, scene)


async def member_of_all(square: Square, subsite: Place, person: Person) -> None:
    """Somebody is in a subsite and its groups."""
    act = square.by(square.sanne, "$brought")
    inside = await square.standing(square.sanne, subsite)
    await joining.invite(act, inside, await people.recognise(act, person.user_id))
    await person.joins(subsite.room)
    await person.joins((await square.group(subsite)).room)


async def test_leaving_a_subsite(squares: Squares) -> None:
    async def scene(square: Square) -> Deed:
        subsite = await square.subsite()
        await member_of_all(square, subsite, square.joost)

        async def deed() -> None:
            act = square.by(square.joost)
            await members.leave(act, await places.find(act, subsite.path))

        return deed

    await survives_every_interruption(squares, scene)


async def changes(act: Act, place: Place, setting: Setting, value: Answer | Visibility) -> None:
    standing = await places.find(act, place.path)
    planned = await settings.plan(act, standing, setting, value, ())
    if not planned.is_over:
        await change_actions.carry_out(act, planned)


async def test_lowering_the_visibility_of_a_subsite(squares: Squares) -> None:
    async def scene(square: Square) -> Deed:
        subsite = await square.subsite(visibility=Visibility.PUBLIC, joining=Joining.OPEN)

        async def deed() -> None:
            await changes(square.by(square.sanne), subsite, Setting.VISIBILITY, Visibility.LISTED)

        return deed

    await survives_every_interruption(squares, scene)


async def test_letting_citizens_in_and_out(squares: Squares) -> None:
    for citizens, after in ((False, Answer.YES), (True, Answer.NO)):

        async def scene(square: Square, citizens: bool = citizens, after: Answer = after) -> Deed:
            subsite = await square.subsite(citizens=citizens)

            async def deed() -> None:
                await changes(square.by(square.sanne), subsite, Setting.CITIZENS, after)

            return deed

        await survives_every_interruption(squares, scene)


async def test_arriving_in_a_subsite(squares: Squares) -> None:
    async def scene(square: Square) -> Deed:
        subsite = await square.subsite(joining=Joining.REQUEST)
        await asks_in(square, square.joost, subsite)
        square.homeserver.room(subsite.room).moves(
            square.sanne.user_id, square.joost.user_id, Membership.INVITE, "Joost"
        )
        await square.joost.joins(subsite.room)

        async def deed() -> None:
            await joining.arrived(square.by(square.joost), subsite, square.joost.user_id)

        return deed

    await survives_every_interruption(squares, scene)


async def test_what_follows_from_leaving_in_a_client(squares: Squares) -> None:
    async def scene(square: Square) -> Deed:
        subsite = await square.subsite()
        await member_of_all(square, subsite, square.joost)
        await square.joost.leaves(subsite.room)

        async def deed() -> None:
            act = square.by(square.joost)
            joost = await people.recognise(act, square.joost.user_id)
            await removals.follow(act, removals.LEAVE, subsite, joost)

        return deed

    await survives_every_interruption(squares, scene)


async def test_registering_an_organisation(squares: Squares) -> None:
    async def scene(square: Square) -> Deed:
        async def deed() -> None:
            waterland = Organisation("waterland", "gemeente Waterland", OrganisationKind.GOVERNMENT)
            await register.put(square.by(square.sanne), waterland)

        return deed

    await survives_every_interruption(squares, scene)
