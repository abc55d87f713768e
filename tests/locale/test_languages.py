from datetime import UTC, date, datetime
from enum import StrEnum

import pytest

from plein_bot.domain.sentences import Link, Sentence, count, lines, numbered, paragraphs, say
from plein_bot.locale import UnfilledSentence, language

EN = language("en")
NL = language("nl")


class Colour(StrEnum):
    RED = "red"


def test_a_sentence_is_said_in_dutch_and_in_english() -> None:
    sentence = say("The name is empty. Please give a name.")

    assert NL.plain(sentence) == "De naam is leeg. Geef een naam op."
    assert EN.plain(sentence) == "The name is empty. Please give a name."


def test_an_unknown_language_is_the_default() -> None:
    assert language("fr").code == "nl"
    assert language("fr", default="en").code == "en"


def test_a_sentence_that_is_not_translated_is_said_in_english() -> None:
    assert NL.plain(say("Nobody ever translated {this}.", this="me")) == (
        "Nobody ever translated me."
    )


def test_values_are_never_markup() -> None:
    sentence = say("**{name}** is new.", name="*x* <b> [y](z)")

    assert EN.plain(sentence) == "*x* <b> [y](z) is new."
    assert EN.markdown(sentence) == r"**\*x\* \<b\> \[y\]\(z\)** is new."


def test_values_that_look_like_placeholders_are_not_filled() -> None:
    assert EN.plain(say("{a} {b}", a="{b}", b="{a}")) == "{b} {a}"


def test_a_value_in_a_command_stays_what_is_typed() -> None:
    sentence = say("Type `set {path} *` or ``x``.", path="a_b/`c`")

    assert EN.markdown(sentence) == "Type ``set a_b/`c` *`` or `x`."
    assert EN.plain(sentence) == "Type ``set a_b/`c` *`` or `x`."


def test_a_link_shows_its_label_and_in_plain_text_its_address() -> None:
    sentence = say("See {post}.", post=Link("My *post*", "https://x.test/p(1)"))

    assert EN.markdown(sentence) == r"See [My \*post\*](<https://x.test/p(1)>)."
    assert EN.plain(sentence) == "See My *post* (https://x.test/p(1))."


def test_a_sentence_within_a_sentence() -> None:
    inner = say("`{n}`", n=1)

    assert EN.markdown(say("Type {how} or {what}.", how=inner, what=say("**x**"))) == (
        "Type `1` or **x**."
    )


def test_a_choice_is_put_into_words_by_its_context() -> None:
    assert EN.plain(say("It is {colour}.", colour=Colour.RED)) == "It is red."


@pytest.mark.parametrize(("n", "said"), [(0, "0 things"), (1, "1 thing"), (2, "2 things")])
def test_counting(n: int, said: str) -> None:
    assert EN.plain(count(n, "{n} thing", "{n} things")) == said


def test_a_moment_is_told_in_the_readers_hours() -> None:
    moment = datetime(2026, 12, 7, 13, 5, tzinfo=UTC)

    assert NL.plain(say("{when}", when=moment)) == "7 december 2026 om 14:05"
    assert EN.plain(say("{when}", when=moment)) == "7 December 2026 at 14:05"
    assert language("nl", "UTC").moment(moment) == "7 december 2026 om 13:05"
    assert NL.plain(say("{when}", when=date(2026, 5, 1))) == "1 mei 2026"


def test_several_sentences_under_one_another() -> None:
    text = paragraphs(
        say("Which?"), numbered(say("a"), lines(say("b"), say("c")), start=9), say("**Stop**")
    )

    assert EN.markdown(text) == "Which?\n\n9. a\n10. b\n    c\n\n**Stop**"
    assert EN.plain(text) == "Which?\n\n9. a\n10. b\n    c\n\nStop"


def test_a_value_that_is_missing_is_noticed_but_people_get_the_sentence() -> None:
    sentence = Sentence("Welcome in {place}, {who}.", {"who": "Jan"})

    with pytest.warns(UnfilledSentence, match="place"):
        said = EN.plain(sentence)

    assert said == "Welcome in {place}, Jan."
