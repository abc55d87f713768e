"""Polls as people hold them: shown, closed, and told of once."""

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest

from plein_bot.domain.ids import EventId, RoomId
from plein_bot.domain.places import Place
from plein_bot.domain.polls import ENDS, RESPONSES, STARTS
from plein_bot.index import polls
from tests.commands.test_interruptions import attended, last
from tests.fakes.interruptions import Deed, Squares, survives_every_interruption
from tests.fakes.people import Person
from tests.fakes.square import PLEIN, Square

KIND = "org.matrix.msc3381.poll.disclosed"


async def a_place(square: Square, *others: Person) -> Place:
    subsite = await square.subsite()
    group = await square.group(subsite)
    for person in others:
        for room in (subsite.room, group.room):
            square.homeserver.invite(room, PLEIN.bot, person.user_id)
            await person.joins(room)
    return group


async def asks(
    person: Person,
    room: str,
    *answers: str,
    kind: str = KIND,
    more: Mapping[str, Any] | None = None,
) -> EventId:
    poll = {
        "kind": kind,
        "question": {"body": "Wat eten we?"},
        "answers": [{"id": one, "org.matrix.msc1767.text": one} for one in answers],
    }
    return await person.sends(room, STARTS[1], {STARTS[1]: poll, **(more or {})})


async def votes(person: Person, room: str, poll: EventId, *chosen: str) -> EventId:
    relation = {"rel_type": "m.reference", "event_id": poll}
    content = {RESPONSES[1]: {"answers": [*chosen]}, "m.relates_to": relation}
    return await person.sends(room, RESPONSES[1], content)


async def ends(person: Person, room: str, poll: EventId) -> EventId:
    relation = {"rel_type": "m.reference", "event_id": poll}
    return await person.sends(room, ENDS[1], {ENDS[1]: {}, "m.relates_to": relation})


def told(square: Square, room: str) -> list[dict[str, Any]]:
    """What Plein said here about polls: results and images."""
    return [
        raw["content"]
        for raw in square.homeserver.rooms[RoomId(room)].timeline
        if raw["sender"] == PLEIN.bot and raw["type"] == "m.room.message"
        if raw["content"].get("msgtype") == "m.image" or "gesloten:" in raw["content"]["body"]
    ]


async def result(square: Square, poll: EventId) -> None:
    """Wait until the result stands."""

    async def is_told() -> bool:
        found = await polls.of_event(square.index, poll)
        return bool(found and found.result)

    async with asyncio.timeout(60):
        await square.index.until(is_told)


async def test_when_a_poll_is_closed_its_result_is_told(square: Square) -> None:
    place = await a_place(square, square.joost, square.peter)
    poll = await asks(square.sanne, place.room, "Taart", "Fruit")
    for person in (square.sanne, square.joost):
        await votes(person, place.room, poll, "Taart")
    await votes(square.peter, place.room, poll, "Fruit")

    await ends(square.sanne, place.room, poll)
    await result(square, poll)

    text, image = told(square, place.room)
    assert text["body"] == (
        "Deze peiling is gesloten: Wat eten we?\n\n"
        "Taart: 2 stemmen (67 %)\nFruit: één stem (33 %)\n\n"
        "3 mensen hebben gestemd."
    )
    assert text["msgtype"] == "m.notice"
    assert text["m.relates_to"] == {"m.in_reply_to": {"event_id": poll}}
    assert image["body"] == ("Staafdiagram. Taart: 2 stemmen (67 %). Fruit: één stem (33 %)")
    assert image["m.relates_to"] == text["m.relates_to"]
    assert image["info"]["mimetype"] == "image/png"


async def test_the_result_of_a_poll_in_a_thread_stands_in_the_thread(square: Square) -> None:
    place = await a_place(square)
    root = await square.sanne.says(place.room, "Het feest")
    relation = {"rel_type": "m.thread", "event_id": root}
    poll = await asks(square.sanne, place.room, "Taart", more={"m.relates_to": relation})
    await votes(square.sanne, place.room, poll, "Taart")

    await ends(square.sanne, place.room, poll)
    await result(square, poll)

    for content in told(square, place.room):
        assert content["m.relates_to"] == {
            "rel_type": "m.thread",
            "event_id": root,
            "is_falling_back": False,
            "m.in_reply_to": {"event_id": poll},
        }


