"""How does Markdown that people wrote become HTML that does no harm?

The tags are the specification's list of what clients should show, without what Markdown does not
make.
"""

import re
from collections.abc import Callable
from html import escape, unescape

import nh3

from plein_bot.locale import markdown as markup

_TAGS = {"p", "br", "hr", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "pre", "code"}
_TAGS |= {"ul", "ol", "li", "table", "thead", "tbody", "tr", "th", "td"}
_TAGS |= {"a", "strong", "em", "s", "del", "img"}
_ATTRIBUTES = {"a": {"href"}, "ol": {"start"}, "code": {"class"}, "img": {"src", "alt"}}
_SCHEMES = {"https", "http", "mailto", "mxc"}
# A picture without one is none: it would be fetched from elsewhere, or is nowhere.
_NO_PICTURE = re.compile(r'<img (?![^>]*src="mxc:)(?:[^>]*?alt="([^"]*)")?[^>]*>')
_PICTURE = re.compile(r'<img (?=[^>]*src="(mxc:[^"]*)")(?:[^>]*?alt="([^"]*)")?[^>]*>')
_HEADING = re.compile(r"<(/?)h([1-6])>")
_ELSEWHERE = "nofollow ugc noopener noreferrer"


def cleaned(markdown: str, *, link_rel: str | None = None) -> str:
    """HTML in which pictures are `mxc:` addresses and nothing is relative."""
    clean = nh3.clean(
        markup.render(markdown),
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        attribute_filter=_kept,
        url_schemes=_SCHEMES,
        link_rel=link_rel,
    ).strip()
    return _NO_PICTURE.sub(lambda found: found[1] or "", clean)


def for_page(markdown: str, picture: Callable[[str], str | None], *, under: int) -> str:
    """The same for a page, where what people wrote stands under a heading of level `under`.

    `picture` gives the address of ours for an `mxc:` address; None where it is not to be shown.
    """

    def shown(found: re.Match[str]) -> str:
        address, alt = picture(unescape(found[1])), found[2] or ""
        if address is None:
            return alt
        return f'<img src="{escape(address)}" alt="{alt}" loading="lazy">'

    return _PICTURE.sub(shown, _levelled(cleaned(markdown, link_rel=_ELSEWHERE), under))


def _levelled(html: str, under: int) -> str:
    """Headings that go down one level at a time: who listens to a page finds their way by them."""
    open_levels: list[int] = []

    def levelled(found: re.Match[str]) -> str:
        level = int(found[2])
        if not found[1]:
            while open_levels and open_levels[-1] >= level:
                open_levels.pop()
            open_levels.append(level)
        return f"<{found[1]}h{min(under + len(open_levels), 6)}>"

    return _HEADING.sub(levelled, html)


def _kept(tag: str, attribute: str, value: str) -> str | None:
    match tag, attribute:
        case "a", "href":
            # Nothing relative, and no file of the media repository.
            return value if re.match(r"(?!mxc:)[a-z]+:", value) else None
        case "img", "src":
            return value if value.startswith("mxc://") else None
        case "code", "class":
            return value if value.startswith("language-") else None
        case _:
            return value
