import contextlib
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plein_bot.commands.reading import (
    addressed,
    folded,
    is_skip,
    is_stop,
    longest,
    nearest,
    number,
    numbers,
    read,
    yes_or_no,
)
from plein_bot.domain.errors import Refusal

NAMES = ("Plein", "@plein:plein.test")
PATHS = {("groep",): "group show", ("groep", "nieuw"): "group create", ("leden",): "members"}

# Letters that mean something to the reading, between some that do not.
LINES = st.text(st.sampled_from("ab 1.,:;=-–—\"'“”„‘’«»`!@[]()\n\r\t\u00a0\u202f\u200b\u200d✅é"))


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("Deelsite nieuw Foto’s Regio", ["deelsite", "nieuw", "foto's", "regio"]),
        ("deelsite\u00a0nieuw\u202fFoto's\tX", ["deelsite", "nieuw", "foto's", "x"]),
        ("\u200bdeel\u200bnemen\ufeff Zaanstreek.", ["deelnemen", "zaanstreek"]),
        ("“Werk en inkomen” x", ["werk en inkomen", "x"]),
        ('„Werk en inkomen" x', ["werk en inkomen", "x"]),
        ("«Werk en inkomen» x", ["werk en inkomen", "x"]),
        ("‘Werk en inkomen' x", ["werk en inkomen", "x"]),
        ("'Opa's hobby' x", ["opa's hobby", "x"]),
        ("'s-Hertogenbosch en 't Gooi", ["'s-hertogenbosch", "en", "'t", "gooi"]),
        ('"niet gesloten x', ['"niet', "gesloten", "x"]),
        ('"Werk", "Zorg".', ["werk", "zorg"]),
        ('5" scherm', ['5"', "scherm"]),
        ('set x topic ""', ["set", "x", "topic", ""]),
        ("leden .", ["leden", "."]),
        ("", []),
    ],
)
def test_a_line_is_read_as_words(typed: str, words: list[str]) -> None:
    assert read(typed).folded() == words


@pytest.mark.parametrize("dashes", ["--", "—", "–"])
@pytest.mark.parametrize("between", [" ", "=", "\u00a0", ": "])
def test_an_option_may_be_written_as_the_keyboard_likes(dashes: str, between: str) -> None:
    reading = read(f"groep nieuw x Mijn groep {dashes}Visibility{between}leden {dashes}Topic “A b”")

    assert reading.options == {"visibility": "leden", "topic": "A b"}
    assert reading.rest(3) == "Mijn groep"


def test_an_option_takes_what_follows_up_to_the_next_option() -> None:
    reading = read("deelsite nieuw Zaan --topic Over  foto's en film --slug zaan")

    assert reading.options == {"topic": "Over  foto's en film", "slug": "zaan"}


def test_a_flag_takes_nothing() -> None:
    reading = read("ban zaan @x:y.nl --all spam en schelden", flags={"all"})

    assert reading.options == {"all": ""}
    assert reading.arguments(1, 3) == ("zaan", "@x:y.nl", "spam en schelden")


@pytest.mark.parametrize("line", ["groep nieuw zaan X --b nee", "groep nieuw zaan X --b nee --c y"])
def test_a_flag_takes_a_yes_or_no_that_stands_by_itself(line: str) -> None:
    reading = read(line, flags={"b"})
    assert reading.options["b"] == "nee"
    assert reading.rest(3) == "X"


def test_a_yes_or_no_that_begins_a_sentence_is_part_of_it() -> None:
    reading = read("ban zaan @x:y.nl --all nee, dit kan niet", flags={"all"})
    assert reading.options["all"] == ""
    assert reading.rest(3) == "nee, dit kan niet"


def test_the_rest_goes_on_behind_a_flag() -> None:
    assert read("post Mijn --all titel", flags={"all"}).rest(1) == "Mijn titel"


@pytest.mark.parametrize("typed", ["post Bezoek — deel 2", "post Van 5 –10 mei", 'post "--slug"'])
def test_a_dash_that_is_punctuation_is_no_option(typed: str) -> None:
    assert read(typed).options == {}


