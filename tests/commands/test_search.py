"""Finding again what was said, as people ask for it."""

import re

from plein_bot.domain.events import Membership
from plein_bot.domain.places import Place, Visibility
from plein_bot.domain.search import MOST_FOUND
from tests.fakes.people import Person
from tests.fakes.square import PLEIN, Square


async def bring(square: Square, person: Person, *places: Place) -> None:
    for place in places:
        square.homeserver.invite(place.room, PLEIN.bot, person.user_id)
        await person.joins(place.room)


async def a_place(square: Square, name: str = "Zaanstreek") -> Place:
    subsite = await square.subsite(name)
    return await square.group(subsite)


async def blog(person: Person, place: Place, title: str, text: str) -> str:
    event = await person.says(place.room, f"!plein blog {title}\n{text}")

    def is_card(raw: dict[str, object]) -> bool:
        return "nl.plein.post" in str(raw["content"]) and event in str(raw["content"])

    await person.hears(place.room, is_card)
    return event


async def test_free_text_finds_and_a_number_opens(square: Square) -> None:
    place = await a_place(square, "Werkgeversservicepunt")
    event = await blog(
        square.sanne, place, "Verslag bedrijfsbezoek Zaandam", "Wij waren bij de haven."
    )
    said = await square.sanne.says(
        place.room, "Het verslag van het bedrijfsbezoek in Zaandam volgt"
    )

    answer = await square.sanne.asks("verslag bedrijfsbezoek zaandam")

    assert re.fullmatch(
        "2 gevonden:\n\n"
        r"1\. Verslag bedrijfsbezoek Zaandam · Werkgeversservicepunt/Leden · \d+ \w+ \d{4}"
        r" · Wij waren bij de haven\.\n"
        r"2\. Sanne · Werkgeversservicepunt/Leden · \d+ \w+ \d{4}"
        r" · Het verslag van het bedrijfsbezoek in Zaandam volgt\n\n"
        r"Antwoord met een nummer\.",
        answer,
    ), answer
    opened = await square.sanne.asks("1")
    assert f"https://matrix.to/#/{place.room}/{event}?via=plein.test" in opened
    assert "blog · Sanne · Werkgeversservicepunt/Leden · " in opened
    assert "1 lid van Werkgeversservicepunt/Leden" in opened
    assert said in await square.sanne.asks("2")


async def test_the_words_are_marked_in_what_is_shown(square: Square) -> None:
    place = await a_place(square)
    await square.sanne.says(place.room, "De verslagen van **alle** bezoeken")

    await square.sanne.asks("zoek verslag bezoek")
    [answer] = [
        raw["content"]["formatted_body"]
        for raw in square.homeserver.rooms[square.sanne.chat].timeline
        if "gevonden" in raw["content"].get("body", "")
    ]

    assert "<strong>verslagen</strong> van **alle** <strong>bezoeken</strong>" in answer


async def test_nothing_found_is_said_with_what_helps(square: Square) -> None:
    await a_place(square)

    assert await square.sanne.asks("zoek eenhoorn") == (
        "Ik vind niets met “eenhoorn”.\n\nProbeer een ander woord, of minder woorden."
    )
    assert "Probeer het zonder de opties." in await square.sanne.asks("zoek eenhoorn --soort blog")
    assert await square.sanne.asks("eenhoorns op zolder") == (
        "Bedoelt u: `zoek eenhoorns op zolder`? (`help` toont alles.)"
    )


async def test_bad_questions_get_a_clear_sentence(square: Square) -> None:
    place = await a_place(square)
    await square.sanne.says(place.room, "Naar de haven OR niet")

    assert "Waar moet ik naar zoeken?" in await square.sanne.asks("zoek ?!")
    assert "hoogstens 20 woorden" in await square.sanne.asks(
        "zoek " + " ".join(f"woord{number}" for number in range(1200))
    )
    assert "1 gevonden" in await square.sanne.asks('zoek "naar de haven')
    assert "1 gevonden" in await square.sanne.asks("zoek haven OR")
    assert "1 gevonden" in await square.sanne.asks("zoek de naar")
    assert "geen dag, maand of jaar" in await square.sanne.asks("zoek haven --sinds lang")


async def test_only_who_takes_part_finds_what_is_said_there(square: Square) -> None:
    place = await a_place(square)
    await square.sanne.says(place.room, "De begroting is klaar")

    assert "niets" in await square.joost.asks("zoek begroting")

    await bring(square, square.joost, place)
    assert "1 gevonden" in await square.joost.asks("zoek begroting")

    await square.joost.leaves(place.room)
    assert "niets" in await square.joost.asks("zoek begroting")


