"""What comes of a document. A child knows this and little more: it begins the sooner."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Reason(StrEnum):
    """Why there is nothing to show."""

    BROKEN = "broken"
    """It is not what its name says, or damaged."""
    LOCKED = "locked"
    """A password is needed to open it."""
    TOO_LARGE = "too large"
    """It, or what comes out of it, takes more memory than a document may."""
    TOO_SLOW = "too slow"
    CRASHED = "crashed"
    """The reader gave up, and it is not known why."""


@dataclass(frozen=True, slots=True)
class Failed:
    reason: Reason


@dataclass(frozen=True, slots=True)
class File:
    """Something that was in a document, such as a picture."""

    name: str
    mime: str
    data: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Answer:
    """What the child found: the facts of its job, and files."""

    facts: Mapping[str, Any]
    files: tuple[File, ...] = ()
