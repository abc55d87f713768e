from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from plein_bot.domain.errors import Refusal
from plein_bot.locale import language, moments

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
NOW = datetime(2026, 11, 24, 10, 0, tzinfo=AMSTERDAM)
"""A Tuesday, ten in the morning."""


def read(text: str, now: datetime = NOW) -> str:
    """As the clock on the wall shows it."""
    moment = moments.read(text, AMSTERDAM, now)
    assert moment.utcoffset() == timedelta(0)
    return f"{moment.astimezone(AMSTERDAM):%Y-%m-%d %H:%M}"


def refused(text: str, now: datetime = NOW) -> str:
    with pytest.raises(Refusal) as refusal:
        moments.read(text, AMSTERDAM, now)
    return language("en").plain(refusal.value.sentence)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("morgen 9:00", "2026-11-25 09:00"),
        ("morgen om 9 uur", "2026-11-25 09:00"),
        ("Morgen, 9.00 uur.", "2026-11-25 09:00"),
        ("9:00 morgen", "2026-11-25 09:00"),
        ("morgen 9u30", "2026-11-25 09:30"),
        ("morgen om 14 uur", "2026-11-25 14:00"),
        ("morgen half tien", "2026-11-25 09:30"),
        ("half tien", "2026-11-25 09:30"),
        ("half een", "2026-11-24 12:30"),
        ("half 1", "2026-11-24 12:30"),
        ("kwart voor 3", "2026-11-24 14:45"),
        ("kwart over twaalf", "2026-11-24 12:15"),
        ("tien over half drie", "2026-11-24 14:40"),
        ("5 voor half 12", "2026-11-24 11:25"),
        ("overmorgen", "2026-11-26 09:00"),
        ("vanmiddag", "2026-11-24 14:00"),
        ("vanmiddag om 4 uur", "2026-11-24 16:00"),
        ("vanavond", "2026-11-24 19:00"),
        ("vanavond half negen", "2026-11-24 20:30"),
        ("morgenochtend", "2026-11-25 09:00"),
        ("morgenochtend 6 uur", "2026-11-25 06:00"),
        ("morgenmiddag half drie", "2026-11-25 14:30"),
        ("morgen 's avonds om 8 uur", "2026-11-25 20:00"),
        ("morgen ’s avonds 8:15", "2026-11-25 20:15"),
        ("vandaag 15:00", "2026-11-24 15:00"),
        ("15:00", "2026-11-24 15:00"),
        ("8:00", "2026-11-25 08:00"),
        ("om 9", "2026-11-25 09:00"),
        ("om 3", "2026-11-24 15:00"),
        ("vrijdag 14.30", "2026-11-27 14:30"),
        ("vr 14.30 uur", "2026-11-27 14:30"),
        ("vrijdagmiddag", "2026-11-27 14:00"),
        ("aanstaande maandag", "2026-11-30 09:00"),
        ("donderdag a.s.", "2026-11-26 09:00"),
        ("dinsdag", "2026-12-01 09:00"),
        ("dinsdag 11:00", "2026-11-24 11:00"),
        ("volgende dinsdag 11:00", "2026-12-01 11:00"),
        ("volgende week", "2026-11-30 09:00"),
        ("volgende week dinsdag", "2026-12-01 09:00"),
        ("dinsdag volgende week half drie", "2026-12-01 14:30"),
        ("1 december", "2026-12-01 09:00"),
        ("1 december 2026 om 9:00", "2026-12-01 09:00"),
        ("dinsdag 1 december", "2026-12-01 09:00"),
        ("1e dec. 14 uur", "2026-12-01 14:00"),
        ("1 jan", "2027-01-01 09:00"),
        ("24 november", "2027-11-24 09:00"),
        ("24 november 11:00", "2026-11-24 11:00"),
        ("2026-12-01 14:30", "2026-12-01 14:30"),
        ("2026-12-01T14:30:00", "2026-12-01 14:30"),
        ("01-12-2026", "2026-12-01 09:00"),
        ("1-12", "2026-12-01 09:00"),
        ("12-1", "2027-01-12 09:00"),
        ("1/12/26 9.15", "2026-12-01 09:15"),
        ("1.12.2026", "2026-12-01 09:00"),
        ("over 2 weken", "2026-12-08 09:00"),
        ("over twee weken om 10 uur", "2026-12-08 10:00"),
        ("over een week", "2026-12-01 09:00"),
        ("over 3 maanden", "2027-02-24 09:00"),
        ("over een jaar", "2027-11-24 09:00"),
        ("over een uur", "2026-11-24 11:00"),
        ("over 90 minuten", "2026-11-24 11:30"),
        ("over een half uur", "2026-11-24 10:30"),
        ("over anderhalf uur", "2026-11-24 11:30"),
        ("over een kwartier", "2026-11-24 10:15"),
        ("tomorrow 9am", "2026-11-25 09:00"),
        ("tomorrow at 9 a.m.", "2026-11-25 09:00"),
        ("tomorrow at 12:15 pm", "2026-11-25 12:15"),
        ("tomorrow morning", "2026-11-25 09:00"),
        ("tonight", "2026-11-24 19:00"),
        ("this afternoon at three", "2026-11-24 15:00"),
        ("in 2 weeks", "2026-12-08 09:00"),
        ("in an hour", "2026-11-24 11:00"),
        ("in half an hour", "2026-11-24 10:30"),
        ("next friday", "2026-11-27 09:00"),
        ("next Tuesday", "2026-12-01 09:00"),
        ("next week on Friday at noon", "2026-12-04 12:00"),
        ("the day after tomorrow, 5 pm", "2026-11-26 17:00"),
        ("Dec 1", "2026-12-01 09:00"),
        ("Dec 1st, 2026 at 9 a.m.", "2026-12-01 09:00"),
        ("1 December 2026 at 14:30", "2026-12-01 14:30"),
        ("half past nine", "2026-11-25 09:30"),
        ("Thursday quarter to three", "2026-11-26 14:45"),
        ("on 3 May", "2027-05-03 09:00"),
    ],
)
def test_a_moment_is_read_as_people_type_it(text: str, moment: str) -> None:
    assert read(text) == moment
    assert read(f"  {text.upper()} ") == moment
    assert read(text.replace(" ", "\N{NO-BREAK SPACE}")) == moment


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hallo",
        "blog 7",
        "9",
        "25:00",
        "9:75",
        "13 pm",
        "0 pm",
        "morgen overmorgen",
        "1 december 2 december",
        "morgen 9:00 10:00",
        "over een uur vrijdag",
        "over 123456789 dagen",
        "kwart voor 0",
        "half",
        "om",
        "de the op on",
        "@sanne:plein.test",
        "morgen om 9 uur of zo",
        "m" * 5000,
        "1-12-" * 1000,
    ],
)
def test_what_is_no_moment_gets_three_examples(text: str) -> None:
    told = refused(text)
    assert "as a moment. Type for example `tomorrow 9:00`" in told
    assert len(told) < 250


