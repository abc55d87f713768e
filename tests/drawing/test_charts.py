import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from plein_bot.drawing.charts import Bar, Picture, bar_chart

BLUE, GREY, WHITE = (0x15, 0x42, 0x73), (0xE4, 0xE9, 0xF0), (255, 255, 255)


def opened(picture: Picture) -> Image.Image:
    image = Image.open(io.BytesIO(picture.data))
    assert image.format == "PNG"
    assert image.size == (picture.width, picture.height)
    return image.convert("RGB")


def bars_in(picture: Picture) -> list[float]:
    """How much of each bar is filled, from top to bottom."""
    image = opened(picture)
    found: list[float] = []
    inside = False
    for row in range(image.height):
        line = [image.getpixel((column, row)) for column in range(image.width)]
        filled, empty = line.count(BLUE), line.count(GREY)
        if filled + empty > 1000 and not inside:
            found.append(round(filled / (filled + empty), 2))
        inside = filled + empty > 1000
    return found


def chart(*values: int, whole: int = 20, title: str = "Wat eten we?") -> Picture:
    return bar_chart(title, [Bar(f"Keuze {v}", v, f"{v}") for v in values], whole)


def luminance(colour: tuple[int, int, int]) -> float:
    """WCAG 2.2, "relative luminance"."""
    parts = [c / 255 / 12.92 if c <= 10 else ((c / 255 + 0.055) / 1.055) ** 2.4 for c in colour]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def test_a_bar_is_as_long_as_its_part_of_the_whole() -> None:
    assert bars_in(chart(20, 10, 5, 0)) == [1.0, 0.5, 0.25, 0.0]
    assert bars_in(chart(0, whole=0)) == [0.0]


def test_it_is_as_readable_in_a_dark_client_as_in_a_light_one() -> None:
    image = opened(chart(12, 8))
    assert image.getpixel((0, 0)) == WHITE
    assert "transparency" not in image.info
    colours = [colour for _, colour in image.getcolors(100_000) or []]
    words = (0x1A, 0x1A, 0x1A)
    assert words in colours
    for colour in (words, BLUE):
        assert 1.05 / (luminance(colour) + 0.05) > 7


def test_letters_with_accents_are_drawn_and_those_without_a_glyph_left_out() -> None:
    def picture(title: str) -> bytes:
        return chart(1, title=title).data

    assert picture("één") != picture("een")
    assert picture("één 🍕") == picture("één")
    assert picture("🍕") == picture("–")
    assert picture("Ελληνικά") != picture("")


def test_a_long_title_takes_three_lines_and_no_more() -> None:
    long, longer = chart(1, title="Wat eten we? " * 20), chart(1, title="Wat eten we? " * 500)
    assert long.height == longer.height > chart(1).height
    assert chart(1, title="x" * 5000).width == chart(1).width


def test_twenty_answers_fit() -> None:
    picture = chart(*range(20))
    assert len(bars_in(picture)) == 20
    assert len(picture.data) < 100_000


def test_the_same_is_drawn_the_same() -> None:
    assert chart(3, 4) == chart(3, 4)


@given(text=st.text(max_size=60), value=st.integers(0, 10**9))
@settings(max_examples=30)
def test_anything_can_be_drawn(text: str, value: int) -> None:
    opened(bar_chart(text, [Bar(text, value, str(value))], max(value, 1)))


@pytest.mark.parametrize("label", ["\u202egevaar", "a\u0301", "\0", "ا", "\n\n"])
def test_odd_labels_are_drawn_too(label: str) -> None:
    opened(bar_chart(label, [Bar(label, 1, "1")], 1))
