"""When the monthly overview comes, and what stands in it."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plein_bot.domain.files import SharedFile
from plein_bot.domain.ids import EventId, RoomId, UserId
from plein_bot.domain.overviews import month_before, next_moment, overview_of

AMSTERDAM = ZoneInfo("Europe/Amsterdam")


@pytest.mark.parametrize(
    ("now", "comes"),
    [
        ("2025-12-20 12:00", "2026-01-02 09:00"),  # New Year's day
        ("2026-02-28 23:59", "2026-03-02 09:00"),  # a Sunday
        ("2026-03-02 08:59", "2026-03-02 09:00"),
        ("2026-03-02 09:00", "2026-04-01 09:00"),
        ("2024-03-29 10:00", "2024-04-02 09:00"),  # Easter Monday
        ("2008-04-30 10:00", "2008-05-02 09:00"),  # Ascension day
        ("2020-05-31 10:00", "2020-06-02 09:00"),  # Whit Monday
        ("2026-12-31 10:00", "2027-01-04 09:00"),  # New Year's day, and a weekend
    ],
)
def test_it_comes_on_the_first_working_day_at_nine(now: str, comes: str) -> None:
    at = datetime.fromisoformat(now).replace(tzinfo=AMSTERDAM)

    found = next_moment(at, AMSTERDAM).astimezone(AMSTERDAM)

    assert f"{found:%Y-%m-%d %H:%M}" == comes


@given(st.integers(946_684_800, 3_786_912_000))
def test_one_comes_in_every_month_and_is_about_the_month_before(seconds: int) -> None:
    now = datetime.fromtimestamp(seconds, UTC)
    first = next_moment(now, AMSTERDAM)
    second = next_moment(first, AMSTERDAM)

    assert now < first < second
    assert month_before(first, AMSTERDAM)[1] == month_before(second, AMSTERDAM)[0]
    day = first.astimezone(AMSTERDAM).date()
    assert day.weekday() < 5
    assert day < date(day.year, day.month, 8)


def test_a_file_counts_once_and_in_its_folder() -> None:
    def file(number: int, name: str, folder: str = "") -> SharedFile:
        return SharedFile(
            EventId(f"${number}"),
            EventId(f"${number}"),
            RoomId("!jeugdzorg"),
            UserId("@sanne:plein.test"),
            name,
            "text/plain",
            10,
            datetime(2026, 2, 1, tzinfo=UTC) + timedelta(hours=number),
            folder,
        )

    found = overview_of(
        [file(1, "plan.txt"), file(2, "Plan.txt"), file(3, "a.txt", "Oud"), file(4, "b.txt", "oud")]
    )

    assert found.total == 3
    assert found.folders == (("", 1), ("oud", 2))
    assert [one.event for one in found.newest] == ["$4", "$3", "$2"]