@pytest.mark.parametrize("code", ["nl", "en"])
def test_the_examples_are_moments(code: str) -> None:
    with pytest.raises(Refusal) as refusal:
        moments.read("hallo", AMSTERDAM, NOW)
    examples = language(code).plain(refusal.value.sentence).split("`")[1::2]
    assert len(examples) == 3
    for one in examples:
        assert read(one) > "2026-11-25"


@pytest.mark.parametrize(
    ("text", "understood"),
    [
        ("gisteren", "23 November 2026 at 09:00"),
        ("vandaag", "24 November 2026 at 09:00"),
        ("vandaag 9:59", "24 November 2026 at 09:59"),
        ("vanochtend", "24 November 2026 at 09:00"),
        ("1 december 2020", "1 December 2020 at 09:00"),
        ("24-11-2026 10:00", "24 November 2026 at 10:00"),
        ("1-1-0001", "1 January 1 at 09:00"),
    ],
)
def test_the_past_is_refused_by_what_was_understood(text: str, understood: str) -> None:
    assert refused(text).startswith(f"{understood} has passed.")


@pytest.mark.parametrize(
    "text", ["1 december 2037", "1-1-9999", "over 9999 jaar", "over 9999 weken"]
)
def test_what_is_hardly_meant_is_refused(text: str) -> None:
    assert refused(text) == f"“{text}” is more than 10 years ahead."


