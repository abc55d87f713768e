"""Roles given by command: who may, where they count, and what the person hears."""

import pytest

from plein_bot.actions import groups, joining, people
from plein_bot.domain.ids import RoomId, UserId
from plein_bot.domain.places import GROUP_DEFAULTS, Place
from tests.fakes.people import Person
from tests.fakes.square import PLEIN, Square


async def brought(square: Square, place: Place, person: Person) -> None:
    """Somebody is invited by Sanne, and joins."""
    act = square.by(square.sanne, f"$brought {place.slug} {person.user_id}")
    guest = await people.recognise(act, person.user_id)
    await joining.invite(act, await square.standing(square.sanne, place), guest)
    await person.joins(place.room)


async def with_group(square: Square, subsite: Place, name: str, by: Person) -> Place:
    act = square.by(by, f"$group {name}")
    inside = await square.standing(by, subsite)
    group = await groups.make(act, inside, name, None, "", GROUP_DEFAULTS)
    await by.joins(group.room)
    return group


def levels(square: Square, room: RoomId) -> dict[UserId, int]:
    found: dict[UserId, int] = square.homeserver.room(room).content("m.room.power_levels")["users"]
    return found


def given(square: Square, place: Place) -> dict[UserId, int]:
    found: dict[UserId, int] = square.homeserver.room(place.room).content("nl.plein.roles")["users"]
    return found


async def test_a_role_in_a_subsite_counts_in_all_its_rooms(square: Square) -> None:
    subsite = await square.subsite()
    leden, staff = await square.group(subsite), await square.staff_room(subsite)
    await brought(square, subsite, square.joost)

    preview = await square.sanne.asks("rol zaanstreek Joost moderator")
    assert preview.startswith(
        "Joost (ambtenaar, gemeente Zaanstad) in Zaanstreek en de ene groep daarin: lid → moderator"
    )
    assert given(square, subsite) == {square.sanne.user_id: 100}
    done = await square.sanne.asks("ja")

    joost = square.joost.user_id
    assert done == "Klaar. Joost is nu moderator van Zaanstreek en de ene groep daarin."
    for room in (subsite.room, leden.room, staff):
        assert levels(square, room) == {square.sanne.user_id: 100, joost: 50}
    assert given(square, subsite) == {square.sanne.user_id: 100, joost: 50}
    assert given(square, leden) == {}
    assert square.homeserver.room(staff).membership(joost) == "invite"
    assert "Sanne heeft u moderator van Zaanstreek gemaakt." in square.chat_of(square.joost)[-1]


async def test_a_role_that_goes_goes_everywhere_but_where_a_group_gave_its_own(
    square: Square,
) -> None:
    subsite = await square.subsite()
    leden, staff = await square.group(subsite), await square.staff_room(subsite)
    await brought(square, subsite, square.joost)
    await square.sanne.asks("rol zaanstreek Joost beheerder")
    await square.sanne.asks("ja")
    await square.joost.joins(staff)
    werk = await with_group(square, subsite, "Werk", square.joost)

    preview = await square.sanne.asks("rol zaanstreek Joost lid")
    assert "Een hogere rol die in een groep zelf is gegeven, blijft: in Werk." in preview
    await square.sanne.asks("ja")

    joost = square.joost.user_id
    assert [levels(square, room).get(joost) for room in (subsite.room, leden.room, staff)] == [
        None,
        None,
        None,
    ]
    assert levels(square, werk.room)[joost] == 100
    assert square.homeserver.room(staff).membership(joost) == "leave"
    assert "Sanne heeft uw rol in Zaanstreek beëindigd." in square.chat_of(square.joost)[-1]


async def test_in_a_group_nothing_is_asked(square: Square) -> None:
    subsite = await square.subsite()
    leden = await square.group(subsite)
    await brought(square, subsite, square.joost)
    await square.joost.joins(leden.room)

    told = await square.sanne.asks("rol zaanstreek/leden @joost:plein.test moderator")

    assert (
        told == "Klaar. Joost (ambtenaar, gemeente Zaanstad) is nu moderator van Zaanstreek/Leden."
    )
    assert given(square, leden) == {square.joost.user_id: 50}
    assert levels(square, leden.room)[square.joost.user_id] == 50
    assert square.joost.user_id not in levels(square, subsite.room)
    again = await square.sanne.asks("rol zaanstreek/leden Joost moderator")
    assert again == "Joost is al moderator van Zaanstreek/Leden."


