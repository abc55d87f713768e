"""Taking somebody out of a place: which rooms follow, and who hears what."""

from plein_bot.domain.events import Membership
from tests.commands.test_request_life import asked, state_of
from tests.fakes.cascades import Subsite, subsite_on
from tests.fakes.people import Person
from tests.fakes.square import PLEIN, Square


async def removes(who: Person, line: str) -> str:
    preview = await who.asks(line)
    assert "Klopt dat?" in preview, preview
    return await who.asks("ja")


async def test_out_of_a_subsite_is_out_of_its_rooms_but_for_external_ones(square: Square) -> None:
    site = await subsite_on(square)
    await site.brings(square.joost, *site.rooms)

    preview = await square.sanne.asks("verwijderen zaanstreek Joost Stuurt spam")
    assert preview.startswith(
        "Ik verwijder Joost (ambtenaar, gemeente Zaanstad) uit Zaanstreek, en daarmee ook uit "
        "Leden, Jeugdzorg, Vertrouwelijk, het beheer."
    )
    assert "Joost blijft in Agenda, Netwerk" in preview
    told = await square.sanne.asks("ja")

    assert told == (
        "Joost is verwijderd uit Zaanstreek, en daarmee ook uit Leden, Jeugdzorg, Vertrouwelijk, "
        "het beheer."
    )
    assert site.where(square.joost) == {
        "": "leave",
        "leden": "leave",
        "jeugdzorg": "leave",
        "vertrouwelijk": "leave",
        "beheer": "leave",
        "netwerk": "join",
        "agenda": "join",
    }


async def test_the_person_hears_why_and_how_to_object_and_the_rooms_do_not(square: Square) -> None:
    site = await subsite_on(square)
    await site.brings(square.joost, "jeugdzorg")

    await removes(square.sanne, 'verwijderen zaanstreek @joost:plein.test "Stuurt spam"')

    said = square.chat_of(square.joost)[-1]
    assert said.startswith("U bent verwijderd uit Zaanstreek, en daarmee ook uit Leden, Jeugdzorg.")
    assert "De reden: “Stuurt spam”" in said
    assert "Maak bezwaar: `bezwaar 1`" in said
    assert "spam" not in site.said_in_rooms()


async def test_out_of_a_group_is_out_of_that_group_only(square: Square) -> None:
    site = await subsite_on(square)
    await site.brings(square.joost, "leden", "jeugdzorg")

    told = await removes(square.sanne, "remove zaanstreek/jeugdzorg Joost")

    assert told == "Joost is verwijderd uit Zaanstreek/Jeugdzorg."
    assert site.where(square.joost) == {"": "join", "leden": "join", "jeugdzorg": "leave"}


async def test_who_can_walk_back_in_may_be_shut_out_by_number(square: Square) -> None:
    site = await subsite_on(square)
    await site.brings(square.joost, "leden", "jeugdzorg")

    preview = await square.sanne.asks("verwijderen zaanstreek/jeugdzorg Joost Te luid")
    assert "Joost kan zo weer binnenlopen: de deelname is “vrij”" in preview
    instead = await square.sanne.asks("1")
    assert instead.startswith(
        "Ik ontzeg Joost (ambtenaar, gemeente Zaanstad) de toegang tot Zaanstreek/Jeugdzorg."
    )
    told = await square.sanne.asks("ja")

    assert told == "Joost heeft geen toegang meer tot Zaanstreek/Jeugdzorg."
    assert site.where(square.joost)["jeugdzorg"] == "ban"
    assert "De reden: “Te luid”" in square.chat_of(square.joost)[-1]


async def test_who_cannot_walk_back_in_is_not_warned_of(square: Square) -> None:
    site = await subsite_on(square)
    await site.brings(square.joost)

    preview = await square.sanne.asks("verwijderen zaanstreek Joost")

    assert "binnenlopen" not in preview
    assert "`ja` of `nee`" in await square.sanne.asks("1")


async def test_who_is_not_in_cannot_be_removed(square: Square) -> None:
    site = await subsite_on(square)

    told = await square.sanne.asks("verwijderen zaanstreek @joost:plein.test")
    assert told == "joost doet niet mee in Zaanstreek."

    await site.brings(square.joost, "netwerk")
    await square.joost.leaves(site.room)
    await site.is_out(square.joost, "leden")
    told = await square.sanne.asks("verwijderen zaanstreek @joost:plein.test")
    assert told == "Joost doet niet mee in Zaanstreek."
    assert site.where(square.joost)["netwerk"] == "join"


async def test_an_invitation_and_what_somebody_waits_for_are_ended_too(square: Square) -> None:
    site = await subsite_on(square)
    await square.sanne.asks("uitnodigen zaanstreek @joost:plein.test")
    await square.joost.joins(site.room)
    hidden = await subsite_request(site, square.joost)
    assert site.where(square.joost) == {"": "join", "leden": "invite"}

    await removes(square.sanne, "verwijderen zaanstreek @joost:plein.test")

    assert site.where(square.joost) == {"": "leave", "leden": "leave"}
    assert await state_of(square, hidden) == "denied"


async def subsite_request(site: Subsite, person: Person) -> int:
    """A request for a group that only its members see and that is joined on request."""
    await site.square.sanne.asks("instellen zaanstreek/jeugdzorg deelname verzoek")
    group = await site.square.group(site.place, "jeugdzorg")
    return await asked(site.square, person, group)


