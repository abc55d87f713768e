"""Long lists, a page at a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from plein_bot.domain.errors import Refusal
from plein_bot.domain.sentences import count

Item = TypeVar("Item")

PAGE = 20
"""Items on a page: what fits on a phone in two swipes."""


@dataclass(frozen=True, slots=True)
class Page(Generic[Item]):
    """`first` is the number of the first item here, counted from 1 through all pages."""

    items: tuple[Item, ...]
    first: int
    total: int
    number: int

    @property
    def has_more(self) -> bool:
        return self.first - 1 + len(self.items) < self.total


def page_of(items: Sequence[Item], number: int) -> Page[Item]:
    """Page `number` (from 1). Raises a Refusal that says how many there are."""
    start = start_of(len(items), number)
    return Page(tuple(items[start : start + PAGE]), start + 1, len(items), number)


def start_of(total: int, number: int) -> int:
    """How many items come before page `number`. Raises the same Refusal."""
    last = max(1, -(-total // PAGE))
    if not 1 <= number <= last:
        raise Refusal(count(last, "There is one page.", "There are {n} pages."))
    return (number - 1) * PAGE
