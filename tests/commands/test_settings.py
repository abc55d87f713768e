"""Changing a setting as an owner meets it: a question, a preview, a yes, and what came of it."""

from datetime import UTC, datetime

import pytest

from plein_bot.actions import joining, people
from plein_bot.domain.ids import RoomAlias, RoomId
from plein_bot.domain.places import Joining, Place, Visibility
from plein_bot.index import addresses
from plein_bot.index import places as rows
from plein_bot.index import requests as request_rows
from tests.fakes.people import Person
from tests.fakes.square import PLEIN, SERVER, Square


async def brought(square: Square, place: Place, person: Person) -> None:
    """Somebody takes part in a place."""
    act = square.by(square.sanne, f"$brought {person.user_id} {place.room}")
    standing = await square.standing(square.sanne, place)
    await joining.invite(act, standing, await people.recognise(act, person.user_id))
    await person.joins(place.room)
    await person.opens_chat()


async def with_a_citizen(square: Square) -> Place:
    """A subsite with citizens: Fatima is in it, Joost too."""
    subsite = await square.subsite(citizens=True)
    for person in (square.fatima, square.joost):
        await brought(square, subsite, person)
    return subsite


async def membership(square: Square, person: Person, place: Place) -> str:
    return (await square.standing(person, place)).membership


async def test_citizens_are_named_and_go_when_the_owner_says_so(square: Square) -> None:
    subsite = await with_a_citizen(square)

    question = await square.sanne.asks("instellen zaanstreek burgers nee")
    assert "is 1 burger die er niet meer bij hoort: Fatima." in question
    assert "1 Zij moeten weg" in question
    preview = await square.sanne.asks("1")
    assert "burgers ja → nee" in preview
    assert "Fatima. Die worden verwijderd." in preview
    assert await membership(square, square.fatima, subsite) == "join"
    done = await square.sanne.asks("ja")

    assert "Klaar. Zaanstreek: burgers is nu nee." in done
    assert "1 persoon doet niet meer mee en heeft gehoord waarom: Fatima." in done
    assert await membership(square, square.fatima, subsite) == "leave"
    assert await membership(square, square.joost, subsite) == "join"
    [told] = [said for said in square.chat_of(square.fatima) if "niet meer mee" in said]
    assert "is niet meer voor burgers" in told


async def test_they_stay_when_the_owner_says_so(square: Square) -> None:
    subsite = await with_a_citizen(square)

    preview = await square.sanne.asks("set zaanstreek citizens no --citizens keep")
    assert "Fatima. Die blijven." in preview
    done = await square.sanne.asks("ja")

    assert "heeft gehoord waarom" not in done
    assert await membership(square, square.fatima, subsite) == "join"
    assert not any("niet meer mee" in said for said in square.chat_of(square.fatima))


@pytest.mark.parametrize("options", ["--citizens remove", "--burgers verwijderen", "--burgers weg"])
async def test_with_the_choice_given_nothing_is_asked(square: Square, options: str) -> None:
    await with_a_citizen(square)
    assert "Die worden verwijderd" in await square.sanne.asks(
        f"instellen zaanstreek burgers nee {options}"
    )


async def test_who_is_taken_out_of_a_subsite_is_taken_out_of_its_groups(square: Square) -> None:
    subsite = await with_a_citizen(square)
    leden = await square.group(subsite)
    await square.sanne.asks("instellen zaanstreek/leden burgers ja")
    await square.sanne.asks("ja")
    await brought(square, leden, square.fatima)

    await square.sanne.asks("instellen zaanstreek burgers nee --burgers verwijderen")
    await square.sanne.asks("ja")

    assert await membership(square, square.fatima, leden) == "leave"
    [told] = [said for said in square.chat_of(square.fatima) if "niet meer mee" in said]
    assert "Daarmee hebt u ook verlaten: Leden." in told


async def test_a_role_is_not_taken_by_a_setting(square: Square) -> None:
    subsite = await with_a_citizen(square)
    given = {"users": {square.sanne.user_id: 100, square.fatima.user_id: 50}}
    square.homeserver.room(subsite.room).puts(PLEIN.bot, "nl.plein.roles", given)
    await square.homeserver.settled()

    done = await square.sanne.asks("instellen zaanstreek burgers nee --burgers verwijderen")

    assert done == "Klaar. Zaanstreek: burgers is nu nee."
    assert await membership(square, square.fatima, subsite) == "join"


async def test_of_a_public_group_that_closes_the_outsiders_go(square: Square) -> None:
    subsite = await square.subsite(visibility=Visibility.PUBLIC, joining=Joining.OPEN)
    public = await square.group(subsite, "publiek")
    for person in (square.fatima, square.joost):
        await brought(square, public, person)
    await brought(square, subsite, square.joost)

    preview = await square.sanne.asks(
        "instellen zaanstreek/publiek zichtbaarheid leden --anderen verwijderen"
    )
    assert "zichtbaarheid openbaar → leden" in preview
    assert "is 1 persoon die niet in Zaanstreek zit: Fatima. Die worden verwijderd." in preview
    assert "blijven leesbaar voor wie de link ernaar heeft" in preview
    await square.sanne.asks("ja")

    assert await membership(square, square.fatima, public) == "leave"
    assert await membership(square, square.joost, public) == "join"
    room = square.homeserver.room(public.room)
    assert room.content("m.room.history_visibility") == {"history_visibility": "shared"}
    assert not room.listed