@pytest.mark.parametrize(
    "text", ["31 november", "29-02-2027", "0-12", "32-1-2027", "1-13", "1-1-0000"]
)
def test_a_day_that_does_not_exist_is_refused(text: str) -> None:
    assert refused(text) == f"“{text}” names a day that no calendar has."


def test_a_leap_day_is_the_next_one() -> None:
    assert read("29 februari") == "2028-02-29 09:00"
    assert read("29 feb 2028") == "2028-02-29 09:00"
    assert read("over een jaar", datetime(2028, 2, 29, 8, tzinfo=AMSTERDAM)) == "2029-02-28 09:00"
    assert read("over een maand", datetime(2027, 1, 31, 8, tzinfo=AMSTERDAM)) == "2027-02-28 09:00"


def test_a_date_that_is_another_day_of_the_week_is_refused() -> None:
    assert refused("maandag 1 december").startswith("1 December 2026 is another day of the week.")
    assert refused("morgen vrijdag").startswith("25 November 2026 is another day of the week.")
    assert read("morgen, woensdag") == "2026-11-25 09:00"


def test_a_time_that_summer_time_skips_is_refused() -> None:
    before = datetime(2026, 3, 28, 12, tzinfo=AMSTERDAM)
    assert refused("29 maart 2026 02:30", before) == (
        "On 29 March 2026 the clock goes forward and there is no 02:30. Type another time."
    )
    assert read("29 maart 2026 01:59", before) == "2026-03-29 01:59"
    assert read("29 maart 2026 03:00", before) == "2026-03-29 03:00"
    assert refused("2:30", before).startswith("On 29 March 2026")
    # Hours are counted, days are those of the calendar.
    assert read("over 24 uur", before) == "2026-03-29 13:00"
    assert read("over 1 dag om 12 uur", before) == "2026-03-29 12:00"


def test_of_a_time_that_comes_twice_it_is_the_first() -> None:
    before = datetime(2026, 10, 24, 12, tzinfo=AMSTERDAM)
    first = moments.read("25 oktober 2026 02:30", AMSTERDAM, before)
    assert first == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert read("25 oktober 2026 03:30", before) == "2026-10-25 03:30"
    assert read("over een uur", datetime(2026, 10, 25, 0, 30, tzinfo=UTC)) == "2026-10-25 02:30"


def test_hours_are_those_of_the_plein() -> None:
    late = datetime(2026, 11, 24, 23, 30, tzinfo=UTC)  # already the 25th in Amsterdam
    assert read("morgen", late) == "2026-11-26 09:00"
    there = moments.read("morgen 9:00", ZoneInfo("America/Curacao"), late)
    assert there == datetime(2026, 11, 25, 13, tzinfo=UTC)


@given(
    when=st.integers(1, 9 * 365 * 24 * 60).map(
        lambda n: NOW.astimezone(UTC) + timedelta(minutes=n)
    ),
    code=st.sampled_from(["nl", "en"]),
)
@example(when=datetime(2028, 2, 29, 23, 59, tzinfo=UTC), code="en")
def test_what_plein_says_can_be_typed_back(when: datetime, code: str) -> None:
    said = language(code).moment(when)
    again = moments.read(said, AMSTERDAM, NOW)
    # Of the hour that comes twice nothing tells which it is.
    assert language(code).moment(again) == said


WORDS = [
    "over",
    "in",
    "morgen",
    "half",
    "kwart",
    "voor",
    "9",
    "1-12",
    "2026",
    "uur",
    "om",
    "vrijdag",
    "volgende",
    "week",
    "december",
    ":",
    "am",
    "'s",
]


@given(text=st.text(max_size=90) | st.lists(st.sampled_from(WORDS), max_size=8).map(" ".join))
def test_anything_is_a_moment_to_come_or_refused(text: str) -> None:
    try:
        moment = moments.read(text, AMSTERDAM, NOW)
    except Refusal:
        return
    assert NOW < moment < NOW + timedelta(days=3700)
