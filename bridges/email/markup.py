"""What does HTML of a stranger say, and how does it do no harm?

It is cleaned twice: first into markup without faults in which the marks of mail programs still
stand, so that the quotation can be found; then, of what is kept, into what Matrix shows. Nothing is
fetched from elsewhere: pictures are those that came along (`cid:`), all others are tracking or
could be.
"""

import re
from collections.abc import Mapping
from html import escape, unescape
from html.parser import HTMLParser

import nh3

from bridges.email.charsets import readable
from bridges.email.lines import Line, Mark

_TAGS = {"p", "br", "hr", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "pre", "code", "div"}
_TAGS |= {"ul", "ol", "li", "table", "thead", "tbody", "tr", "th", "td", "caption"}
_TAGS |= {"a", "b", "strong", "i", "em", "u", "s", "del", "sub", "sup", "span", "img"}
_ATTRIBUTES = {"a": {"href"}, "ol": {"start"}, "img": {"src", "alt"}}
_MARKING = {"class", "id", "type"}
_MARKED = {tag: _MARKING | _ATTRIBUTES.get(tag, set()) for tag in _TAGS}
_SILENT = {"script", "style", "title", "head", "noscript", "iframe", "object", "svg", "math"}
_SILENT |= {"template", "textarea", "select", "mx-reply"}
_SCHEMES = {"https", "http", "mailto", "tel", "matrix", "cid"}

_BLOCKS = _TAGS - {"a", "b", "strong", "i", "em", "u", "s", "del", "sub", "sup", "span"}
_BLOCKS -= {"img", "code", "th", "td"}
_DEEPEST = 200
"""Elements inside each other; cleaning takes time that grows with the square of it."""
_LONGEST = 500_000
"""Characters; what is longer is read without its markup."""
_OPENING = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)")
_ANY_TAG = re.compile(r"(?is)<(script|style)\b.*?(?:</\1\s*>|\Z)|<!--.*?(?:-->|\Z)|<[^<>]*>")
_PICTURE = re.compile(r'(<img\b[^>]*? src=")cid:([^"]*)("[^>]*>)')
_EMPTY = re.compile(r"<(div|p|b|i|u|strong|em|s)>(?:\s|&nbsp;|<br>)*</\1>")
_NOTHING = ("&nbsp;", "<br>", "<hr>")
_ENDS_BY_ITSELF = {"p", "li", "td", "th", "tr", "tbody", "thead", "dt", "dd", "option", "br", "hr"}
_ENDS_BY_ITSELF |= {"img", "input", "meta", "link", "col", "wbr", "area", "base", "html", "body"}

_QUOTES = {
    "gmail_quote",
    "gmail_quote_container",
}  # hold an answer too, where it is between the lines
_ALL_QUOTED = {
    "yahoo_quoted",
    "protonmail_quote",
    "tutanota_quote",
    "zmail_extra",
    "ms-outlook-mobile-reference-message",
}
_ATTRIBUTIONS = {"gmail_attr", "moz-cite-prefix", "protonmail_quote_header"}
_REST = {"divrplyfwdmsg", "appendonsend", "mail-editor-reference-message-container"}


def is_readable(html: str) -> bool:
    """Whether it can be cleaned in reasonable time, and not be longer than anybody writes."""
    depth = 0
    for tag in _OPENING.finditer(html):
        if tag[2].lower() not in _ENDS_BY_ITSELF:
            depth += -1 if tag[1] else 1
            if depth > _DEEPEST:
                return False
    return len(html) <= _LONGEST


def says_something(html: str) -> bool:
    return bool(re.search(r"<img\b", html, re.IGNORECASE) or without_markup(html).strip())


def canonical(html: str) -> str:
    """Markup without faults, still with the marks of mail programs; only for what `is_readable`."""
    return nh3.clean(
        readable(html),
        tags=_TAGS,
        attributes=_MARKED,
        clean_content_tags=_SILENT,
        url_schemes=_SCHEMES,
        link_rel=None,
    )


def safe(html: str) -> str:
    """What clients of Matrix show; of a picture that did not come along its words remain."""
    clean = nh3.clean(
        html,
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        attribute_filter=_kept,
        url_schemes=_SCHEMES,
        link_rel=None,
    )
    clean = re.sub(r'<img(?![^>]* src="cid:)(?:[^>]*? alt="([^"]*)")?[^>]*>', r"\1", clean)
    clean = re.sub(r"<a>(.*?)</a>", r"\1", clean, flags=re.DOTALL)
    clean = re.sub(r"</?span>", "", clean)
    for _ in range(20):
        shorter = re.sub(r"(?:<br>\s*){3,}", "<br><br>", _EMPTY.sub("<br>", clean))
        if shorter == clean:
            break
        clean = shorter
    return _without_edges(clean)


def pictures(html: str) -> frozenset[str]:
    """The names of the pictures that safe HTML shows; what else mentions a name shows nothing."""
    return frozenset(unescape(found[2]) for found in _PICTURE.finditer(html))


def with_pictures(html: str, addresses: Mapping[str, str]) -> str:
    """Safe HTML with the address of each picture in place of its name, without those of none."""

    def placed(found: re.Match[str]) -> str:
        address = addresses.get(unescape(found[2]))
        return f"{found[1]}{escape(address)}{found[3]}" if address else ""

    return _PICTURE.sub(placed, html)


