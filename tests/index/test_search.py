"""What is found by which words: the same in both databases, and after a rebuild."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from plein_bot.domain.events import Batch, WholeRoom
from plein_bot.domain.ids import EventId, UserId
from plein_bot.domain.posts import MARK
from plein_bot.domain.search import Hit, SearchKind, parse
from plein_bot.index import candidates, terms
from plein_bot.index.candidates import Within
from plein_bot.index.database import Index
from plein_bot.index.intake import take_in
from plein_bot.index.rebuilding import rebuild
from plein_bot.index.search_events import number_of
from tests.index.homeserver import ALICE, BOT, Room
from tests.index.snapshots import empty, projection

BOB = UserId("@bob:plein.test")

TALK = {
    "verslag": "Het verslag van het bezoek aan Woudenberg staat klaar",
    "verslagen": "Alle verslagen van bezoeken, ook die over de jeugd-zorg",
    "plan": "Het jeugdzorgplan is vastgesteld",
    "financien": "De FINANCIËN van de gemeenten: foto’s volgen",
    "english": "The meetings were reported, see e-mail",
    "omgekeerd": "Aan het bezoek ging een verslag vooraf",
    "tekens": "C++ & 100% NOT NEAR(iets) OR 'niets' -- \"los",
    "vreemd": "Привет 日本語 שלום",
}

FOUND = [
    ("verslag", ["omgekeerd", "verslagen", "verslag"]),
    ("verslagen", ["omgekeerd", "verslagen", "verslag"]),
    ("VERSLAG bezoek", ["omgekeerd", "verslagen", "verslag"]),
    ('"verslag van het bezoek"', ["verslag"]),
    ('"bezoek aan Woudenberg" verslagen', ["verslag"]),
    ('"verslag van een bezoek"', []),
    ('"van het bez"', []),
    ("jeugdzorg", ["verslagen"]),
    ("jeugd-zorg", ["verslagen"]),
    ("zorg", ["verslagen"]),
    ("financien gemeente", ["financien"]),
    ("foto", ["financien"]),
    ("fotos", ["financien"]),
    ("foto's", ["financien"]),
    ("email", ["english"]),
    ("e-mail meeting", ["english"]),
    ("report", ["english"]),
    ("привет", ["vreemd"]),
    ("本", ["vreemd"]),
    ("NEAR", ["tekens"]),
    ("iets OR niets", ["tekens"]),
    ("100", ["tekens"]),
    ("woudenberg NOT verslag", ["verslag"]),
    ("woudenberg financien", []),
    ("words", []),
    ("woudenbergs", ["verslag"]),
    ("jeu*", ["plan", "verslagen"]),
]

LONGER = [
    ("jeugdzorg", ["plan", "verslagen"]),
    ("vastge", ["plan"]),
    ("wou", []),
    ("gemeente", ["financien"]),
    ('"jeugdzorg"', ["plan", "verslagen"]),
    ('"het jeugdzorg"', []),
]


def a_room() -> Room:
    room = Room.managed()
    room.put("nl.plein.group", {"slug": "leden"})
    room.enters(ALICE)
    room.enters(BOB)
    return room


async def hear(index: Index, *rooms: Room) -> None:
    await take_in(index, Batch("token", tuple(room.sync() for room in rooms)), BOT)


async def found(
    index: Index, words: str, within: Within | None = None, match: Any = terms.matching
) -> list[Hit]:
    asked = [match(parse(words))]
    [batch] = await candidates.newest(index, ALICE, asked, within or Within(), most=100)
    return [one.hit for one in batch.candidates]


async def events(index: Index, words: str, within: Within | None = None) -> list[EventId]:
    return [hit.event for hit in await found(index, words, within)]


async def test_both_databases_find_the_same_by_the_same_words(index: Index) -> None:
    room = a_room()
    names = {room.says(text): name for name, text in TALK.items()}
    await hear(index, room)

    async def named(words: str, match: Any) -> list[str]:
        return [names[hit.event] for hit in await found(index, words, match=match)]

    assert [(q, await named(q, terms.matching)) for q, _ in FOUND] == FOUND
    assert [(q, await named(q, terms.matching_longer)) for q, _ in LONGER] == LONGER


QUESTIONS = [
    "x" * 10_000,
    "\u00e9" * 10_000,
    "jeugd-" * 19 + "zorg",
    "de het een",
    "the and of",
    '"de het een"',
    '"nooit gesloten',
    'half" gesloten "twee" "',
    "\u201eniet \u00abgesloten",
    'verslag NEAR("bezoek" woudenberg, 2)',
    "words: verslag AND terms : bezoek",
    "{words terms} : verslag",
    "^verslag + bezoek",
    "verslag* AND *bezoek OR -woudenberg",
    "verslag & bezoek | !woudenberg <-> staat <2> klaar:*",
    "verslag:ABC 'bezoek'' \\\\ ''",
    "'; DROP TABLE search; --",
    "%_[a-z]$1 :match ?1 @a {0}",
    "verslag\u0000bezoek \ufffe \ud7ff",
    "rowid rank bm25 full_text",
]


async def test_no_question_is_too_much_for_a_database(index: Index) -> None:
    room = a_room()
    said = {room.says(text): name for name, text in TALK.items()}
    await hear(index, room)

    for question in QUESTIONS:
        for match in (terms.matching, terms.matching_longer, terms.matching_titles):
            assert {hit.event for hit in await found(index, question, match=match)} <= set(said)
    # It still stands, and still finds.
    assert [said[event] for event in await events(index, "woudenberg")] == ["verslag"]


async def test_an_edit_is_found_by_its_new_text_only(index: Index) -> None:
    room = a_room()
    first = room.says("appel")
    await hear(index, room)
    edit = room.send(
        "m.room.message",
        {
            "msgtype": "m.text",
            "body": "* peer",
            "m.new_content": {"msgtype": "m.text", "body": "peer"},
            "m.relates_to": {"rel_type": "m.replace", "event_id": first},
        },
    )
    await hear(index, room)

    assert await events(index, "appel") == []
    [hit] = await found(index, "peer")
    assert (hit.event, hit.latest) == (first, edit)

    room.redacts(edit)
    await hear(index, room)

    assert await events(index, "peer") == []
    assert await events(index, "appel") == [first]


async def test_what_is_redacted_is_found_no_more(index: Index) -> None:
    room = a_room()
    gone, stays = room.says("appel een"), room.says("appel twee")
    await hear(index, room)
    room.redacts(gone)
    await hear(index, room)

    assert await events(index, "appel") == [stays]


async def test_an_edit_by_somebody_else_changes_nothing(index: Index) -> None:
    room = a_room()
    first = room.says("appel")
    relation = {"rel_type": "m.replace", "event_id": first}
    new = {"msgtype": "m.text", "body": "peer"}
    content = {
        "msgtype": "m.text",
        "body": "* peer",
        "m.new_content": new,
        "m.relates_to": relation,
    }
    room.send("m.room.message", content, sender=BOB)
    await hear(index, room)

    assert await events(index, "peer") == []
    assert await events(index, "appel") == [first]


def post(room: Room, text: str, title: str, *tags: str) -> tuple[EventId, EventId]:
    """A message that is a post, and its card."""
    event = room.says(text)
    facts = {"number": 7, "slug": "x", "title": title, "tags": list(tags), "event": event}
    relation = {"rel_type": "m.thread", "event_id": event}
    content = {"msgtype": "m.notice", "body": f"{title} · 7", MARK: facts, "m.relates_to": relation}
    return event, room.send("m.room.message", content, sender=BOT)


def comment(room: Room, event: EventId, text: str) -> EventId:
    relation = {"rel_type": "m.thread", "event_id": event}
    content = {"msgtype": "m.text", "body": text, "m.relates_to": relation}
    return room.send("m.room.message", content, sender=BOB)


async def test_a_post_is_found_by_its_title_and_what_hangs_under_it_is_a_comment(
    index: Index,
) -> None:
    room = a_room()
    event, card = post(room, "Wij waren in Woudenberg.", "Mijn reis", "reizen")
    said = comment(room, event, "Wat een mooie reis naar Woudenberg")
    await hear(index, room)

    kinds = {hit.event: hit.kind for hit in await found(index, "woudenberg")}
    assert kinds == {event: SearchKind.POST, said: SearchKind.COMMENT}
    titled = await found(index, "reis", match=terms.matching_titles)
    assert [hit.event for hit in titled] == [event]
    posts = await found(index, "reis", Within(kind=SearchKind.POST))
    assert [hit.event for hit in posts] == [event]
    assert await events(index, "reis", Within(author=BOB)) == [said]
    match = terms.matching(parse("reis"), [[terms.tag_term("Reizen")]])
    [tagged] = await candidates.newest(index, ALICE, [match], Within(), most=9)
    assert [one.hit.event for one in tagged.candidates] == [event]

    room.redacts(card, sender=BOT)
    await hear(index, room)

    kinds = {hit.event: hit.kind for hit in await found(index, "woudenberg")}
    assert kinds == {event: SearchKind.MESSAGE, said: SearchKind.MESSAGE}
    assert await found(index, "reis", match=terms.matching_titles) == []


async def test_what_the_bot_says_and_what_is_said_to_it_is_not_found(index: Index) -> None:
    room = a_room()
    room.send("m.room.message", {"msgtype": "m.notice", "body": "appel"}, sender=BOT)
    room.says("!plein zoek appel")
    room.send("m.room.message", {"msgtype": "m.text", "body": ["appel"]})
    await hear(index, room)

    assert await events(index, "appel") == []


async def test_rooms_where_somebody_is_not_are_out_of_reach(index: Index) -> None:
    here, elsewhere = a_room(), Room.managed()
    elsewhere.put("nl.plein.group", {"slug": "elders"})
    elsewhere.enters(BOB)
    mine, _ = here.says("appel"), elsewhere.says("appel", sender=BOB)
    await hear(index, here, elsewhere)

    assert await events(index, "appel") == [mine]
    assert await events(index, "appel", Within(rooms=frozenset({here.id}))) == [mine]
    assert await events(index, "appel", Within(rooms=frozenset({elsewhere.id}))) == []


async def test_the_newest_come_first_a_batch_at_a_time(index: Index) -> None:
    room = a_room()
    said = [room.says(f"appel {number}") for number in range(25)]
    await hear(index, room)
    match = terms.matching(parse("appel"))

    batches: list[EventId] = []
    before: int | None = None
    while True:
        [batch] = await candidates.newest(index, ALICE, [match], Within(), most=10, before=before)
        batches += [one.hit.event for one in batch.candidates]
        if batch.before is None:
            break
        before = batch.before

    assert batches == said[::-1]


async def test_two_with_one_number_are_both_found(index: Index, monkeypatch: Any) -> None:
    room = a_room()
    monkeypatch.setattr("plein_bot.index.search_events.number_of", lambda event, ts: 7)
    said = {room.says(f"appel {number}") for number in range(3)}
    await hear(index, room)
    said.add(room.says("appel 3"))
    await hear(index, room)

    assert set(await events(index, "appel")) == said


@pytest.mark.parametrize("ts", [-5, 0, 2**53, 1_700_000_000_000])
def test_any_moment_has_a_number_that_fits(ts: int) -> None:
    assert 0 <= number_of(EventId("$x"), ts) < 2**63


async def test_a_text_that_is_far_too_long_is_found_by_its_beginning(index: Index) -> None:
    room = a_room()
    first = room.says("begin " + " ".join(f"woord{number}x" for number in range(150_000)) + " slot")
    await hear(index, room)

    assert await events(index, "begin") == [first]
    assert await events(index, "slot") == []


async def test_a_rebuild_makes_the_same_rows_and_finds_the_same(index: Index) -> None:
    room = a_room()
    event, _ = post(room, "Wij waren in Woudenberg.", "Mijn reis")
    said = comment(room, event, "Woudenberg!")
    room.redacts(room.says("weg uit Woudenberg"))
    await hear(index, room)
    before = await projection(index)
    await empty(index)
    assert await events(index, "woudenberg") == []

    async def whole() -> AsyncIterator[WholeRoom]:
        yield room.whole()

    await rebuild(index, whole(), BOT)

    assert await projection(index) == before
    assert await events(index, "woudenberg") == [said, event]
    assert not await rebuild(index, whole(), BOT)
