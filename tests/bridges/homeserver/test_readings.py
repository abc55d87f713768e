"""Would the independent reader notice? One thing at a time is spoiled in a conversation."""

import copy
from collections.abc import Callable
from typing import Any

import pytest

from tests.bridges.homeserver.readings import Comparison, Reading, named

Json = dict[str, Any]
Spoils = Callable[[list[Json], dict[tuple[str, str], Json]], None]

JAN, GHOST = "@jan_x:a.example", "@relay_a.example_jan_x:b.example"
HERE, THERE = "!" + "h" * 43, "!" + "t" * 43


def here(number: int) -> str:
    return f"$h{number:042}"


def there(number: int) -> str:
    return f"$t{number:042}"


def conversation(sender: str, event: Callable[[int], str], file: str, room: str) -> list[Json]:
    text: Json = {"msgtype": "m.text", "body": "Kijk eens"}
    contents: list[tuple[str, Json]] = [
        ("m.room.message", text),
        (
            "m.room.message",
            {
                "msgtype": "m.text",
                "body": "Ja",
                "formatted_body": f"https://matrix.to/#/{room}/{event(0)} {sender}",
                "m.relates_to": {"m.in_reply_to": {"event_id": event(0)}},
            },
        ),
        ("m.reaction", {"m.relates_to": {"event_id": event(0), "rel_type": "m.annotation"}}),
        ("m.room.message", {"msgtype": "m.file", "url": file}),
        ("m.room.message", {}),
        ("m.room.redaction", {"redacts": event(4)}),
        ("m.room.message", text | {"m.new_content": text}),
    ]
    events: list[Json] = [
        {"type": kind, "sender": sender, "event_id": event(number), "content": content}
        for number, (kind, content) in enumerate(contents)
    ]
    if sender == GHOST:
        for number, one in enumerate(events):
            if number != 4:
                mark = {"server": "a.example", "room": named(HERE), "event_id": here(number)}
                one["content"] = one["content"] | {"nl.plein.relayed": mark}
    events[4]["unsigned"] = {"redacted_because": events[5]}
    return copy.deepcopy(events)


def state(sender: str, name: str, pinned: str) -> dict[tuple[str, str], Json]:
    return {
        ("m.room.member", sender): {"membership": "join", "displayname": name},
        ("m.room.topic", ""): {"topic": "Dijken"},
        ("m.room.pinned_events", ""): {"pinned": [pinned]},
    }


def spoiled(spoils: Spoils) -> list[str]:
    files = {"mxc://a.example/1": "200 hash", "mxc://b.example/2": "200 hash"}
    files |= {"mxc://b.example/3": "200 other"}
    events = conversation(GHOST, there, "mxc://b.example/2", THERE)
    rooms = state(GHOST, "Jan (gemeente A)", there(0))
    spoils(events, rooms)
    mine = conversation(JAN, here, "mxc://a.example/1", HERE)
    one = Reading("a.example", HERE, "gemeente A", tuple(mine), state(JAN, "Jan", here(0)), files)
    other = Reading("b.example", THERE, "gemeente B", tuple(events), rooms, files)
    return Comparison(one, other).differences()


def test_the_same_conversation_is_the_same() -> None:
    assert spoiled(lambda events, rooms: None) == []


def lost(events: list[Json], _: object) -> None:
    del events[3]


def doubled(events: list[Json], _: object) -> None:
    events.append(events[1] | {"event_id": there(9)})


def out_of_order(events: list[Json], _: object) -> None:
    events[2], events[3] = events[3], events[2]


def by_somebody_else(events: list[Json], _: object) -> None:
    events[0]["sender"] = "@relay_a.example_truus:b.example"


def unmarked(events: list[Json], _: object) -> None:
    del events[0]["content"]["nl.plein.relayed"]


def of_another_room(events: list[Json], _: object) -> None:
    events[0]["content"]["nl.plein.relayed"]["room"] = named(THERE)


def other_words(events: list[Json], _: object) -> None:
    events[6]["content"]["m.new_content"] = {"msgtype": "m.text", "body": "Kijk"}


def an_id_of_the_other_side(events: list[Json], _: object) -> None:
    events[1]["content"]["m.relates_to"]["m.in_reply_to"]["event_id"] = here(0)


def a_link_to_the_other_side(events: list[Json], _: object) -> None:
    events[1]["content"]["formatted_body"] = f"https://matrix.to/#/{HERE}/{there(0)} {GHOST}"


def a_relation_less(events: list[Json], _: object) -> None:
    del events[1]["content"]["m.relates_to"]


def other_bytes(events: list[Json], _: object) -> None:
    events[3]["content"]["url"] = "mxc://b.example/3"


def not_taken_back(events: list[Json], _: object) -> None:
    del events[4]["unsigned"]
    mark = {"server": "a.example", "room": named(HERE), "event_id": here(4)}
    events[4]["content"] = {"msgtype": "m.text", "body": "Fout", "nl.plein.relayed": mark}


def a_pin_of_something_else(_: object, rooms: dict[tuple[str, str], Json]) -> None:
    rooms["m.room.pinned_events", ""] = {"pinned": [there(1)]}


def another_topic(_: object, rooms: dict[tuple[str, str], Json]) -> None:
    rooms["m.room.topic", ""] = {"topic": "Bruggen"}


def a_ghost_less(_: object, rooms: dict[tuple[str, str], Json]) -> None:
    rooms["m.room.member", GHOST] = {"membership": "leave"}


def a_ghost_without_its_organisation(_: object, rooms: dict[tuple[str, str], Json]) -> None:
    rooms["m.room.member", GHOST]["displayname"] = "Jan"


@pytest.mark.parametrize(
    "spoils",
    [
        lost,
        doubled,
        out_of_order,
        by_somebody_else,
        unmarked,
        of_another_room,
        other_words,
        an_id_of_the_other_side,
        a_link_to_the_other_side,
        a_relation_less,
        other_bytes,
        not_taken_back,
        a_pin_of_something_else,
        another_topic,
        a_ghost_less,
        a_ghost_without_its_organisation,
    ],
    ids=lambda one: one.__name__,
)
def test_each_thing_that_is_not_the_same_is_noticed(spoils: Spoils) -> None:
    assert spoiled(spoils)


def test_what_was_taken_back_before_it_came_need_not_come() -> None:
    def never_came(events: list[Json], _: object) -> None:
        del events[4:6]

    assert spoiled(never_came) == []
