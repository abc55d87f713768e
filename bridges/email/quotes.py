"""Which lines of a letter are new, and which are quotation, signature or disclaimer?

What is in doubt is kept: a quotation too many is a nuisance, a sentence too few is a lie. And what
is cut stays in `quoted`. Answers between the lines keep the lines that they answer.
"""

from dataclasses import dataclass
from enum import Enum, auto

from bridges.email import phrases
from bridges.email.lines import Line, Mark

_LONGEST_SIGNATURE = 20


@dataclass(frozen=True, slots=True)
class Split:
    first: int
    after: int
    """The lines `[first:after]` are new."""


class _Sort(Enum):
    OWN = auto()
    QUOTED = auto()
    BLANK = auto()
    REST = auto()


def split(lines: list[Line], *, reply: bool, forward: bool) -> Split:
    """`reply`: the headers say that it answers something. `forward`: the subject says so."""
    if forward:
        return _trimmed(lines, 0, len(lines))
    sorts = _sorts(lines, reply)
    first, after = 0, len(lines)
    if _Sort.REST in sorts:
        after = sorts.index(_Sort.REST)
    after = _without_signature(lines, sorts, first, after)
    signed = after
    after, announced = _without_last_quote(lines, sorts, after, reply)
    goes_on = after < signed and not announced  # the quotation above, of which a part is answered
    after = _without_signature(lines, sorts, first, after)
    first = 0 if goes_on else _first_own(sorts, after)
    if not _own(sorts, first, after):
        return _all_or_nothing(lines, sorts, reply)
    return _trimmed(lines, first, after)


def _all_or_nothing(lines: list[Line], sorts: list[_Sort], reply: bool) -> Split:
    """Of a letter in which nothing is new by our reading.

    Where the marks are plain it is so, and perhaps only the attachments are new. Where all stands
    below somebody's headers without marks, the answer may stand below them too.
    """
    if reply and _Sort.REST not in sorts and _Sort.OWN not in sorts:
        return Split(0, 0)
    return _trimmed(lines, 0, len(lines))


def _sorts(lines: list[Line], reply: bool) -> list[_Sort]:
    sorts = [_plain_sort(line) for line in lines]
    at = 0
    while at < len(lines):
        line = lines[at]
        rows = [other.text for other in lines[at : at + 14]]
        if line.depth or line.mark is Mark.QUOTE:
            at += 1
            continue
        if phrases.says_forwarded(line.text):
            break
        if line.mark is Mark.REST or (reply and _begins_rest(rows)):
            return _rest(sorts, at)
        marked = line.mark is Mark.ATTRIBUTION
        # In a letter that answers nothing these words are its writer's own.
        count = 1 if marked else phrases.attribution(rows) if reply else 0
        if count:
            following = next(
                (sort for sort in sorts[at + count :] if sort is not _Sort.BLANK), None
            )
            if following is _Sort.QUOTED or (following is None and line.text.strip()):
                sorts[at : at + count] = [_Sort.QUOTED] * count
            elif reply and phrases.names_a_moment(rows[:count]):
                return _rest(sorts, at)
            at += count
            continue
        at += 1
    return sorts


def _begins_rest(rows: list[str]) -> bool:
    """Whether a mail program announces here that all below is an earlier letter."""
    if phrases.says_original(rows[0]) or phrases.begins_header_block(rows):
        return True
    return phrases.is_rule(rows[0]) and phrases.begins_header_block(_next_rows(rows))


def _plain_sort(line: Line) -> _Sort:
    if not line.text.strip():
        return _Sort.BLANK
    return _Sort.QUOTED if line.depth or line.mark is Mark.QUOTE else _Sort.OWN


def _rest(sorts: list[_Sort], at: int) -> list[_Sort]:
    return sorts[:at] + [_Sort.REST] * (len(sorts) - at)


def _next_rows(rows: list[str]) -> list[str]:
    after = next((number for number, row in enumerate(rows) if number and row.strip()), len(rows))
    return rows[after:]


def _without_last_quote(
    lines: list[Line], sorts: list[_Sort], after: int, reply: bool
) -> tuple[int, bool]:
    """Where the quotation at the end begins; and whether something announces it.

    One that nothing announces, in a letter that answers nothing, is somebody's own choice.
    """
    end = after
    while end and sorts[end - 1] in {_Sort.QUOTED, _Sort.BLANK}:
        end -= 1
    quote = [line for line in lines[end:after] if line.text.strip()]
    if not quote:
        return after, False
    announced = not quote[0].depth or any(
        line.mark in {Mark.QUOTE, Mark.ATTRIBUTION} for line in quote
    )
    return (end, announced) if announced or reply else (after, False)


def _first_own(sorts: list[_Sort], after: int) -> int:
    """Below the only quotation; where there are several, the letter answers them in parts."""
    runs = [sort for sort in sorts[:after] if sort is not _Sort.BLANK]
    changes = [sort for at, sort in enumerate(runs) if not at or runs[at - 1] is not sort]
    return sorts.index(_Sort.OWN) if changes == [_Sort.QUOTED, _Sort.OWN] else 0


def _without_signature(lines: list[Line], sorts: list[_Sort], first: int, after: int) -> int:
    """Above a signature, a disclaimer and what telephones add, if something stands there."""
    end = after
    for at in range(max(first, after - 60), after):
        if lines[at].depth == 0 and phrases.disclaims(lines[at].text) and _own(sorts, first, at):
            end = at
            break
    for at in range(end - 1, max(first, end - _LONGEST_SIGNATURE) - 1, -1):
        dashes = lines[at].depth == 0 and lines[at].text.rstrip() in {"--", "—"}
        if dashes and all(sort is not _Sort.QUOTED for sort in sorts[at:end]):
            end = at
            break
    while end > first and (
        sorts[end - 1] is _Sort.BLANK
        or (sorts[end - 1] is _Sort.OWN and phrases.names_a_phone(lines[end - 1].text))
    ):
        end -= 1
    return end if end > first else after


def _own(sorts: list[_Sort], first: int, after: int) -> bool:
    return _Sort.OWN in sorts[first:after]


def _trimmed(lines: list[Line], first: int, after: int) -> Split:
    while first < after and not lines[first].text.strip():
        first += 1
    while after > first and not lines[after - 1].text.strip():
        after -= 1
    return Split(first, after)