async def test_of_a_poll_without_votes_there_is_no_picture(square: Square) -> None:
    place = await a_place(square)
    poll = await asks(square.sanne, place.room, "Taart", "Fruit")
    await ends(square.sanne, place.room, poll)
    await result(square, poll)
    [text] = told(square, place.room)
    assert text["body"].endswith("Niemand heeft gestemd.")


async def test_whoever_closes_it_too_or_without_a_right_changes_nothing(square: Square) -> None:
    place = await a_place(square, square.joost)
    poll = await asks(square.joost, place.room, "Taart", "Fruit")
    await ends(square.joost, place.room, await asks(square.sanne, place.room, "Ja"))
    await votes(square.joost, place.room, poll, "Taart")
    await ends(square.sanne, place.room, poll)
    await result(square, poll)
    await ends(square.joost, place.room, poll)
    # What comes after it in the same room is done after it.
    assert "Ik vind daar geen peiling" not in await typed(square.sanne, place.room, "peiling toon")

    assert len(told(square, place.room)) == 2


async def typed(person: Person, room: str, line: str, reply_to: EventId | None = None) -> str:
    """What Plein answers in a room."""
    text = f"!plein {line}"
    asked = (
        await person.replies(room, reply_to, text) if reply_to else await person.says(room, text)
    )
    return str((await person.is_answered(room, asked))["content"]["body"])


async def test_how_an_open_poll_stands_is_shown_in_its_room(square: Square) -> None:
    place = await a_place(square, square.joost)
    poll = await asks(square.sanne, place.room, "Taart", "Fruit")
    await votes(square.joost, place.room, poll, "Fruit")
    await asks(square.sanne, place.room, "Ja", "Nee")

    shown = await typed(square.joost, place.room, "peiling toon", poll)
    assert shown.startswith("Wat eten we?\n\nVan Sanne, ")
    assert "Taart: 0 stemmen (0 %)\nFruit: één stem (100 %)" in shown
    assert "Ja: 0 stemmen" in await typed(square.joost, place.room, "peiling")

    await ends(square.sanne, place.room, poll)
    await result(square, poll)
    assert "Gesloten op" in await typed(square.joost, place.room, "poll show", poll)


async def test_of_an_undisclosed_poll_nobody_hears_the_votes_before_its_end(
    square: Square,
) -> None:
    place = await a_place(square, square.joost)
    poll = await asks(square.sanne, place.room, "Taart", "Fruit", kind="m.undisclosed")
    await votes(square.joost, place.room, poll, "Fruit")

    for person in (square.sanne, square.joost):
        shown = await typed(person, place.room, "peiling toon")
        assert "komt pas als de peiling gesloten is" in shown
        assert "Eén persoon heeft gestemd." in shown
        listed = await person.asks(f"peilingen {place.path}")
        assert "Eén persoon heeft gestemd." in listed
        for said in (shown, listed):
            assert "stem (" not in said
            assert "%" not in said

    await ends(square.sanne, place.room, poll)
    await result(square, poll)
    assert "Fruit: één stem (100 %)" in await typed(square.joost, place.room, "peiling toon", poll)


async def test_a_poll_is_closed_by_command_by_its_author_and_by_staff(square: Square) -> None:
    place = await a_place(square, square.joost, square.peter)
    own = await asks(square.joost, place.room, "Taart", "Fruit")
    await votes(square.peter, place.room, own, "Taart")
    refused = await typed(square.peter, place.room, "peiling sluiten", own)
    assert refused == "Alleen wie de peiling begon, en het beheer van de plek, kan die sluiten."

    closed = await typed(square.joost, place.room, "peiling sluiten")
    assert closed == "De peiling “Wat eten we?” is gesloten."
    await result(square, own)
    assert len(told(square, place.room)) == 2
    again = await typed(square.joost, place.room, "peiling sluiten", own)
    assert again == "“Wat eten we?” is al gesloten."

    first, second = [await asks(square.joost, place.room, "Ja") for _ in range(2)]
    assert "meer peilingen open" in await typed(square.sanne, place.room, "peiling sluiten")
    await typed(square.sanne, place.room, "peiling sluiten", first)
    await typed(square.sanne, place.room, "peiling sluiten")
    for poll in (first, second):
        await result(square, poll)


