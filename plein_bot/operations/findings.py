"""What was found, how bad it is, and what to do about it."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from enum import StrEnum

from plein_bot.operations.telling import tell


class Grade(StrEnum):
    GOOD = "✓"
    WARNING = "!"
    WRONG = "✗"


@dataclass(frozen=True, slots=True)
class Finding:
    """`what` is a sentence; where something is the matter it says what to do."""

    grade: Grade
    what: str

    def __str__(self) -> str:
        return f"{self.grade} {self.what}"


Findings = AsyncIterator[Finding]


def good(what: str) -> Finding:
    return Finding(Grade.GOOD, what)


def warning(what: str) -> Finding:
    return Finding(Grade.WARNING, what)


def wrong(what: str) -> Finding:
    return Finding(Grade.WRONG, what)


async def told(findings: Findings) -> list[Finding]:
    """Show each as it comes, so that whoever waits sees what is waited for."""
    found = []
    async for finding in findings:
        tell(str(finding))
        found.append(finding)
    return found


def exit_code(found: list[Finding]) -> int:
    return int(any(finding.grade is Grade.WRONG for finding in found))