async def test_what_is_public_is_found_by_everybody_from_when_it_was(square: Square) -> None:
    subsite = await square.subsite(visibility=Visibility.PUBLIC, citizens=True)
    public = await square.group(subsite, "publiek")
    await square.sanne.says(public.room, "De haven gaat open")

    assert "1 gevonden" in await square.fatima.asks("zoek haven")


async def test_options_narrow_the_search(square: Square) -> None:
    one = await a_place(square)
    other = await a_place(square, "Poelenburg")
    await bring(square, square.joost, one)
    await blog(square.sanne, one, "De haven", "Plannen voor de kade. #water")
    await square.joost.says(one.room, "Ik was bij de haven")
    await square.sanne.says(other.room, "Een haven is hier niet")

    async def number(line: str) -> str:
        return (await square.sanne.asks(line)).partition(":")[0]

    assert await number("zoek haven") == "3 gevonden"
    assert await number("zoek haven --in zaanstreek") == "2 gevonden"
    assert await number("zoek haven --in poelenburg/leden") == "1 gevonden"
    assert await number("zoek haven --soort blog") == "1 gevonden"
    assert await number("zoek haven --door Joost") == "1 gevonden"
    assert await number("zoek haven --label #water") == "1 gevonden"
    assert await number("zoek haven --sinds 2020 --tot 2100") == "3 gevonden"
    assert "niets" in await number("zoek haven --tot 2020")


async def test_a_long_list_comes_a_page_at_a_time_and_has_an_end(square: Square) -> None:
    place = await a_place(square)
    for number in range(MOST_FOUND + 5):
        square.homeserver.room(place.room).sends(
            square.sanne.user_id, "m.room.message", {"msgtype": "m.text", "body": f"haven {number}"}
        )
    await square.homeserver.settled()

    first = await square.sanne.asks("zoek haven")

    assert first.startswith(f"Meer dan {MOST_FOUND} gevonden, de beste vooraan.")
    assert "1 tot en met 20" in first
    assert "21. Sanne" in await square.sanne.asks("meer")
    assert "Zaanstreek/Leden" in await square.sanne.asks("25")


async def test_what_is_gone_since_it_was_listed_is_not_opened(square: Square) -> None:
    place = await a_place(square)
    event = await square.sanne.says(place.room, "De begroting is klaar")
    await square.sanne.asks("zoek begroting")

    await square.sanne.redacts(place.room, event)

    assert "staat er niet meer" in await square.sanne.asks("1")


async def test_in_a_room_the_answer_is_given_apart(square: Square) -> None:
    place = await a_place(square)
    await square.sanne.opens_chat()
    await square.sanne.says(place.room, "De begroting is klaar")

    asked = await square.sanne.says(place.room, "!plein zoek begroting")

    answer = await square.sanne.is_answered(place.room, asked)
    assert answer["content"]["body"] == "Ik heb u in ons gesprek geantwoord."
    assert square.homeserver.room(place.room).membership(PLEIN.bot) is Membership.JOIN


async def test_the_markup_of_a_post_is_not_shown(square: Square) -> None:
    place = await a_place(square)
    await blog(
        square.sanne, place, "Wachten", "Het duurt **elf dagen**, zegt [Meersloot](https://a.b)."
    )

    assert "Het duurt elf dagen, zegt Meersloot." in await square.sanne.asks("zoek meersloot")


async def test_of_an_author_the_first_name_is_enough(square: Square) -> None:
    place = await a_place(square)
    square.homeserver.names[square.joost.user_id] = "Joost Bakker"
    await bring(square, square.joost, place.subsite or place, place)
    await square.joost.says(place.room, "De haven is klaar")
    await square.sanne.says(place.room, "De haven is groot")

    for line in ("zoek haven --door joost", "search haven --by “Joost Bakker”"):
        assert "Joost Bakker · " in await square.sanne.asks(line)
        assert "groot" not in await square.sanne.asks(line)


async def test_whoever_is_not_in_a_place_does_not_learn_who_is(square: Square) -> None:
    """A listed place is found by everybody, and the names of its members by nobody else."""
    place = await a_place(square)
    await bring(square, square.joost, place.subsite or place)
    for line in (
        "zoek haven --in zaanstreek --door {name}",
        "blogs zaanstreek --schrijver {name}",
    ):
        told = await square.peter.asks(line.format(name="Joost"))
        assert "Joost" in told
        assert told == (await square.peter.asks(line.format(name="Geert"))).replace(
            "Geert", "Joost"
        )