async def test_the_polls_of_a_place_are_listed_and_shown_by_number(square: Square) -> None:
    place = await a_place(square, square.joost)
    assert "geen peilingen" in await square.joost.asks("peilingen zaanstreek")
    first = await asks(square.sanne, place.room, "Taart")
    await asks(square.joost, place.room, "Fruit")
    await ends(square.sanne, place.room, first)
    await result(square, first)

    for named in ("zaanstreek", "zaanstreek/leden"):
        listed = await square.joost.asks(f"peilingen {named}")
        assert listed.startswith("Peilingen in Zaanstreek")
        assert "1. Wat eten we? · Leden · open · Niemand heeft gestemd." in listed
        assert "2. Wat eten we? · Leden · gesloten op " in listed
    assert "Fruit: 0 stemmen" in await square.joost.asks("1")
    await square.joost.asks("peilingen zaanstreek")
    assert "Taart: 0 stemmen" in await square.joost.asks("peiling toon 2")
    await square.joost.asks("peilingen zaanstreek")
    assert "is gesloten." in await square.joost.asks("peiling sluiten 1")


async def test_who_is_not_in_the_place_learns_nothing_of_its_polls(square: Square) -> None:
    place = await a_place(square, square.joost)
    poll = await asks(square.sanne, place.room, "Taart")
    unknown = await square.peter.asks("peiling toon $nergens")
    assert unknown.startswith("Ik vind daar geen peiling.")
    for line in (f"peiling toon {poll}", f"peiling sluiten {poll}"):
        assert await square.peter.asks(line) == unknown
    assert "Ik ken geen plek" in await square.peter.asks("peilingen zaanstreek/leden")
    assert await square.peter.asks("peilingen zaanstreek") == (
        "In Zaanstreek zijn geen peilingen die u kunt lezen."
    )
    await square.joost.leaves(place.room)
    assert await square.joost.asks(f"peiling toon {poll}") == unknown


async def test_in_a_room_nothing_is_shown_of_elsewhere(square: Square) -> None:
    place = await a_place(square, square.joost)
    staff = await square.staff_room(place.root)
    secret = await asks(square.sanne, staff, "Weg ermee")

    assert "Weg ermee" in await typed(square.sanne, staff, "peiling toon")
    for line in (f"peiling toon {secret}", "peiling toon zaanstreek", "peiling toon 1"):
        told_here = await typed(square.sanne, place.room, line)
        assert told_here.startswith("Hier toon ik alleen peilingen van deze plek.")
    assert "Ik vind daar geen" in await typed(square.sanne, place.room, "peiling toon", secret)
    assert "Ik vind daar geen" in await square.joost.asks(f"peiling toon {secret}")


@pytest.mark.parametrize("answers", [0, 21])
async def test_polls_with_too_few_and_too_many_answers(square: Square, answers: int) -> None:
    place = await a_place(square)
    poll = await asks(square.sanne, place.room, *(f"Keuze {n}" for n in range(answers)))
    await votes(square.sanne, place.room, poll, "Keuze 20", "Keuze 0")
    shown = await typed(square.sanne, place.room, "peiling toon", poll)
    if answers:
        assert shown.count("stemmen (") == 20
        assert "Niemand heeft gestemd." in shown
    else:
        assert shown.startswith("Ik vind daar geen peiling.")


# --- Stopped before any step, it ends the same ---


async def test_telling_a_result_survives_every_interruption(squares: Squares) -> None:
    async def scene(square: Square) -> Deed:
        place = await a_place(square)
        poll = await asks(square.sanne, place.room, "Taart", "Fruit")
        await votes(square.sanne, place.room, poll, "Taart")
        await attended(square)
        await ends(square.sanne, place.room, poll)
        return await last(square)

    assert await survives_every_interruption(squares, scene) >= 5


async def test_closing_by_command_survives_every_interruption(squares: Squares) -> None:
    async def scene(square: Square) -> Deed:
        place = await a_place(square)
        poll = await asks(square.sanne, place.room, "Taart", "Fruit")
        await votes(square.sanne, place.room, poll, "Taart")
        await attended(square)
        await square.sanne.replies(place.room, poll, "!plein peiling sluiten")
        return await last(square)

    assert await survives_every_interruption(squares, scene) >= 5
