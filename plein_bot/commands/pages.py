"""A numbered list, a page at a time."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from plein_bot.commands.replies import Reply
from plein_bot.domain.paging import Page, page_of
from plein_bot.domain.sentences import Sentence, Text, lines, numbered, paragraphs, say

Item = TypeVar("Item")


def shown_page(
    title: Sentence | Text,
    items: Sequence[Item],
    number: int,
    line: Callable[[Item], Sentence | Text],
    command: str,
    *,
    value: Callable[[Item], str] | None = None,
    each: str | None = None,
) -> Reply:
    """One page of `items`; their numbers stand for `value` in what is typed next.

    A number alone runs the command `each` with that value. Without a `value` they are not counted:
    what bears a number of its own must not get a second one.
    """
    page = page_of(items, number)
    some = map(line, page.items)
    parts = [title, numbered(*some, start=page.first) if value else lines(*some)]
    if page.has_more:
        parts.append(there_is_more(page))
    elif each:
        parts.append(say("Answer with a number to see more of it."))
    values = tuple(map(value, items)) if value else ()
    return Reply(
        paragraphs(*parts),
        offers=tuple(f"{each} {one}" for one in values) if each else (),
        shown=values,
        more=f"{command} --page {number + 1}" if page.has_more else None,
    )


def there_is_more(page: Page[Item]) -> Sentence:
    return say(
        "{first} to {last} of {total}. Type `more` for the next ones.",
        first=page.first,
        last=page.first + len(page.items) - 1,
        total=page.total,
    )
