"""What many messages, mentions, invitations and people at once amount to, and what they do not."""

import random
from collections.abc import Iterable, Mapping
from itertools import count
from typing import Any

import pytest

from plein_bot.domain.events import Event
from plein_bot.domain.ids import EventId, RoomId, UserId
from plein_bot.domain.places import Visibility
from plein_bot.domain.protections import Guard, Mode, Number, Protection
from plein_bot.domain.watching import Deed, Hit, Kind, Recent, deed_of, judge
from tests.domain.examples import group

_numbers = count()
PUBLIC = group(Visibility.PUBLIC).guards()
SPAM = "Koop nu goedkope horloges op de beste winkel van het web"


def person(number: int) -> UserId:
    return UserId(f"@person-{number}:plein.example")


def said(who: int, at: float, text: str = "", **more: Any) -> Deed:
    content = {"msgtype": "m.text", "body": text or f"regel {next(_numbers)}", **more}
    event = Event(
        RoomId("!room"), EventId(f"${next(_numbers)}"), "m.room.message", person(who), 0, content
    )
    deed = deed_of(event, int(at * 1000))
    assert deed
    return deed


def did(kind: Kind, who: int, at: float) -> Deed:
    return Deed(EventId(f"${next(_numbers)}"), person(who), kind, int(at * 1000))


def hits(
    deeds: Iterable[Deed], guards: Mapping[Protection, Guard] = PUBLIC, present: int = 0
) -> list[Hit]:
    """What comes of deeds that come in one by one."""
    recent = Recent()
    found: list[Hit] = []
    for deed in sorted(deeds, key=lambda one: one.moment):
        more, recent = judge(recent, [deed], guards, present)
        found += more
    return found


def test_who_sends_many_messages_is_hit_from_the_first_of_them() -> None:
    flood = [said(1, n / 10) for n in range(11)]
    ordinary = [said(2, n) for n in range(5)]

    (hit,) = hits([*flood, *ordinary])

    assert (hit.protection, hit.person, hit.since) == (Protection.FLOOD, person(1), flood[0].event)
    assert hit.mode is Mode.ON


def test_it_is_the_same_however_the_messages_come_in() -> None:
    flood = [said(n % 3, n / 50) for n in range(40)]

    assert list(judge(Recent(), flood, PUBLIC)[0]) == hits(flood)


def test_what_comes_twice_counts_once() -> None:
    flood = [said(1, n / 10) for n in range(8)]
    _, recent = judge(Recent(), flood, PUBLIC)

    assert judge(recent, flood, PUBLIC)[0] == ()


def test_the_same_text_of_many_accounts_hits_all_of_them_and_whoever_joins_in() -> None:
    first = [said(n, n / 10, SPAM) for n in range(12)]
    other = said(50, 0.5, "Ik zie hier opeens wel heel veel reclame voorbijkomen")

    found = hits([*first, other])

    assert {hit.person for hit in found} == {person(n) for n in range(12)}
    assert {hit.since for hit in found} == {deed.event for deed in first}


def test_mentions_count_people_once_however_they_are_named() -> None:
    named = [f"@p{n}:plein.example" for n in range(16)]
    pills = " ".join(f'<a href="https://matrix.to/#/{user}">x</a>' for user in named)
    both = {"m.mentions": {"user_ids": named[:15]}, "formatted_body": pills}

    assert hits([said(1, 0, "", **{**both, "formatted_body": ""})]) == []
    assert [hit.protection for hit in hits([said(1, 0, "", **both)])] == [Protection.MENTIONS]
    everybody = said(1, 0, "", **{"m.mentions": {"room": True}})
    assert hits([everybody], present=10) == []
    assert [hit.protection for hit in hits([everybody], present=100)] == [Protection.MENTIONS]