async def test_staff_remove_only_those_below_them_and_nobody_themselves(square: Square) -> None:
    site = await subsite_on(square)
    await site.brings(square.joost, "leden")

    assert "moet u moderator" in await square.joost.asks("verwijderen zaanstreek Sanne")
    told = await square.sanne.asks("verwijderen zaanstreek @sanne:plein.test")
    assert told == "Dit kunt u niet bij uzelf doen. Gebruik `verlaten zaanstreek`."
    told = await square.sanne.asks(f"verwijderen zaanstreek {PLEIN.bot}")
    assert "hoort bij Plein zelf" in told


async def test_unknown_and_hidden_places_sound_the_same(square: Square) -> None:
    await subsite_on(square)

    hidden = await square.joost.asks("verwijderen zaanstreek/vertrouwelijk Sanne")
    unknown = await square.joost.asks("verwijderen nergens Sanne")
    assert hidden.replace("zaanstreek/vertrouwelijk", "nergens") == unknown


async def test_a_room_that_refuses_does_not_stop_the_others(square: Square) -> None:
    site = await subsite_on(square)
    await site.brings(square.joost, "leden", "jeugdzorg")
    stubborn = square.homeserver.room(site.rooms["leden"])
    # Nobody is above a creator of the room.
    stubborn.content("m.room.create")["additional_creators"].append(square.joost.user_id)

    told = await removes(square.sanne, "verwijderen zaanstreek Joost")

    assert told.startswith("Joost is verwijderd uit Zaanstreek, en daarmee ook uit Jeugdzorg.")
    assert "Zaanstreek/Leden: M_FORBIDDEN" in told
    assert site.where(square.joost) == {"": "leave", "leden": "join", "jeugdzorg": "leave"}


async def test_many_rooms_are_counted_in_one_notice(square: Square) -> None:
    site = await subsite_on(square, more=[f"Groep {n}" for n in range(22)], kinds=())
    await site.brings(square.joost, *site.rooms)
    await square.sanne.asks("verwijderen zaanstreek Joost")
    asked = await square.sanne.says(square.sanne.chat, "ja")
    answer = await square.sanne.is_answered(square.sanne.chat, asked)

    chat = square.homeserver.room(square.sanne.chat).timeline
    counts = [raw["content"] for raw in chat if "van de 25 kamers" in str(raw["content"])]
    first, *_, last = counts
    assert first["body"] == "0 van de 25 kamers"
    assert "m.relates_to" not in first
    assert last["m.new_content"]["body"] == "25 van de 25 kamers"
    assert all(one["m.relates_to"]["rel_type"] == "m.replace" for one in counts[1:])
    assert len(counts) < 10
    assert "en nog 14" in answer["content"]["body"]


async def test_few_rooms_are_not_counted(square: Square) -> None:
    site = await subsite_on(square)
    await site.brings(square.joost, "leden")
    await removes(square.sanne, "verwijderen zaanstreek Joost")

    assert "kamers" not in repr(square.homeserver.room(square.sanne.chat).timeline)


async def test_who_slips_back_into_a_group_by_the_homeservers_memory_is_sent_away(
    square: Square,
) -> None:
    site = await subsite_on(square)
    await square.joost.opens_chat()
    await site.brings(square.joost, "leden", "jeugdzorg", "netwerk")
    await removes(square.sanne, "verwijderen zaanstreek Joost")

    for slug in ("jeugdzorg", "netwerk"):
        room = square.homeserver.room(site.rooms[slug])
        room.moves(square.joost.user_id, square.joost.user_id, Membership.JOIN, "Joost")
    await square.homeserver.settled()

    await square.joost.hears(
        square.joost.chat,
        lambda raw: "Jeugdzorg is voor wie meedoet in Zaanstreek" in str(raw["content"]),
    )
    assert site.where(square.joost)["jeugdzorg"] == "leave"
    assert site.where(square.joost)["netwerk"] == "join"


async def test_the_staff_read_nothing_of_a_hidden_group_that_follows(square: Square) -> None:
    site = await subsite_on(square, kinds=("Vertrouwelijk",))
    await square.joost.opens_chat()
    await site.brings(square.joost, "vertrouwelijk")
    # Whoever comes in is invited to the members' group first.
    await square.joost.hears(square.joost.chat, lambda raw: "In Zaanstreek:" in str(raw["content"]))
    await square.joost.leaves(site.rooms["leden"])

    await square.sanne.removes(site.room, square.joost.user_id)
    await site.is_out(square.joost, "vertrouwelijk")

    told = await square.sanne.hears(
        site.rooms["beheer"], lambda raw: "verwijderd uit" in str(raw["content"])
    )
    assert told["content"]["body"] == "Sanne heeft Joost verwijderd uit Zaanstreek."


async def test_in_a_room_of_the_place_the_place_may_be_left_out(square: Square) -> None:
    site = await subsite_on(square)
    await site.brings(square.joost, "jeugdzorg")
    await square.sanne.opens_chat()
    line = "!plein verwijderen @joost:plein.test Te luid"
    asked = await square.sanne.says(site.rooms["jeugdzorg"], line)

    await square.sanne.is_answered(site.rooms["jeugdzorg"], asked)
    preview = square.chat_of(square.sanne)[-1]
    assert preview.startswith(
        "Ik verwijder Joost (ambtenaar, gemeente Zaanstad) uit Zaanstreek/Jeugdzorg."
    )
    await square.sanne.asks("ja")

    assert site.where(square.joost)["jeugdzorg"] == "leave"
    assert "De reden: “Te luid”" in square.chat_of(square.joost)[-1]
