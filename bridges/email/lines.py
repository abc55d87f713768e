"""What is a line of a letter, before it is decided whose words it is?"""

from dataclasses import dataclass
from enum import StrEnum


class Mark(StrEnum):
    """What the sender's mail program says of a line by its markup; plain text has none."""

    NONE = "none"
    QUOTE = "quote"
    ATTRIBUTION = "attribution"
    REST = "rest"
    """From here on all is quoted: some programs mark only where the earlier letter begins."""


@dataclass(frozen=True, slots=True)
class Line:
    text: str
    depth: int = 0
    """How many quotation marks, or quotations of HTML, it stands in."""
    mark: Mark = Mark.NONE
    start: int = 0
    end: int = 0
    """Where in the HTML it stands."""


def as_plain(lines: list[Line]) -> str:
    """Text with `> ` before what is quoted, and never two empty lines in a row."""
    text: list[str] = []
    for line in lines:
        body = ("> " * line.depth + line.text).rstrip()
        empty = not line.text.strip()
        if empty and (not text or not text[-1].strip("> ")):
            continue
        if not empty and text and not text[-1].strip("> "):
            # An empty line belongs to the quotation only where that goes on below it.
            text[-1] = min(text[-1], ("> " * line.depth).rstrip(), key=len)
        text.append(body)
    while text and not text[-1].strip("> "):
        text.pop()
    return "\n".join(text)


def from_plain(text: str) -> list[Line]:
    found: list[Line] = []
    for row in text.split("\n"):
        rest, depth = row, 0
        while depth < 20 and (stripped := rest.removeprefix(" ")).startswith(">"):
            rest, depth = stripped[1:], depth + 1
        found.append(Line((rest.removeprefix(" ") if depth else rest).rstrip("\n"), depth))
    return found
