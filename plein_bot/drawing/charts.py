"""Bar charts as images, on a ground of their own: readable in a light client and in a dark one."""

import io
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

_FONT = Path(__file__).parent / "fonts" / "DejaVuSans.ttf"
# Twice what clients usually show, for screens with small pixels.
_WIDTH, _MARGIN, _BAR = 1200, 48, 36
_TITLE, _LABEL = 40, 30
_MOST_TITLE_LINES = 3
# Contrast with the ground: 17 to 1 for words, 10 to 1 for bars.
_GROUND, _WORDS, _FILLED, _EMPTY = "#ffffff", "#1a1a1a", "#154273", "#e4e9f0"
_NO_LETTER = "\uffff"
# More than fit anywhere here.
_MOST_LETTERS = 1000

Font = ImageFont.FreeTypeFont


@dataclass(frozen=True, slots=True)
class Bar:
    """`shown` is the value in words."""

    label: str
    value: int
    shown: str


@dataclass(frozen=True, slots=True)
class Picture:
    """A PNG."""

    data: bytes
    width: int
    height: int


def bar_chart(title: str, bars: Sequence[Bar], whole: int) -> Picture:
    """Bars under one another, each with its label above it; one of `whole` takes the whole width.

    Letters that the font does not have, such as emoji, are left out.
    """
    heading = _wrapped(_drawable(title), _font(_TITLE))
    top = _MARGIN + len(heading) * _line(_TITLE) + _LABEL // 2
    row = _line(_LABEL) + _BAR + _LABEL
    size = (_WIDTH, top + len(bars) * row + _MARGIN - _LABEL)
    image = Image.new("RGB", size, _GROUND)
    canvas = ImageDraw.Draw(image)
    for number, line in enumerate(heading):
        at = (_MARGIN, _MARGIN + number * _line(_TITLE))
        canvas.text(at, line, font=_font(_TITLE), fill=_WORDS)
    for number, bar in enumerate(bars):
        _draw_bar(canvas, bar, whole, top + number * row)
    written = io.BytesIO()
    # Few colours are a third of the bytes.
    image.quantize(32, dither=Image.Dither.NONE).save(written, "PNG", optimize=True)
    return Picture(written.getvalue(), *size)


def _draw_bar(canvas: ImageDraw.ImageDraw, bar: Bar, whole: int, top: int) -> None:
    font = _font(_LABEL)
    room = _WIDTH - 2 * _MARGIN
    value = font.getlength(bar.shown)
    label = _cut(_drawable(bar.label), font, room - value - _MARGIN)
    canvas.text((_MARGIN, top), label, font=font, fill=_WORDS)
    canvas.text((_WIDTH - _MARGIN - value, top), bar.shown, font=font, fill=_WORDS)
    top += _line(_LABEL)
    filled = room * bar.value // whole if whole else 0
    canvas.rectangle((_MARGIN, top, _WIDTH - _MARGIN, top + _BAR), fill=_EMPTY)
    if filled:
        canvas.rectangle((_MARGIN, top, _MARGIN + filled, top + _BAR), fill=_FILLED)


@cache
def _font(size: int) -> Font:
    # The plain way of setting letters: the other one asks for a library that may not be there.
    return ImageFont.truetype(_FONT, size, layout_engine=ImageFont.Layout.BASIC)


def _line(size: int) -> int:
    return size * 3 // 2


def _wrapped(text: str, font: Font) -> list[str]:
    """Lines that fit; what does not fit in three is cut off."""
    lines: list[str] = []
    line = ""
    for word in text.split():
        longer = f"{line} {word}".strip()
        if line and font.getlength(longer) > _WIDTH - 2 * _MARGIN:
            lines.append(line)
            longer = word
        line = longer
    lines.append(line)
    if len(lines) > _MOST_TITLE_LINES:
        lines = [*lines[: _MOST_TITLE_LINES - 1], " ".join(lines[_MOST_TITLE_LINES - 1 :])]
    return [_cut(one, font, _WIDTH - 2 * _MARGIN) for one in lines]


def _cut(text: str, font: Font, width: float) -> str:
    if font.getlength(text) <= width:
        return text
    lengths = range(1, len(text))
    end = bisect_right(lengths, width, key=lambda n: font.getlength(f"{text[:n]}…"))
    return f"{text[:end].rstrip()}…"


def _drawable(text: str) -> str:
    known = (letter for letter in text[:_MOST_LETTERS] if _has(letter))
    return " ".join("".join(known).split()) or "–"


@cache
def _missing() -> bytes:
    return bytes(_font(_LABEL).getmask(_NO_LETTER))


def _has(letter: str) -> bool:
    return letter.isspace() or bytes(_font(_LABEL).getmask(letter)) != _missing()
