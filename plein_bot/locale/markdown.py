"""How do a sentence's Markdown and people's own words stay apart?

The Markdown made here is only ever read by `render` and `plain_text`, so `literal` escapes
everything that might mean something rather than only what would.
"""

import re
from collections.abc import Iterator, Sequence

from markdown_it import MarkdownIt
from markdown_it.token import Token

# Raw HTML is shown as text; one line break is a line break, as in chat.
_OPTIONS = {"html": False, "breaks": True}
_MARKDOWN = MarkdownIt("commonmark", _OPTIONS).enable(["table", "strikethrough"])
# Emphasis and links cost by far the most time, and say nothing of where a block ends.
_BLOCKS = MarkdownIt("commonmark", _OPTIONS).enable("table").disable("inline")

_PUNCTUATION = re.compile(r"[!-/:-@\[-`{-~]")
_EDGES = re.compile(r"^[ \t]+|[ \t]+$", re.MULTILINE)
_LINE_BREAKS = re.compile(r"\r\n|[\n\r\v\f\x85\u2028\u2029]")
_BACKTICKS = re.compile("`+")
_NOT_IN_A_URL = re.compile(r"[\s<>\\\x00-\x20]")


def literal(text: str) -> str:
    """`text` as Markdown that shows exactly these characters and is nothing else."""
    lines = _LINE_BREAKS.sub("\n", text)
    escaped = _PUNCTUATION.sub(r"\\\g<0>", lines)
    # White space at the edge of a line is indentation to Markdown; as an entity it is a character.
    kept = _EDGES.sub(lambda edge: "".join(f"&#{ord(space)};" for space in edge[0]), escaped)
    # A backslash at a line's end is a break that also keeps an empty line inside the paragraph;
    # at the very end, where nothing follows it, it would stand there as a backslash.
    inner = kept.rstrip("\n")
    return inner.replace("\n", "\\\n") + "&#10;" * (len(kept) - len(inner))


def code(text: str) -> str:
    """`text` as a code span. Escapes do not work in one: its fence outgrows what it holds."""
    line = _LINE_BREAKS.sub(" ", text)
    fence = "`" * (1 + max(map(len, _BACKTICKS.findall(line)), default=0))
    space = " " if line.startswith("`") or line.endswith("`") else ""
    return f"{fence}{space}{line}{space}{fence}"


def link(label: str, url: str) -> str:
    address = _NOT_IN_A_URL.sub(lambda letter: f"%{ord(letter[0]):02X}", url)
    return f"[{literal(label)}](<{address}>)"


def render(markdown: str) -> str:
    """HTML, well-formed, yet to be cleaned by whoever shows Markdown that people wrote."""
    return str(_MARKDOWN.render(markdown))


def blocks(markdown: str) -> list[tuple[int, int, str]]:
    """The top-level blocks as (first line, line after the last, kind of token)."""
    tokens = (token for token in _BLOCKS.parse(markdown) if token.level == 0 and token.map)
    return [(token.map[0], token.map[1], token.type) for token in tokens if token.map]


def plain_text(markdown: str) -> str:
    """What is left for clients that show no HTML.

    Emphasis goes, backticks stay because they tell what is to be typed, a link becomes
    `label (address)`.
    """
    return "\n".join(_lines(_MARKDOWN.parse(markdown))).strip("\n")


def _lines(tokens: Sequence[Token]) -> Iterator[str]:
    margins: list[str] = []  # What each quote or list that we are in puts before its lines.
    counters: list[int | None] = []
    bullet = ""
    cells: list[str] = []
    for before, token in zip([None, *tokens], tokens, strict=False):
        if before and before.nesting <= 0 and not before.hidden and _stands_apart(token):
            yield "".join(margins).rstrip()
        match token.type:
            case "blockquote_open":
                margins.append("> ")
            case "bullet_list_open":
                counters.append(None)
            case "ordered_list_open":
                counters.append(int(token.attrs.get("start", 1)))
            case "list_item_open":
                number = counters[-1]
                bullet = "- " if number is None else f"{number}. "
                counters[-1] = None if number is None else number + 1
                margins.append(" " * len(bullet))
            case "list_item_close" | "blockquote_close":
                margins.pop()
            case "bullet_list_close" | "ordered_list_close":
                counters.pop()
            case "tr_close":
                yield "".join(margins) + " | ".join(cells)
                cells = []
            case "inline" if before and before.type in ("td_open", "th_open"):
                cells.append(_inline(token.children or []))
            case "inline" | "fence" | "code_block" | "hr":
                if token.type == "inline":
                    text = _inline(token.children or [])
                else:
                    text = token.content.rstrip("\n") or "---"
                first = "".join(margins)
                if bullet:
                    first, bullet = first[: -len(bullet)] + bullet, ""
                head, *others = text.split("\n")
                yield first + head
                yield from ("".join(margins) + line for line in others)
            case _:
                pass  # What closes, and what holds nothing to read.


def _stands_apart(token: Token) -> bool:
    """Whether a blank line belongs before this block; not between the items of a tight list."""
    starts = token.nesting == 1 or token.type in ("fence", "code_block", "hr")
    part = token.type in ("list_item_open", "tr_open", "td_open", "th_open", "tbody_open")
    return starts and token.block and not token.hidden and not part


def _inline(tokens: Sequence[Token]) -> str:
    text = ""
    links: list[tuple[str, int]] = []
    for token in tokens:
        match token.type:
            case "softbreak" | "hardbreak":
                text += "\n"
            case "code_inline":
                text += code(token.content)
            case "image":
                text += token.content
            case "link_open":
                links.append((str(token.attrs["href"]), len(text)))
            case "link_close":
                url, start = links.pop()
                if text[start:] not in (url, url.removeprefix("mailto:")):
                    text += f" ({url})"
            case _:
                text += token.content
    return text
