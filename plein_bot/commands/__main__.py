"""The list of commands in the README: `make commands` writes it, a test keeps it equal.

`python -m plein_bot.commands` prints it, `python -m plein_bot.commands README.md` puts it in.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

from plein_bot.commands import TABLE
from plein_bot.locale import language

BEGIN = "<!-- commands: written by `make commands` -->"
END = "<!-- end of commands -->"


def listing() -> Iterator[str]:
    """A row of Markdown per command, by name."""
    yield "| English · Dutch | does |"
    yield "|---|---|"
    for command in sorted(TABLE, key=lambda command: command.path):
        words = "<br>".join(f"`{command.usage(code)}`" for code in ("en", "nl"))
        yield f"| {words} | {language('en').plain(command.help)} |"


def put_in(document: str) -> str:
    """The document with the list as it is now."""
    before, _, rest = document.partition(BEGIN)
    _, _, after = rest.partition(END)
    return "\n".join((f"{before}{BEGIN}", *listing(), f"{END}{after}"))


if __name__ == "__main__":
    if sys.argv[1:]:
        path = Path(sys.argv[1])
        path.write_text(put_in(path.read_text(encoding="utf-8")), encoding="utf-8")
    else:
        sys.stdout.write("\n".join(listing()) + "\n")
