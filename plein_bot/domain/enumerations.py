"""Names in a row: `Leden, Jeugdzorg and 12 more`."""

from collections.abc import Sequence

from plein_bot.domain.sentences import Sentence, Text, count, say

MOST = 10
"""Of more names nobody reads the last."""


def in_a_row(names: Sequence[Sentence | Text | str]) -> Sentence | Text:
    shown = tuple(say("{name}", name=name) for name in names[:MOST])
    more = len(names) - len(shown)
    if not more:
        return Text(shown, between=", ")
    return count(more, "{names} and one more", "{names} and {n} more", names=Text(shown, ", "))