@pytest.mark.parametrize(
    ("typed", "rest"),
    [
        ("post  De  Grote\u00a0Dag, B.V. ", "De  Grote\u00a0Dag, B.V."),
        ("post “Een titel”", "Een titel"),
        ("post 'Een' en 'twee'", "'Een' en 'twee'"),
        ("post Foto’s van ’t Gooi", "Foto’s van ’t Gooi"),
        ("post", ""),
    ],
)
def test_the_last_argument_is_the_rest_of_the_line_as_typed(typed: str, rest: str) -> None:
    assert read(typed).rest(1) == rest


def test_arguments_are_no_more_than_asked_for_and_no_more_than_there_are() -> None:
    reading = read("rol zaan Jan de Vries")

    assert reading.arguments(1, 2) == ("zaan", "Jan de Vries")
    assert reading.arguments(1, 4) == ("zaan", "Jan", "de", "Vries")
    assert reading.arguments(1, 9) == ("zaan", "Jan", "de", "Vries")
    assert reading.arguments(1, 0) == ()


def test_the_text_under_the_line_is_kept_apart_as_typed() -> None:
    reading = read("\n  post Titel\r\n\r\n    code --x\n\n* punt\n")

    assert reading.line == "post Titel"
    assert reading.body == "    code --x\n\n* punt"
    assert reading.options == {}


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("!plein help", "help"),
        ("! Plein: help", "help"),
        ("!PLEIN, help", "help"),
        ("\u00a0!plein\u00a0help", "help"),
        ("!plein", ""),
        ("!plein\npost x", "\npost x"),
        ("Plein: help", "help"),
        ("plein , help", "help"),
        ("@Plein help", "help"),
        ("@plein:plein.test help", "help"),
        ("@plein:plein.test: help", "help"),
        ("[Plein](https://matrix.to/#/@plein:plein.test): help", "help"),
        ("Plein is mooi", None),
        ("!pleinen help", None),
        ("@plein:plein.testen help", None),
        ("@plein:elsewhere.test help", None),
        ("wat doet Plein: help", None),
        ("", None),
    ],
)
def test_who_speaks_to_plein(typed: str, said: str | None) -> None:
    assert addressed(typed, NAMES) == said


def test_a_bot_without_a_name_is_not_addressed_by_everything() -> None:
    assert addressed(": help", ("", "@plein:plein.test")) is None


@pytest.mark.parametrize(
    ("typed", "compared"),
    [("Ja.", "ja"), ("Help?", "help"), (".", "."), ("B.V.", "b.v."), ("12.", "12"), ("...", "...")],
)
def test_the_full_stop_that_ends_a_sentence_does_not_matter(typed: str, compared: str) -> None:
    assert folded(typed) == compared


def test_the_longest_path_wins() -> None:
    assert longest(read("Groep Nieuw zaan Werk").folded(), PATHS) == ("group create", 2)
    assert longest(read("groep zaan/werk").folded(), PATHS) == ("group show", 1)
    assert longest(read("dansen").folded(), PATHS) is None
    assert longest([], PATHS) is None


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("delenemen", "deelnemen"),
        ("Verz", "verzoeken"),
        ("goedkueren.", "goedkeuren"),
        ("uitnodigingn", "uitnodigingen"),
        ("xyzzy", None),
        ("", None),
    ],
)
def test_a_typing_error_is_seen(typed: str, meant: str | None) -> None:
    commands = ["deelnemen", "verzoeken", "goedkeuren", "uitnodigen", "uitnodigingen"]

    assert nearest(typed, commands) == meant


@pytest.mark.parametrize("typed", ["ja", "Ja.", "J", "yes!", "OK", "✅", "✔️", "👍", "👍🏽", "👍️"])
def test_yes(typed: str) -> None:
    assert yes_or_no(typed) is True


