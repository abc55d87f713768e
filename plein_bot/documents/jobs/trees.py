"""What of a document's tree stays: what Markdown has a form for, and pictures that came with it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

Node = dict[str, Any]

_EMPTY: Any = ()
_QUOTATIONS = ("quot", "citaat", "citaten", "block text")
_CODE = ("source text", "broncode", "source code", "verbatim", "html code")
_LINKED = ("http://", "https://", "mailto:")
# Of these only what is in them stays.
_BARE = ("Underline", "SmallCaps", "Span", "Cite", "Quoted", "Superscript", "Subscript")
_MOST_PICTURES = 100
_DEEPEST = 200
"""Nodes in nodes. What lies deeper was made to break its reader."""


@dataclass(frozen=True, slots=True)
class Picture:
    """`words` are what the document says of it, where pandoc does not tell."""

    path: str
    mime: str
    words: str


class Cleaner:
    """`dropped` counts the pictures that are not in the document, or that clients do not show."""

    def __init__(self, picture: Callable[[str], Picture | None], *, heading_is_title: bool) -> None:
        self._picture = picture
        self._heading_is_title = heading_is_title
        self._numbers: dict[str, int] = {}
        self.pictures: list[Picture] = []
        self.dropped = 0

    def cleaned(self, tree: Node) -> tuple[str, list[Node]]:
        """The title, and the blocks under it."""
        blocks = self._blocks(tree["blocks"], 0)
        title = _words(_inlines_of(tree.get("meta", {}).get("title", {})))
        if blocks and blocks[0]["t"] == "Header":
            first = _words(blocks[0]["c"][2])
            if self._heading_is_title or not title or title == first:
                return first, blocks[1:]
        return title, blocks

    def _blocks(self, blocks: Iterable[Node], depth: int) -> list[Node]:
        if depth > _DEEPEST:
            return []
        return [kept for block in blocks for kept in self._block(block, depth + 1)]

    def _block(self, block: Node, depth: int) -> list[Node]:
        kind, content = block["t"], block.get("c", _EMPTY)
        match kind:
            case "Para" | "Plain":
                return _paragraph(kind, self._inlines(content, depth))
            case "Header":
                return [{"t": kind, "c": [content[0], _NO_MARKS, self._inlines(content[2], depth)]}]
            case "Div":
                inside = self._blocks(content[1], depth)
                quoted = _style(content[0]).startswith(_QUOTATIONS)
                return [{"t": "BlockQuote", "c": inside}] if quoted and inside else inside
            case "BlockQuote":
                return [{"t": kind, "c": self._blocks(content, depth)}]
            case "BulletList":
                return [{"t": kind, "c": self._items(content, depth)}]
            case "OrderedList":
                start = content[0][0]
                marks = [start, {"t": "Decimal"}, {"t": "Period"}]
                return [{"t": kind, "c": [marks, self._items(content[1], depth)]}]
            case "DefinitionList":
                return self._definitions(content, depth)
            case "LineBlock":
                lines = [self._inlines(line, depth) for line in content]
                return _paragraph("Para", _joined(lines, {"t": "LineBreak"}))
            case "CodeBlock":
                return [{"t": kind, "c": [_NO_MARKS, content[1]]}]
            case "Table":
                return self._table(content, depth)
            case "Figure":
                return self._blocks([*content[2], *content[1][1]], depth)
            case "HorizontalRule":
                return [block]
            case _:
                return []  # RawBlock: a script, a style sheet, a comment

    def _items(self, items: Iterable[list[Node]], depth: int) -> list[list[Node]]:
        """Without blank lines between them, unless one has more to say than a paragraph."""
        cleaned = [self._blocks(item, depth) for item in items]
        if all(_is_short(item) for item in cleaned):
            return [[_tight(block) for block in item] for item in cleaned]
        return cleaned

    def _definitions(self, content: list[Any], depth: int) -> list[Node]:
        found: list[Node] = []
        for term, definitions in content:
            found += _paragraph("Para", [{"t": "Strong", "c": self._inlines(term, depth)}])
            for blocks in definitions:
                found += self._blocks(blocks, depth)
        return found

    def _table(self, content: list[Any], depth: int) -> list[Node]:
        """One that Markdown can hold: every cell a line, every row as wide as the widest."""
        _, caption, _, head, bodies, foot = content
        rows = [*head[1]]
        for body in bodies:
            rows += [*body[2], *body[3]]
        rows += foot[1]
        cells = [self._row(row, depth) for row in rows]
        width = max((len(row) for row in cells), default=0)
        if not width:
            return []
        header, *others = cells
        table = [
            _NO_MARKS,
            [None, []],
            [[{"t": "AlignDefault"}, {"t": "ColWidthDefault"}]] * width,
            [_NO_MARKS, [_table_row(header, width)]],
            [[_NO_MARKS, 0, [], [_table_row(row, width) for row in others]]],
            [_NO_MARKS, []],
        ]
        return [{"t": "Table", "c": table}, *self._blocks(caption[1], depth)]

    def _row(self, row: list[Any], depth: int) -> list[list[Node]]:
        cells: list[list[Node]] = []
        for _, _, _, columns, blocks in row[1]:
            lines = list(_lines(self._blocks(blocks, depth)))
            cells.append(_joined(lines, {"t": "Space"}))
            cells += [[] for _ in range(min(columns, 100) - 1)]
        return cells

    def _inlines(self, inlines: Iterable[Node], depth: int) -> list[Node]:
        if depth > _DEEPEST:
            return []
        return [kept for inline in inlines for kept in self._inline(inline, depth + 1)]

    def _inline(self, inline: Node, depth: int) -> list[Node]:
        kind, content = inline["t"], inline.get("c", _EMPTY)
        match kind:
            case "Str" | "Space" | "LineBreak":
                return [inline]
            case "SoftBreak":
                return [{"t": "Space"}]
            case "Emph" | "Strong" | "Strikeout":
                inside = self._inlines(content, depth)
                return [{"t": kind, "c": inside}] if inside else []
            case "Span" if _style(content[0]).startswith(_CODE):
                return [{"t": "Code", "c": [_NO_MARKS, _words(content[1])]}]
            case "Span" if _style(content[0]) in ("emphasis", "strong"):
                name = "Emph" if _style(content[0]) == "emphasis" else "Strong"
                return [{"t": name, "c": self._inlines(content[1], depth)}]
            case _ if kind in _BARE:
                inside = content[1] if kind in ("Span", "Cite", "Quoted") else content
                return _in_quotes(content, self._inlines(inside, depth), kind)
            case "Code":
                return [{"t": kind, "c": [_NO_MARKS, content[1]]}]
            case "Math":
                return [{"t": "Code", "c": [_NO_MARKS, content[1]]}]
            case "Note":
                # In place, where whoever reads wants to know it.
                lines = list(_lines(self._blocks(content, depth)))
                return [_text(" ("), *_joined(lines, {"t": "Space"}), _text(")")]
            case "Link":
                inside = self._inlines(content[1], depth)
                address = content[2][0]
                if not inside or not address.lower().startswith(_LINKED):
                    return inside
                return [{"t": kind, "c": [_NO_MARKS, inside, [address, ""]]}]
            case "Image":
                return self._image(content, depth)
            case _:
                return []  # RawInline

    def _image(self, content: list[Any], depth: int) -> list[Node]:
        words, (name, title) = self._inlines(content[1], depth), content[2]
        found = self._picture(name)
        if found is None or len(self.pictures) >= _MOST_PICTURES:
            self.dropped += 1
            return words
        if name not in self._numbers:
            self.pictures.append(found)
            self._numbers[name] = len(self.pictures)
        alt = _words(words) or found.words or title
        place = f"image:{self._numbers[name]}"
        return [{"t": "Image", "c": [_NO_MARKS, [_text(alt)] if alt else [], [place, ""]]}]


_NO_MARKS: list[Any] = ["", [], []]


def _text(words: str) -> Node:
    return {"t": "Str", "c": words}


def _style(marks: list[Any]) -> str:
    return next((str(value).lower() for key, value in marks[2] if key == "custom-style"), "")


def _paragraph(kind: str, inlines: list[Node]) -> list[Node]:
    return [{"t": kind, "c": inlines}] if inlines else []


def _in_quotes(content: Any, inside: list[Node], kind: str) -> list[Node]:
    if kind != "Quoted":
        return inside
    single = content[0]["t"] == "SingleQuote"
    return [_text("‘" if single else "“"), *inside, _text("’" if single else "”")]


def _is_short(item: list[Node]) -> bool:
    first, *others = item or [{"t": "Plain"}]
    lists = ("BulletList", "OrderedList")
    return first["t"] in ("Para", "Plain", *lists) and all(one["t"] in lists for one in others)


def _tight(block: Node) -> Node:
    return {**block, "t": "Plain"} if block["t"] == "Para" else block


def _joined(lines: Iterable[list[Node]], between: Node) -> list[Node]:
    joined: list[Node] = []
    for line in lines:
        joined += [*([between] if joined else []), *line]
    return joined


def _table_row(cells: list[list[Node]], width: int) -> list[Any]:
    full = [*cells, *([[]] * (width - len(cells)))]
    align = {"t": "AlignDefault"}
    return [_NO_MARKS, [[_NO_MARKS, align, 1, 1, _paragraph("Plain", cell)] for cell in full]]


def _lines(blocks: Iterable[Node]) -> Iterable[list[Node]]:
    """Blocks as lines of text, for where there is room for nothing else."""
    for block in blocks:
        kind, content = block["t"], block.get("c", _EMPTY)
        match kind:
            case "Para" | "Plain":
                yield [{"t": "Space"} if one["t"] == "LineBreak" else one for one in content]
            case "Header":
                yield content[2]
            case "BlockQuote":
                yield from _lines(content)
            case "BulletList" | "OrderedList":
                for item in content if kind == "BulletList" else content[1]:
                    yield from _lines(item)
            case "CodeBlock":
                yield [{"t": "Code", "c": [_NO_MARKS, " ".join(content[1].split())]}]
            case "Table":
                for row in [*content[3][1], *content[4][0][3]]:
                    for cell in row[1]:
                        yield from _lines(cell[4])
            case _:
                pass  # A rule between two of them.


def _inlines_of(meta: Node) -> list[Node]:
    return list(meta.get("c", ())) if meta.get("t") == "MetaInlines" else []


def _words(inlines: Iterable[Node]) -> str:
    """The text in inlines."""
    words = ""
    for inline in inlines:
        kind, content = inline["t"], inline.get("c", _EMPTY)
        match kind:
            case "Str":
                words += content
            case "Space" | "SoftBreak" | "LineBreak":
                words += " "
            case "Code" | "Math":
                words += content[1]
            case "Span" | "Link" | "Cite" | "Quoted" | "Image":
                words += _words(content[1])
            case "Note" | "RawInline":
                pass
            case _:
                words += _words(content)
    return " ".join(words.split()) if words.strip() else ""
