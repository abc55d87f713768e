import html
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plein_bot.locale.markdown import code, link, literal, plain_text, render

# What Markdown replaces or takes away whoever writes it: controls, and halves of characters.
READABLE = st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"]) | st.just("\n"))
MARKUP = st.text(st.sampled_from("ab \n*_`#>-+=|~[]()<>!\\&;.:123"))


@given(READABLE | MARKUP)
def test_a_literal_is_shown_as_it_is(text: str) -> None:
    assert plain_text(f"({literal(text)})") == f"({text})"


@given(READABLE | MARKUP)
def test_a_literal_is_never_markup(text: str) -> None:
    shown = render(f"{literal(text)}x")

    assert set(re.findall(r"<(\w+)", shown)) <= {"p", "br"}
    assert html.unescape(re.sub(r"<[^>]*>", "", shown)).split() == f"{text}x".split()


@given(MARKUP.filter(lambda text: text.strip()))
def test_code_is_only_code(text: str) -> None:
    assert re.fullmatch(r"<p>a <code>[^<]*</code> b</p>\n", render(f"a {code(text)} b"))


def test_a_link_cannot_be_broken_out_of() -> None:
    shown = render(link("a](b) <i>", "https://x.test/> <b> \\(c)\n\n# d"))

    href = "https://x.test/%3E%20%3Cb%3E%20%5C(c)%0A%0A#%20d"
    assert shown == f'<p><a href="{href}">a](b) &lt;i&gt;</a></p>\n'


def test_a_script_is_no_link() -> None:
    assert "<a" not in render(link("x", "javascript:alert(1)"))


@pytest.mark.parametrize(
    ("markdown", "plain"),
    [
        ("**Klaar.** U bent _eigenaar_.", "Klaar. U bent eigenaar."),
        ("Type `groep nieuw`.", "Type `groep nieuw`."),
        ("[Zaan](https://zaan.nl) en <https://x.nl>", "Zaan (https://zaan.nl) en https://x.nl"),
        ("a\nb\n\nc", "a\nb\n\nc"),
        ("# Kop\n\ntekst", "Kop\n\ntekst"),
        ("Kies:\n\n2. een\n3. twee\n   en meer", "Kies:\n\n2. een\n3. twee\n   en meer"),
        ("- a\n- b\n  - c", "- a\n- b\n  - c"),
        ("> a\n> b\n\nc", "> a\n> b\n\nc"),
        ("```\na\n\n  b\n```", "a\n\n  b"),
        ("| a | b |\n|---|---|\n| 1 | 2 |", "a | b\n1 | 2"),
        ("a\n\n---\n\nb", "a\n\n---\n\nb"),
        ("", ""),
    ],
)
def test_plain_text_stays_readable(markdown: str, plain: str) -> None:
    assert plain_text(markdown) == plain
