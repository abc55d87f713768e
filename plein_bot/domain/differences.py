"""What changed between two versions of a text."""

import difflib
from dataclasses import dataclass

MOST_SHOWN = 40
"""Lines; more is told as a number."""


@dataclass(frozen=True, slots=True)
class Differences:
    """Lines that came and went, in their order; `(True, …)` came. `more` are not shown."""

    lines: tuple[tuple[bool, str], ...]
    more: int = 0


def between(before: str, after: str) -> Differences:
    changed = [
        (line[0] == "+", line[2:].strip())
        for line in difflib.ndiff(before.splitlines(), after.splitlines())
        if line[0] in "+-" and line[2:].strip()
    ]
    return Differences(tuple(changed[:MOST_SHOWN]), max(0, len(changed) - MOST_SHOWN))
