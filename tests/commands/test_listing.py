from pathlib import Path

from plein_bot.commands import TABLE
from plein_bot.commands.__main__ import BEGIN, END, put_in

README = Path(__file__).parent.parent.parent / "README.md"


def test_the_readme_lists_the_commands_as_they_are() -> None:
    text = README.read_text(encoding="utf-8")

    assert text.count(BEGIN) == text.count(END) == 1
    assert put_in(text) == text, "run `make commands`"


def test_every_command_is_in_the_list_in_both_languages() -> None:
    text = put_in(f"# Title\n\n{BEGIN}\nformerly\n{END}\n\nThe rest.\n")

    assert text.startswith(f"# Title\n\n{BEGIN}\n| English")
    assert text.endswith(f"|\n{END}\n\nThe rest.\n")
    assert "formerly" not in text
    for command in TABLE:
        assert f"`{command.usage('en')}`<br>`{command.usage('nl')}`" in text