def for_mail(html: str) -> str:
    """HTML of a message as it may come into a mailbox: nothing is fetched when it is read.

    Empty where it is not worth reading. What clients put above an answer is left out.
    """
    if not is_readable(html):
        return ""
    schemes = _SCHEMES - {"cid"}  # names a picture in the mail itself, of which there are none
    clean = nh3.clean(
        readable(html),
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        clean_content_tags=_SILENT,
        url_schemes=schemes,
        link_rel=None,
    )
    return safe(clean)


def _without_edges(html: str) -> str:
    clean = html.strip()
    while ending := next((one for one in _NOTHING if clean.endswith(one)), None):
        clean = clean.removesuffix(ending).rstrip()
    while beginning := next((one for one in _NOTHING if clean.startswith(one)), None):
        clean = clean.removeprefix(beginning).lstrip()
    return clean


def without_markup(html: str) -> str:
    """The words of HTML that is not worth reading as such."""
    rows = readable(unescape(_ANY_TAG.sub(" ", html))).split("\n")
    return "\n".join(" ".join(row.split()) for row in rows)


def lines(html: str) -> list[Line]:
    """The lines of canonical HTML, each with the place where it stands."""
    reader = _Reader(html)
    reader.feed(html)
    reader.close()
    return reader.finished()


def _kept(tag: str, attribute: str, value: str) -> str | None:
    if (tag, attribute) == ("a", "href"):
        return value if re.match(r"(?!cid:)[a-zA-Z]+:", value) else None
    if (tag, attribute) == ("img", "src"):
        return value if value.lower().startswith("cid:") else None
    return value


class _Reader(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self._length = len(html)
        self._begins = [0]
        for newline in re.finditer("\n", html):
            self._begins.append(newline.end())
        self._open: list[tuple[str, Mark | None]] = []
        self._lines: list[Line] = []
        self._words: list[str] = []
        self._start = self._at = 0
        self._depth = 0
        self._marks: list[Mark] = []
        self._links: list[tuple[str, int]] = []
        self._pre = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._at = self._offset()
        values = {key: value or "" for key, value in attrs}
        if tag == "br":
            self._empty_line()
        elif tag in _BLOCKS:
            self._end_line()
        if tag in {"br", "hr"}:
            return
        if tag == "img":
            self._words.append(values.get("alt", ""))
        else:
            self._enter(tag, values)

    def _enter(self, tag: str, values: dict[str, str]) -> None:
        names = {*values.get("class", "").lower().split(), values.get("id", "").lower()}
        mark = None
        if tag == "blockquote":
            self._depth += 1
            mark = (
                Mark.QUOTE if values.get("type", "").lower() == "cite" or names & _QUOTES else None
            )
        elif names & _ALL_QUOTED:
            mark = Mark.QUOTE
        elif names & _ATTRIBUTIONS:
            mark = Mark.ATTRIBUTION
        elif names & _REST:
            mark = Mark.REST
        if mark is Mark.REST:
            # Of some programs this element is empty and stands before what it marks.
            self._lines.append(Line("", self._depth, Mark.REST, self._at, self._at))
            mark = None
        self._open.append((tag, mark))
        if mark:
            self._marks.append(mark)
        self._pre += tag == "pre"
        if tag == "a":
            self._links.append((values.get("href", ""), len(self._words)))
        elif tag == "li":
            self._words.append("• ")
        elif tag in {"td", "th"} and self._words:
            self._words.append("  ")

    def handle_endtag(self, tag: str) -> None:
        self._at = self._offset()
        if tag in _BLOCKS:
            self._end_line()
        if not self._open or self._open[-1][0] != tag:
            return
        _, mark = self._open.pop()
        if mark:
            self._marks.pop()
        self._pre -= tag == "pre"
        self._depth -= tag == "blockquote"
        if tag == "a" and self._links:
            address, since = self._links.pop()
            label = "".join(self._words[since:]).strip()
            shown = address.removeprefix("mailto:").removeprefix("tel:")
            if (
                shown
                and label
                and shown.rstrip("/") not in {label, f"http://{label}", f"https://{label}"}
            ):
                self._words.append(f" ({shown})")
        if tag == "p":
            self._empty_line()

    def handle_data(self, data: str) -> None:
        self._at = self._offset()
        rows = data.split("\n") if self._pre else [re.sub(r"[ \t\n]+", " ", data)]
        for number, row in enumerate(rows):
            if number:
                self._empty_line()
            self._words.append(row)

    def finished(self) -> list[Line]:
        self._at = self._length
        self._end_line()
        return self._lines

    def _offset(self) -> int:
        row, column = self.getpos()
        return self._begins[row - 1] + column

    def _end_line(self) -> None:
        if "".join(self._words).strip():
            self._empty_line()
        self._words, self._links = [], [(address, 0) for address, _ in self._links]
        self._start = self._at

    def _empty_line(self) -> None:
        words = "".join(self._words).replace("\u00a0", " ")
        words = words.rstrip() if self._pre else words.strip()
        mark = self._marks[-1] if self._marks else Mark.NONE
        self._lines.append(Line(words, self._depth, mark, self._start, self._at))
        self._words, self._links = [], [(address, 0) for address, _ in self._links]
        self._start = self._at