def test_links_and_pictures_are_seen_where_that_is_wanted() -> None:
    guards = {one: Guard(one, Mode.SIMULATE) for one in (Protection.LINKS, Protection.MEDIA)}
    pill = said(1, 0, "Dag", formatted_body='<a href="https://matrix.to/#/@a:b.c">A</a>, dag')

    assert hits([pill, said(1, 1, "Zie website punt nl")], guards) == []
    assert [h.protection for h in hits([said(1, 0, "zie www.x.nl")], guards)] == ["links"]
    edit = {"m.new_content": {"msgtype": "m.text", "body": "https://x.example"}}
    assert [h.protection for h in hits([said(1, 0, "x", **edit)], guards)] == ["links"]
    assert [h.protection for h in hits([said(1, 0, "x.png", msgtype="m.image")], guards)] == [
        "media"
    ]
    assert hits([said(1, 0, "https://x.example")]) == []


def test_many_invitations_and_many_people_at_once() -> None:
    invited = [did(Kind.INVITED, 1, n) for n in range(21)]
    came = [did(Kind.CAME, n, n / 10) for n in range(101)]

    assert [(h.protection, h.since) for h in hits(invited)] == [
        (Protection.INVITATIONS, invited[0].event)
    ]
    assert [h.protection for h in hits(came)] == [Protection.JOINS]


def test_of_what_is_encrypted_the_number_counts() -> None:
    def sealed(n: int) -> Deed | None:
        content = {"algorithm": "m.megolm.v1.aes-sha2", "ciphertext": "…"}
        event = Event(RoomId("!r"), EventId(f"$s{n}"), "m.room.encrypted", person(1), 0, content)
        return deed_of(event, n * 100)

    deeds = [deed for n in range(11) if (deed := sealed(n))]
    assert [hit.protection for hit in hits(deeds)] == [Protection.FLOOD]


@pytest.mark.parametrize(
    "content",
    [
        {},
        {"body": 3},
        {"m.mentions": []},
        {"m.new_content": 1},
        {"m.mentions": {"user_ids": [1, {}]}, "body": "\ud800" * 40},
    ],
)
def test_nothing_that_anybody_sends_stops_the_watch(content: dict[str, Any]) -> None:
    event = Event(RoomId("!r"), EventId("$e"), "m.room.message", person(1), 0, content)

    assert deed_of(event, 0)


def test_a_guard_that_is_off_sees_nothing() -> None:
    guards = group(Visibility.MEMBERS).guards()

    assert hits([said(1, n / 100) for n in range(100)], guards) == []


def _meeting() -> Iterable[Deed]:
    """Fifty people who talk for ten minutes, some of them quickly, and all wish each other well."""
    chance = random.Random(7)
    for who in range(50):
        at = chance.uniform(0, 60)
        while at < 600:
            yield said(who, at)
            at += chance.uniform(1.5, 40)
        yield said(who, 590 + who / 10, "Bedankt en tot volgende week!")


def _album() -> Iterable[Deed]:
    return (said(1, n / 3, f"IMG_{n}.jpg", msgtype="m.image") for n in range(18))


@pytest.mark.parametrize(
    "deeds",
    [
        [said(1, n / 5) for n in range(4)],
        [*_meeting()],
        [*_album()],
        [did(Kind.CAME, n, n) for n in range(30)],
        [did(Kind.CAME, n, n * 0.6) for n in range(100)],
        [said(n, n / 5, "Ja") for n in range(50)],
        [did(Kind.INVITED, 1, n * 2) for n in range(20)],
        [said(1, 0, "", **{"m.mentions": {"user_ids": [f"@{n}:x.nl" for n in range(12)]}})],
    ],
    ids=[
        "four lines pasted",
        "a meeting",
        "an album",
        "a mail of thirty",
        "a mail of hundred",
        "all say yes",
        "a team is invited",
        "a team is named",
    ],
)
def test_nobody_ordinary_is_hit(deeds: list[Deed]) -> None:
    assert hits(deeds) == []


def test_numbers_can_be_chosen() -> None:
    strict = {Protection.FLOOD: Guard(Protection.FLOOD, Mode.ON, ((Number.MESSAGES, 3),))}

    assert len(hits([said(1, n) for n in range(4)], strict)) == 1
