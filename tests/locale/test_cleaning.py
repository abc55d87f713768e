"""Markdown of people on pages: nothing in it does harm, and it is read aloud in its order."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plein_bot.locale.cleaning import for_page


def shown(markdown: str) -> str:
    return for_page(markdown, lambda mxc: f"/media/{mxc[6:]}", under=1)


@pytest.mark.parametrize(
    ("levels", "read"),
    [
        ([1, 2, 3], [2, 3, 4]),
        ([3, 5, 3, 1], [2, 3, 2, 2]),
        ([2, 4, 4, 6, 2], [2, 3, 3, 4, 2]),
        ([1, 2, 3, 4, 5, 6], [2, 3, 4, 5, 6, 6]),
    ],
)
def test_headings_go_down_one_level_at_a_time(levels: list[int], read: list[int]) -> None:
    markdown = "\n\n".join(f"{'#' * level} Kop" for level in levels)

    assert shown(markdown) == "\n".join(f"<h{level}>Kop</h{level}>" for level in read)


def test_a_picture_comes_from_our_address_or_is_told_in_words() -> None:
    assert shown('![a "b"](mxc://x/y)') == (
        '<p><img src="/media/x/y" alt="a &quot;b&quot;" loading="lazy"></p>'
    )
    assert shown("![een kaart](https://elders.example/k.png)") == "<p>een kaart</p>"
    assert for_page("![een kaart](mxc://x/y)", lambda _: None, under=1) == "<p>een kaart</p>"


def test_links_lead_elsewhere_and_vouch_for_nothing() -> None:
    assert 'rel="nofollow ugc noopener noreferrer"' in shown("[x](https://example.org)")
    for address in ("javascript:alert(1)", "/s/x", "data:text/html,x", "mxc://x/y"):
        assert "href" not in shown(f"[x]({address})")


@given(st.text(alphabet="<>\"'=/! scriptonloadimgh123#*_[]():`~|&;\n"))
def test_no_text_becomes_markup_of_its_own(text: str) -> None:
    html = shown(text)

    assert "<script" not in html
    assert " on" not in "".join(part.partition(">")[0] for part in html.split("<")[1:])
