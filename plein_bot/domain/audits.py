"""How the entries of the audit vouch for each other, so that none can be changed or taken away."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import NamedTuple

BEGUN = "begun"

_encoded = json.JSONEncoder(separators=(",", ":")).encode


@dataclass(frozen=True, slots=True)
class Link:
    """An entry by its number and its hash, which says what all entries up to it are."""

    number: int
    hash: str


START = Link(0, "")


class Written(NamedTuple):
    """A row of the audit as it is kept. `actor` and `whom` are keys; `ends` another row, or 0.

    A tuple, because a million of them are made when the chain is walked.
    """

    number: int
    at: datetime
    action: str
    actor: str
    place: str
    whom: str
    outcome: str
    cause: str
    event: str | None
    why: str
    ends: int


def sealed(before: Link, row: Written) -> Link:
    """The link of a row that follows another. What it is made of can never change any more."""
    at = row.at.astimezone(UTC).isoformat(timespec="microseconds")
    content = [before.hash, row.number, at, *row[2:]]
    return Link(row.number, hashlib.sha256(_encoded(content).encode()).hexdigest())


class Damage(StrEnum):
    CHANGED = "changed"
    """It is not what was written, or did not stand there."""
    MISSING = "missing"
    """It is not there, and later ones are."""
    CUT = "cut"
    """It was written, and the audit ends before it."""
    ADDED = "added"
    """It was not written by Plein: it stands behind the last that was."""
    REWRITTEN = "rewritten"
    """Up to it everything fits together, and is not what Plein noted elsewhere."""


@dataclass(frozen=True, slots=True)
class Broken:
    """The first entry that is wrong."""

    number: int
    damage: Damage


def follow(
    before: Link, rows: Iterable[tuple[Written, str]], noted: Link | None = None
) -> Link | Broken:
    """The last of these rows when each follows from the one before it, as its hash says.

    `noted` is what one of the entries was elsewhere. Numbers may be left out: a hash says whether
    something stood in between.
    """
    for row, given in rows:
        link = sealed(before, row)
        if link.hash != given:
            skipped = row.number > before.number + 1
            return (
                Broken(before.number + 1, Damage.MISSING)
                if skipped
                else Broken(row.number, Damage.CHANGED)
            )
        if noted and before.number < noted.number <= row.number and noted != link:
            return Broken(noted.number, Damage.REWRITTEN)
        before = link
    return before