async def test_a_role_of_the_subsite_is_not_lowered_in_a_group(square: Square) -> None:
    subsite = await square.subsite()
    leden = await square.group(subsite)
    await brought(square, subsite, square.joost)
    await square.joost.joins(leden.room)
    await square.sanne.asks("rol zaanstreek Joost beheerder")
    await square.sanne.asks("ja")

    told = await square.sanne.asks("rol zaanstreek/leden Joost moderator")

    assert "Joost is beheerder van Zaanstreek" in told
    assert "`rol zaanstreek @joost:plein.test …`" in told


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("rol zaanstreek Jost moderator", "Ik vind hier niemand met de naam “Jost”"),
        ("rol zaanstreek Peter moderator", "Ik vind hier niemand met de naam “Peter”"),
        ("rol zaanstreek @peter:plein.test moderator", "doet niet mee in Zaanstreek"),
        ("rol zaanstreek Joost moderater", "Bedoelt u “moderator”?"),
        ("rol zaanstreek Joost baas", "“baas” is geen van de keuzes"),
        ("rol zaanstreek @plein:plein.test lid", "is een account van Plein zelf"),
        ("rol zaanstreek @reserve:plein.test eigenaar", "is een account van Plein zelf"),
        ("rol nergens Joost moderator", "Ik ken geen plek"),
        ("rol zaanstreek Sanne lid", "U bent de laatste eigenaar van Zaanstreek"),
        ("rol zaanstreek @sanne:plein.test beheerder", "`rol zaanstreek <wie> eigenaar`"),
        ("rol zaanstreek Sanne eigenaar", "Sanne is al eigenaar van Zaanstreek."),
    ],
)
async def test_what_cannot_be_gets_a_clear_sentence(square: Square, line: str, told: str) -> None:
    subsite = await square.subsite()
    await brought(square, subsite, square.joost)
    before = given(square, subsite)

    assert told in await square.sanne.asks(line)
    assert given(square, subsite) == before


async def test_a_missing_role_is_asked_for_and_a_number_names_somebody(square: Square) -> None:
    subsite = await square.subsite()
    await brought(square, subsite, square.joost)
    listed = await square.sanne.asks("leden zaanstreek")
    assert listed.splitlines()[-1].startswith("2. Joost · ambtenaar, gemeente Zaanstad · lid")

    asked = await square.sanne.asks("rol zaanstreek 2")
    assert asked == "Welke rol? 1 eigenaar · 2 beheerder · 3 moderator · 4 lid"


async def test_an_admin_gives_up_to_moderator_and_not_to_those_above(square: Square) -> None:
    subsite = await square.subsite()
    for person in (square.joost, square.peter):
        await brought(square, subsite, person)
    await square.sanne.asks("rol zaanstreek Joost beheerder")
    await square.sanne.asks("ja")

    assert "Als beheerder geeft u rollen tot en met moderator" in await square.joost.asks(
        "rol zaanstreek Peter beheerder"
    )
    assert "Als beheerder" in await square.joost.asks("rol zaanstreek Sanne lid")
    assert "Als beheerder" in await square.joost.asks("rol zaanstreek Joost eigenaar")
    await square.joost.asks("rol zaanstreek Peter moderator")
    assert "Peter is nu moderator" in await square.joost.asks("ja")
    assert "moet u beheerder van Zaanstreek zijn" in await square.peter.asks(
        "rol zaanstreek Joost lid"
    )
    await square.peter.asks("rol zaanstreek Peter lid")
    assert "Peter is nu lid" in await square.peter.asks("ja")
    assert given(square, subsite) == {square.sanne.user_id: 100, square.joost.user_id: 75}


async def test_who_leaves_has_no_role_any_more(square: Square) -> None:
    subsite = await square.subsite()
    leden, staff = await square.group(subsite), await square.staff_room(subsite)
    await brought(square, subsite, square.joost)
    await square.sanne.asks("rol zaanstreek Joost moderator")
    await square.sanne.asks("ja")

    await square.joost.leaves(subsite.room)
    await square.joost.hears(
        staff,
        lambda raw: (
            raw["type"] == "m.room.power_levels"
            and square.joost.user_id not in raw["content"]["users"]
            and square.joost.user_id in raw["unsigned"].get("prev_content", {}).get("users", {})
        ),
    )

    assert given(square, subsite) == {square.sanne.user_id: 100}
    assert "Ik ken geen plek" not in await square.joost.asks("leden zaanstreek")
    assert "Alleen leden van Zaanstreek" in await square.joost.asks("leden zaanstreek")
    assert square.joost.user_id not in levels(square, leden.room)
    assert PLEIN.bot not in levels(square, leden.room)
