"""What a government has to say on its site: how accessible it is, and what it knows of visitors."""

from pathlib import Path

from aiohttp import web

from plein_bot.domain.sentences import say
from plein_bot.locale.cleaning import for_page
from plein_bot.web.pages import Handler, Visit

NAMES = ("accessibility", "privacy")
_TEXTS = Path(__file__).parent / "texts"


def text_of(name: str, code: str) -> str:
    """The text that Plein brings along; its first line is the title."""
    return (_TEXTS / f"{name}.{code}.md").read_text(encoding="utf-8")


def _statement(name: str) -> Handler:
    async def show(visit: Visit) -> web.StreamResponse:
        code = visit.words.code
        text = visit.house.statements.get(f"{name}.{code}")
        if text is None:
            contact = visit.house.contact or visit.words.put(say("ask whoever runs this square"))
            shown = contact.removeprefix("mailto:")
            text = text_of(name, code).replace("{name}", visit.house.name)
            text = text.replace("{contact}", f"<{contact}>" if ":" in contact else shown)
        title, _, rest = text.strip().partition("\n")
        html = for_page(rest, lambda _: None, under=1)
        return visit.page("statement.html", title=title.lstrip("# ").strip(), html=html)

    return show


HANDLERS = {
    "/toegankelijkheid": _statement("accessibility"),
    "/accessibility": _statement("accessibility"),
    "/privacy": _statement("privacy"),
}
