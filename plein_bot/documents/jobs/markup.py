"""The words in the XML of office documents. It is streamed: a large table costs no memory."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from xml.parsers import expat
from zipfile import ZipFile

from plein_bot.documents.answers import Reason
from plein_bot.documents.jobs import Unreadable, archives


@dataclass(frozen=True, slots=True)
class Dialect:
    """What elements mean, by their names without a namespace.

    Words stand in `words` only. `ends` are paragraphs; `asides` are read after the rest, so that
    a footnote does not part the sentence that it belongs to; `skipped` is not read at all. `said`
    stand for a sign, `described` are attributes with words in them.
    """

    words: frozenset[str]
    ends: frozenset[str]
    asides: frozenset[str] = frozenset()
    skipped: frozenset[str] = frozenset()
    said: Mapping[str, str] | None = None
    described: Mapping[str, str] | None = None


OPEN_DOCUMENT = Dialect(
    words=frozenset({"p", "h", "title", "desc"}),
    ends=frozenset({"p", "h", "title", "desc"}),
    asides=frozenset({"note-body", "annotation", "text-box", "title", "desc"}),
    # Of what was deleted nobody expects that it is found; numbers of notes would stick to words.
    skipped=frozenset({"tracked-changes", "note-citation", "meta", "settings"}),
    said={"s": " ", "tab": " ", "line-break": "\n"},
)
OPEN_SHEET = Dialect(
    words=OPEN_DOCUMENT.words,
    ends=OPEN_DOCUMENT.ends,
    asides=OPEN_DOCUMENT.asides,
    skipped=OPEN_DOCUMENT.skipped,
    said=OPEN_DOCUMENT.said,
    described={"table": "name"},
)
OFFICE_OPEN = Dialect(
    words=frozenset({"t"}),
    ends=frozenset({"p"}),
    asides=frozenset({"txbxContent"}),
    skipped=frozenset({"Fallback", "fld"}),
    said={"tab": " ", "br": "\n", "cr": "\n", "noBreakHyphen": "-"},
    described={"docPr": "descr", "cNvPr": "descr"},
)


def words_of(archive: ZipFile, names: Iterable[str], dialect: Dialect, most: int) -> str:
    """The words of parts with these names (patterns), `most` characters. Raises Unreadable."""
    collected: list[str] = []
    length = 0
    for part in _named(archive, names):
        reader = _Reader(dialect, most - length)
        try:
            with archive.open(part) as stream:
                while not reader.is_full and (chunk := stream.read(64 * 1024)):
                    reader.feed(chunk)
                if not reader.is_full:
                    reader.feed(b"", last=True)
        except (expat.ExpatError, *archives.DAMAGES) as failure:
            raise Unreadable(Reason.BROKEN) from failure
        text = reader.text()
        collected.append(text)
        length += len(text)
        if length >= most:
            break
    return "\n".join(collected)


def _named(archive: ZipFile, patterns: Iterable[str]) -> list[str]:
    """The parts of these names, by the number in them: slide2 before slide10."""

    def order(name: str) -> tuple[int, str]:
        number = re.search(r"(\d+)\.xml$", name)
        return (int(number[1]) if number else 0, name)

    names = archive.namelist()
    return [
        name
        for pattern in patterns
        for name in sorted((one for one in names if re.fullmatch(pattern, one)), key=order)
    ]


class _Reader:
    def __init__(self, dialect: Dialect, most: int) -> None:
        self._dialect = dialect
        self._most = most
        self._length = 0
        # What is being written, the outermost first; what is finished stands in `_done`.
        self._open: list[list[str]] = [[]]
        self._done: list[list[str]] = []
        # For each of `_open`: in how many elements with words we are.
        self._depth = [0]
        self._skipping = 0
        self._parser = expat.ParserCreate(namespace_separator=" ")
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._text

    @property
    def is_full(self) -> bool:
        return self._length >= self._most

    def feed(self, data: bytes, *, last: bool = False) -> None:
        self._parser.Parse(data, last)

    def text(self) -> str:
        written = [*self._open, *self._done]
        return "\n".join(whole for one in written if (whole := "".join(one).strip()))

    def _write(self, text: str) -> None:
        self._open[-1].append(text)
        self._length += len(text)

    def _start(self, name: str, attributes: Mapping[str, str]) -> None:
        local = name.rpartition(" ")[2]
        if self._skipping or local in self._dialect.skipped:
            self._skipping += 1
            return
        if local in self._dialect.asides:
            self._open.append([])
            self._depth.append(0)
        if local in self._dialect.words:
            self._depth[-1] += 1
        if said := (self._dialect.said or {}).get(local):
            self._write(said)
        if described := (self._dialect.described or {}).get(local):
            text = next((v for k, v in attributes.items() if k.endswith(described)), "")
            self._done.append([text])
            self._length += len(text)

    def _end(self, name: str) -> None:
        local = name.rpartition(" ")[2]
        if self._skipping:
            self._skipping -= 1
            return
        if local in self._dialect.ends:
            self._write("\n")
        if local in self._dialect.words:
            self._depth[-1] -= 1
        if local in self._dialect.asides:
            self._depth.pop()
            self._done.append(self._open.pop())

    def _text(self, text: str) -> None:
        if self._depth[-1] and not self._skipping:
            self._write(text)
