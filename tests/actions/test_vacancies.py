"""A subsite without an owner: when operators may appoint one, and who sees it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from plein_bot.actions import people, vacancies
from plein_bot.actions.acts import Act, Acts
from plein_bot.domain.deployment import Plein
from plein_bot.domain.errors import Refusal
from plein_bot.domain.ids import UserId
from plein_bot.domain.people import Role
from plein_bot.domain.places import Joining, Place, Visibility
from plein_bot.domain.standing import NoSuchPlace
from plein_bot.domain.vacancies import LASTS
from tests.commands.test_roles import brought, given
from tests.fakes.interruptions import Deed, Squares, survives_every_interruption
from tests.fakes.people import Person
from tests.fakes.square import PLEIN, SERVER, Square

OPERATOR = UserId(f"@operator:{SERVER}")
OPERATED: Plein = replace(PLEIN, operators=(OPERATOR,))
LONG = LASTS + timedelta(hours=1)


def by_operator(square: Square, cause: str = "$appoint") -> Act:
    acts = Acts(OPERATED, square.homeserver, square.index, square.locks)
    return acts.by(OPERATOR, cause)


async def goes(square: Square, person: Person, place: Place, ago: timedelta) -> None:
    """Somebody left a place so long ago."""
    room = square.homeserver.room(place.room)
    square.homeserver.remove(place.room, person.user_id, person.user_id)
    moment = datetime.now(UTC) - ago
    room.timeline[-1]["origin_server_ts"] = int(moment.timestamp() * 1000)
    await square.homeserver.settled()


async def hidden(square: Square) -> Place:
    subsite = await square.subsite("Geheim", Visibility.HIDDEN, Joining.INVITE)
    await brought(square, subsite, square.joost)
    return subsite


async def appoints(square: Square, person: Person) -> None:
    act = by_operator(square)
    standing = await vacancies.find(act, "geheim")
    assert await vacancies.may_appoint(act, standing, Role.OWNER)
    await vacancies.appoint(act, standing, await people.recognise(act, person.user_id))


async def test_after_fourteen_days_an_operator_appoints(square: Square) -> None:
    subsite = await hidden(square)
    await goes(square, square.sanne, subsite, LONG)

    await appoints(square, square.joost)

    assert given(square, subsite) == {square.joost.user_id: 100}
    staff = square.homeserver.room(await square.staff_room(subsite))
    assert staff.membership(square.joost.user_id) == "invite"
    assert "heeft Joost eigenaar gemaakt van Geheim" in staff.said_by(PLEIN.bot)[-1]
    with pytest.raises(NoSuchPlace):
        await vacancies.find(by_operator(square, "$again"), "geheim")


@pytest.mark.parametrize("ago", [timedelta(hours=1), LASTS - timedelta(hours=1)])
async def test_before_that_operators_know_of_nothing(square: Square, ago: timedelta) -> None:
    subsite = await hidden(square)
    await goes(square, square.sanne, subsite, ago)

    with pytest.raises(NoSuchPlace):
        await vacancies.find(by_operator(square), "geheim")


async def test_an_owned_subsite_is_none_of_an_operators_business(square: Square) -> None:
    await hidden(square)
    with pytest.raises(NoSuchPlace):
        await vacancies.find(by_operator(square), "geheim")


async def test_others_appoint_nobody(square: Square) -> None:
    subsite = await hidden(square)
    await goes(square, square.sanne, subsite, LONG)

    with pytest.raises(NoSuchPlace):
        await vacancies.find(square.by(square.joost), "geheim")
    standing = await square.standing(square.joost, subsite)
    assert not await vacancies.may_appoint(square.by(square.joost), standing, Role.OWNER)
    act = by_operator(square)
    mine = await vacancies.find(act, "geheim")
    assert not await vacancies.may_appoint(act, mine, Role.ADMIN)


async def test_who_is_appointed_takes_part_unless_nobody_does(square: Square) -> None:
    subsite = await hidden(square)
    await goes(square, square.sanne, subsite, LONG)
    with pytest.raises(Refusal, match="does not take part"):
        await appoints(square, square.peter)

    await goes(square, square.joost, subsite, LONG)
    await appoints(square, square.peter)
    assert square.homeserver.room(subsite.room).membership(square.peter.user_id) == "invite"
    assert given(square, subsite) == {square.peter.user_id: 100}


async def test_operators_hear_once_of_what_waits_for_them(square: Square) -> None:
    subsite = await hidden(square)
    await goes(square, square.sanne, subsite, timedelta(minutes=5))
    acts = Acts(OPERATED, square.homeserver, square.index, square.locks)
    operator = Person(square.homeserver, OPERATOR)
    now = datetime.now(UTC)

    await vacancies.tell_operators(acts, now)
    assert square.chat_of(operator) == []
    for _ in range(2):
        await vacancies.tell_operators(acts, now + LASTS)
    (told,) = square.chat_of(operator)
    assert "De deelsite Geheim heeft sinds" in told
    assert "`rol geheim <wie> eigenaar`" in told


async def test_appointing_survives_every_interruption(squares: Squares) -> None:
    async def scene(square: Square) -> Deed:
        subsite = await hidden(square)
        await goes(square, square.sanne, subsite, LONG)
        standing = await vacancies.find(by_operator(square), "geheim")

        async def deed() -> None:
            act = by_operator(square)
            person = await people.recognise(act, square.joost.user_id)
            await vacancies.appoint(act, standing, person)

        return deed

    await survives_every_interruption(squares, scene)
