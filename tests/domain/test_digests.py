"""When a digest comes, whose link it is, and what somebody has read."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from plein_bot.domain.digests import (
    News,
    NewsKind,
    Often,
    Stage,
    Timetable,
    next_moment,
    number_in,
    token,
)
from plein_bot.domain.ids import EventId, RoomId, UserId

ZONE = ZoneInfo("Europe/Amsterdam")
TABLE = Timetable(weekday=1, hour=7, hours=4)
SANNE = UserId("@sanne:plein.test")
NOW = datetime(2026, 3, 27, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("often", "day"),
    [(Often.DAILY, "2026-03-28"), (Often.WEEKLY, "2026-03-31"), (Often.MONTHLY, "2026-04-07")],
)
def test_the_next_one_comes_on_its_day_in_the_hours_for_it(often: Often, day: str) -> None:
    moment = next_moment(often, SANNE, NOW, TABLE, ZONE)

    assert moment
    local = moment.astimezone(ZONE)
    assert local.date().isoformat() == day
    assert 7 <= local.hour < 11
    assert next_moment(often, SANNE, moment, TABLE, ZONE) != moment
    assert next_moment(often, SANNE, moment - timedelta(seconds=1), TABLE, ZONE) == moment


def test_not_all_come_at_once_and_who_wants_none_gets_none() -> None:
    people = [UserId(f"@{n}:plein.test") for n in range(100)]
    moments = {next_moment(Often.WEEKLY, person, NOW, TABLE, ZONE) for person in people}

    assert len(moments) == 100
    assert next_moment(Often.NEVER, SANNE, NOW, TABLE, ZONE) is None


@pytest.mark.parametrize("wrong", ["", "7", "7-", "8-", "é-é", "7-" + "0" * 32, "9" * 40 + "-x"])
def test_a_link_is_of_one_person_and_nobody_makes_another(wrong: str) -> None:
    assert number_in(b"key", token(b"key", 7)) == 7
    assert number_in(b"another", token(b"key", 7)) is None
    assert number_in(b"key", token(b"key", 7).replace("7-", "8-")) is None
    assert number_in(b"key", wrong) is None


def test_what_is_read_follows_the_threads() -> None:
    def news(event: str, thread: str) -> News:
        stages = (Stage(10, "shared", False),)
        room, at = RoomId("!room"), NOW
        kind = NewsKind.POST
        return News(kind, EventId(event), room, SANNE, "", at, stages, EventId(thread))

    post, reply = news("$post", "$post"), news("$reply", "$post")

    for positions, read in (
        ({}, (False, False)),
        ({"": 9, "main": 9}, (False, False)),
        ({"": 10}, (True, True)),
        ({"main": 12}, (True, False)),
        ({"$post": 11}, (True, True)),
        ({"$other": 11}, (False, False)),
    ):
        assert (post.is_read(positions), reply.is_read(positions)) == read, positions