async def test_lowering_a_subsite_tells_which_groups_came_down(square: Square) -> None:
    subsite = await square.subsite(visibility=Visibility.PUBLIC, joining=Joining.OPEN)

    await square.sanne.asks("instellen zaanstreek zichtbaarheid verborgen")
    done = await square.sanne.asks("ja")

    assert "Dit wordt daardoor ook minder open" in done
    assert "Zaanstreek/Publiek: leden" in done
    public = await square.group(subsite, "publiek")
    assert public.settings.visibility is Visibility.MEMBERS
    for path in ("zaanstreek", "zaanstreek.publiek"):
        assert RoomAlias(f"#{path}:{SERVER}") not in square.homeserver.aliases

    # What is raised again opens nothing by itself.
    await square.sanne.asks("instellen zaanstreek zichtbaarheid openbaar")
    await square.sanne.asks("ja")
    public = await square.group(subsite, "publiek")
    assert public.settings.visibility is Visibility.MEMBERS


async def test_who_waits_walks_in_when_the_door_opens_and_hears_when_it_shuts(
    square: Square,
) -> None:
    subsite = await square.subsite(citizens=True)
    for person in (square.joost, square.fatima):
        await person.asks("deelnemen zaanstreek --reden Graag")

    await square.sanne.asks("instellen zaanstreek burgers nee")
    assert await request_rows.waiting_of(square.index, subsite.room, square.fatima.user_id) is None
    assert any("U doet mee als burger" in said for said in square.chat_of(square.fatima))

    await square.sanne.asks("instellen zaanstreek deelname vrij")
    await square.sanne.asks("ja")
    assert await membership(square, square.joost, subsite) == "invite"
    assert any("U bent welkom" in said for said in square.chat_of(square.joost))


async def test_the_short_name_moves_the_address_of_a_subsite_and_its_groups(
    square: Square,
) -> None:
    subsite = await square.subsite(visibility=Visibility.PUBLIC, joining=Joining.OPEN)
    public = await square.group(subsite, "publiek")

    preview = await square.sanne.asks("instellen zaanstreek adres zaan")
    assert "adres zaanstreek → zaan" in preview
    assert "Links met het oude adres werken daarna niet meer" in preview
    assert await square.sanne.asks("ja") == "Klaar. Zaanstreek: adres is nu zaan."

    aliases = square.homeserver.aliases
    assert aliases[RoomAlias(f"#zaan:{SERVER}")] == subsite.room
    assert aliases[RoomAlias(f"#zaan.publiek:{SERVER}")] == public.room
    assert not [alias for alias in aliases if alias.startswith("#zaanstreek")]
    assert "Zaanstreek" in await square.sanne.asks("deelsite toon zaan")


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("instellen zaanstreek adres leden", "een woord dat Plein zelf gebruikt"),
        ("instellen zaanstreek adres help", "een woord dat Plein zelf gebruikt"),
        ("instellen zaanstreek adres Zo niet!", "kan geen korte naam zijn"),
        ("instellen zaanstreek adres werkplein", "bezet"),
        ("instellen zaanstreek/leden adres iedereen", "houdt zijn korte naam"),
    ],
)
async def test_a_short_name_that_cannot_be(square: Square, line: str, told: str) -> None:
    await square.subsite()
    await square.subsite("Werkplein")
    assert told in await square.sanne.asks(line)


async def test_a_hidden_namesake_comes_in_sight_under_another_name(square: Square) -> None:
    """Two subsites may share a short name while one is hidden; the address belongs to one."""
    hidden = await square.subsite(visibility=Visibility.HIDDEN, joining=Joining.INVITE)
    await square.joost.asks("deelsite nieuw Zaanstreek --zichtbaarheid vindbaar --deelname verzoek")
    assert len(await rows.subsites(square.index)) == 2

    refused = await square.sanne.asks("instellen zaanstreek zichtbaarheid vindbaar")
    assert "hoort al bij een andere kamer" in refused
    assert "instellen zaanstreek adres" in refused
    assert "Klaar" in await square.sanne.asks("instellen zaanstreek adres zaan-geheim")
    await square.sanne.asks("instellen zaan-geheim zichtbaarheid vindbaar")
    assert "Klaar" in await square.sanne.asks("ja")

    assert square.homeserver.aliases[RoomAlias(f"#zaan-geheim:{SERVER}")] == hidden.room


async def test_in_a_hidden_place_newcomers_need_not_read_what_was_before(square: Square) -> None:
    hidden = await square.subsite(visibility=Visibility.HIDDEN, joining=Joining.INVITE)
    await square.subsite("Werkplein")

    assert "Klaar" in await square.sanne.asks("instellen zaanstreek geschiedenis nee")
    room = square.homeserver.room(hidden.room)
    assert room.content("m.room.history_visibility") == {"history_visibility": "joined"}
    refused = await square.sanne.asks("instellen werkplein geschiedenis nee")
    assert "Alleen in een verborgen plek" in refused

    await square.sanne.asks("instellen zaanstreek zichtbaarheid vindbaar")
    assert "Klaar" in await square.sanne.asks("ja")
    assert room.content("m.room.history_visibility") == {"history_visibility": "shared"}


async def test_in_a_room_nothing_is_asked_and_nobody_is_taken_out(square: Square) -> None:
    subsite = await with_a_citizen(square)
    staff = await square.staff_room(subsite)
    await square.sanne.opens_chat()
    await square.sanne.says(staff, "!plein instellen zaanstreek burgers nee")
    chat = RoomId(square.sanne.chat)
    preview = await square.sanne.hears(
        chat, lambda raw: "Die blijven." in raw["content"].get("body", "")
    )
    assert preview["sender"] == PLEIN.bot


async def test_whoever_proves_an_address_later_is_no_citizen_to_take_out(square: Square) -> None:
    await with_a_citizen(square)
    await addresses.prove(
        square.index, square.fatima.user_id, "fatima@werksaam.example", datetime.now(UTC)
    )
    done = await square.sanne.asks("instellen zaanstreek burgers nee")
    assert done == "Klaar. Zaanstreek: burgers is nu nee."