@pytest.mark.parametrize("typed", ["nee", "Nee.", "n", "no", "❌", "👎🏿"])
def test_no(typed: str) -> None:
    assert yes_or_no(typed) is False


@pytest.mark.parametrize("typed", ["", "misschien", "ja maar", "jan", "👀"])
def test_neither_yes_nor_no(typed: str) -> None:
    assert yes_or_no(typed) is None


def test_stopping_and_skipping() -> None:
    assert is_stop("Stop.")
    assert is_stop("annuleer")
    assert not is_stop("stop 3")
    assert is_skip("Overslaan")
    assert is_skip("skip")
    assert not is_skip("")


@pytest.mark.parametrize(
    ("typed", "read_as"),
    [
        ("12", 12),
        ("12.", 12),
        ("nr. 12", 12),
        ("#12", 12),
        ("2)", 2),
        ("2️⃣", 2),
        ("1.5", None),
        ("twee", None),
        ("-1", None),
        ("9" * 5000, None),
        ("", None),
    ],
)
def test_a_number(typed: str, read_as: int | None) -> None:
    assert number(typed) == read_as


@pytest.mark.parametrize(
    ("typed", "chosen"),
    [
        ("1, 3 en 4", (1, 3, 4)),
        ("1 3 4", (1, 3, 4)),
        ("3,1,3.", (3, 1)),
        ("2-4", (2, 3, 4)),
        ("4 – 2", (2, 3, 4)),
        ("1 t/m 3 and 5", (1, 2, 3, 5)),
        ("1 tot en met 3", (1, 2, 3)),
        ("1. 2.", (1, 2)),
        ("Alle.", (1, 2, 3, 4, 5)),
        ("een en twee", None),
        ("1-2-3", None),
        ("", None),
        ("-", None),
    ],
)
def test_a_list_of_numbers(typed: str, chosen: tuple[int, ...] | None) -> None:
    assert numbers(typed, 5) == chosen


@pytest.mark.parametrize("typed", ["0", "6", "1 6", "1-999999999"])
def test_a_number_that_is_not_among_them_is_refused(typed: str) -> None:
    with pytest.raises(Refusal):
        numbers(typed, 5)


@given(LINES | st.text())
def test_every_text_can_be_read(text: str) -> None:
    reading = read(text, flags={"a"})
    for first in range(len(reading.words) + 2):
        assert reading.rest(first) in reading.line or len(reading.runs) > 1
        assert len(reading.arguments(first, 2)) <= 2
    longest(reading.folded(), PATHS)
    nearest(text, ["deelnemen"])
    addressed(text, NAMES)
    yes_or_no(text)


@given(LINES.filter(lambda text: not set(text) & set("-–—")))
def test_no_letter_is_lost(text: str) -> None:
    reading = read(text)

    read_letters = "".join(word.text for word in reading.words) + reading.body
    assert list(filter(str.isalnum, read_letters)) == list(filter(str.isalnum, text))


@given(LINES | st.text(st.sampled_from("0123456789 ,.-–en/tm")))
def test_every_text_is_a_choice_or_is_not(text: str) -> None:
    try:
        chosen = numbers(text, 9)
    except Refusal:
        return

    assert chosen is None or (set(chosen) <= set(range(1, 10)) and len(set(chosen)) == len(chosen))


@pytest.mark.parametrize(
    "piece",
    ["a ", "a", " ", '"a ', "'a", '"', "--a ", "—a=", "`", "\u200b", ".", "\n", "1-", "@P "],
)
def test_a_long_line_takes_no_longer_than_its_length(piece: str) -> None:
    text = piece * (60_000 // len(piece))
    started = time.process_time()

    reading = read(text)
    reading.arguments(0, 3)
    longest(reading.folded(), PATHS)
    nearest(text, ["deelnemen"])
    addressed(text, NAMES)
    number(text)
    with contextlib.suppress(Refusal):
        numbers(text, 9)

    # A line of this length read in quadratic time takes minutes.
    assert time.process_time() - started < 3
