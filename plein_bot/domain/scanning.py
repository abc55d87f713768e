"""What a virus scanner says of a file, and what that means for it."""

from dataclasses import dataclass
from enum import StrEnum

INFECTED = "file.infected"
"""The kind of timer, and the act in the audit, by which such a file is withdrawn."""

MOST_TRIES = 3
"""Times that a scanner which answers may fail on one file; the others wait behind it."""


class Verdict(StrEnum):
    CLEAN = "clean"
    INFECTED = "infected"
    UNSCANNED = "unscanned"


@dataclass(frozen=True, slots=True)
class Scan:
    """`finding` is the name of the virus, or of what kept the scanner from looking."""

    verdict: Verdict
    finding: str = ""


CLEAN = Scan(Verdict.CLEAN)
TOO_LARGE = "too large"
FAILED = "failed"
