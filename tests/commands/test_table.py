from enum import StrEnum
from typing import Annotated

import pytest

from plein_bot.commands import TABLE
from plein_bot.commands.calls import Call
from plein_bot.commands.reading import read
from plein_bot.commands.replies import Reply
from plein_bot.commands.table import Command, CommandTable, Dutch, WrittenOtherwise
from plein_bot.domain.errors import Refusal
from plein_bot.domain.sentences import say
from plein_bot.locale import language

COMMANDS = list(TABLE)


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
def test_help_is_a_sentence_in_both_languages(command: Command) -> None:
    english = language("en").plain(command.help)
    dutch = language("nl").plain(command.help)

    assert english[0].isupper()
    assert english.endswith(".")
    assert dutch != english
    assert dutch.endswith(".")


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
def test_every_parameter_can_be_read_and_has_a_dutch_word(command: Command) -> None:
    for parameter in command.parameters:
        assert parameter.kind in (str, int, bool) or issubclass(parameter.kind, StrEnum)
        assert parameter.dutch
        assert not parameter.option or parameter.kind is bool or not parameter.required
    assert len(command.options) == len({word.casefold() for word in command.options})
    assert command.usage("en").startswith(command.name)
    assert command.usage("nl").split()[0] in {path[0] for path in command.dutch} | {command.path[0]}


def test_every_path_leads_to_one_command() -> None:
    paths = [path for command in TABLE for path in (command.path, *command.dutch)]

    assert len(paths) == len(set(paths))
    for path in paths:
        found = TABLE.find(read(" ".join(path)))
        assert found
        assert path in (found[0].path, *found[0].dutch)


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


@pytest.fixture
def paint() -> Command:
    table = CommandTable()

    @table.command("paint", "verf")
    async def paint(
        call: Call,
        place: Annotated[str, Dutch("plek")],
        what: Annotated[str, Dutch("wat")],
        *,
        colour: Annotated[Colour, Dutch("kleur")] = Colour.RED,
        coats: Annotated[int, Dutch("lagen")] = 1,
        glossy: Annotated[bool, Dutch("glans")] = False,
    ) -> Reply:
        """Paint something."""
        return Reply(say("Done."))

    [command] = table
    return command


def arguments(command: Command, line: str, **bound: str) -> dict[str, object]:
    return command.read(read(line, command.flags), 1, bound)


def test_the_last_parameter_takes_the_rest_of_the_line(paint: Command) -> None:
    assert arguments(paint, "paint hal de grote deur") == {"place": "hal", "what": "de grote deur"}


def test_a_left_out_place_is_the_one_where_we_are(paint: Command) -> None:
    assert arguments(paint, "paint deur") == {"place": ".", "what": "deur"}


def test_options_are_read_in_dutch_and_english(paint: Command) -> None:
    english = arguments(paint, "paint hal deur --colour blue --coats 2 --glossy")
    dutch = arguments(paint, "verf hal deur --kleur blue --lagen 2 --glans")

    assert english == dutch
    assert english["colour"] is Colour.BLUE
    assert english["coats"] == 2
    assert english["glossy"] is True


def test_a_flag_takes_no_word_from_the_line(paint: Command) -> None:
    assert arguments(paint, "paint --glossy hal de deur") == {
        "place": "hal",
        "what": "de deur",
        "glossy": True,
    }


@pytest.mark.parametrize(("word", "glossy"), [("ja", True), ("Nee.", False), ("no", False)])
def test_a_flag_may_be_said_to_be_off(paint: Command, word: str, glossy: bool) -> None:
    assert arguments(paint, f"paint hal deur --glans {word}")["glossy"] is glossy


@pytest.mark.parametrize("line", ["paint hal deur --weight 3", "paint hal deur --colour", "paint"])
def test_what_is_written_otherwise_is_told_how(paint: Command, line: str) -> None:
    with pytest.raises(WrittenOtherwise) as refusal:
        arguments(paint, line)

    assert "paint <place> <what>" in language("en").plain(refusal.value.sentence)
    assert "verf <plek> <wat>" in language("nl").plain(refusal.value.sentence)


@pytest.mark.parametrize("text", ["twee", "-1", "1.5", "9999999999"])
def test_a_number_is_a_number(paint: Command, text: str) -> None:
    with pytest.raises(Refusal):
        arguments(paint, f"paint hal deur --coats {text}")


def test_answers_to_questions_win_over_the_line(paint: Command) -> None:
    found = arguments(paint, "paint hal deur --colour red", colour="blue")

    assert found["colour"] is Colour.BLUE


def test_two_commands_cannot_have_one_path() -> None:
    table = CommandTable()

    async def one(call: Call) -> Reply:
        """One."""
        return Reply(say("Done."))

    async def other(call: Call) -> Reply:
        """Other."""
        return Reply(say("Done."))

    table.command("paint")(one)
    with pytest.raises(ValueError, match="paint"):
        table.command("varnish", "paint")(other)


def test_the_dutch_name_that_is_shown_is_dutch() -> None:
    """The first one is; others may follow. A ban is called so in both languages, and so is web."""
    english = {command.path[0] for command in TABLE} - {"ban", "web"}
    shown = [command.dutch[0] for command in TABLE if command.dutch]
    assert not [name for name in shown if name[0] in english]


def test_a_place_may_be_called_by_a_word_that_stands_inside_a_command_only() -> None:
    assert {"help", "wissen", "nieuw", "terug"} <= TABLE.words
    assert not {"volgen", "handhaven"} & TABLE.words
