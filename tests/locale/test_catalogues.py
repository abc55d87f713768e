import re
from pathlib import Path

import pytest
from babel.messages.catalog import Message as Entry

from plein_bot.locale.catalogues import LANGUAGES, OWN, catalogue, path, untranslated, updated
from plein_bot.locale.messages import (
    BRIDGES,
    Message,
    NotLiteral,
    all_messages,
    enum_words,
    in_code,
    messages_of_bridges,
)
from tests.locale.test_languages import Colour


def forms(text: str | tuple[str, ...] | list[str] | None) -> list[str]:
    return [text] if isinstance(text, str) else list(text or ())


def placeholders(text: str) -> set[str]:
    return set(re.findall(r"\{(\w+)\}", text))


FOLDERS = {OWN: all_messages, BRIDGES / "locale": messages_of_bridges}


def dutch() -> list[Entry]:
    return [entry for folder in FOLDERS for entry in catalogue("nl", folder) if entry.id]


@pytest.mark.parametrize("folder", FOLDERS, ids=["plein", "bridges"])
@pytest.mark.parametrize("code", LANGUAGES)
def test_the_catalogue_holds_what_the_code_says_and_no_more(code: str, folder: Path) -> None:
    stands = path(code, folder).read_text()

    assert stands == updated(code, FOLDERS[folder](), folder), "run `python -m plein_bot.locale`"


@pytest.mark.parametrize("folder", FOLDERS, ids=["plein", "bridges"])
def test_everything_is_translated_into_dutch(folder: Path) -> None:
    assert untranslated("nl", folder) == []


def test_no_translation_is_a_guess() -> None:
    assert [entry.id for entry in dutch() if entry.fuzzy] == []


def test_a_translation_names_the_same_values() -> None:
    def differs(entry: Entry) -> bool:
        said = set().union(*map(placeholders, forms(entry.id)))
        # "One post" need not name the number.
        return not all(said - {"n"} <= placeholders(one) <= said for one in forms(entry.string))

    assert [entry.id for entry in dutch() if differs(entry)] == []


def test_a_translation_has_the_same_markup() -> None:
    def marks(text: str) -> tuple[int, int]:
        return text.count("`"), text.count("**")

    def differs(entry: Entry) -> bool:
        said = zip(forms(entry.id), forms(entry.string), strict=True)
        return any(marks(original) != marks(form) for original, form in said)

    assert [entry.id for entry in dutch() if differs(entry)] == []


def test_messages_are_found_in_the_code() -> None:
    code = """
say("a" " b", x=1)
say("yes" if x else "no")
count(n, "one", "more", y=2)
Sentence("close", {}, context="near")
other("c")
homeserver.say(x)
"""

    assert set(in_code(code, "x.py")) == {
        Message("a b"),
        Message("yes"),
        Message("no"),
        Message("one", "more"),
        Message("close", context="near"),
    }


@pytest.mark.parametrize("code", ["say(x)", 'say(f"{x}")', 'count(n, "a", x)', 'say("a" + x)'])
def test_a_sentence_must_be_written_out(code: str) -> None:
    with pytest.raises(NotLiteral, match=r"x\.py:1"):
        list(in_code(code, "x.py"))


def test_the_words_for_choices_are_messages() -> None:
    assert list(enum_words(Colour)) == [Message("red", context="colour")]


def test_bringing_up_to_date_keeps_translations_and_drops_what_nobody_says() -> None:
    kept = Message("The name is empty. Please give a name.")

    text = updated("nl", {kept, Message("{n} new", "{n} newer"), Message("New.")})

    assert 'msgstr "De naam is leeg. Geef een naam op."' in text
    assert 'msgid "New."\nmsgstr ""' in text
    assert 'msgid_plural "{n} newer"' in text
    assert text.count("msgid ") == 4
