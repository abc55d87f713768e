"""The link in a mail by which somebody wants no more of these (RFC 8058), and the way back."""

from aiohttp import web

from plein_bot.actions import digests
from plein_bot.domain.errors import Refusal
from plein_bot.domain.sentences import Sentence, Text
from plein_bot.web.invitations import WRONG, told, too_fast
from plein_bot.web.pages import Visit

_PATH = "/overzicht/afmelden/{token}"
_AGAIN = "/overzicht/aanmelden/{token}"


async def show(visit: Visit) -> web.StreamResponse:
    """A page with a button: mail scanners open every link, and that changes nothing."""
    found = await digests.whose(visit.house.acts, visit.part("token"))
    if found is None:
        return _wrong(visit)
    if not found.is_mailed:
        return _ended(visit)
    return told(visit, "digest_asked.html", path=visit.request.path)


async def end(visit: Visit) -> web.StreamResponse:
    """By the button, or by the mail program itself: that brings no cookie, and shows no page.

    So there is no seal to ask for; whoever has the link may end the mails or have them begin
    again, and nothing else.
    """
    if not await digests.unsubscribe(visit.house.acts, visit.part("token")):
        return _wrong(visit)
    return _ended(visit)


async def show_ended(visit: Visit) -> web.StreamResponse:
    found = await digests.whose(visit.house.acts, visit.part("token"))
    if found is None:
        return _wrong(visit)
    if not found.is_mailed:
        return _ended(visit)
    return told(visit, "digest_again.html", often=found.often)


async def begin_again(visit: Visit) -> web.StreamResponse:
    try:
        found = await digests.subscribe_again(visit.house.acts, visit.part("token"))
    except Refusal as refusal:
        return _ended(visit, refusal.sentence)
    if found is None:
        return _wrong(visit)
    return told(visit, "digest_again.html", often=found.often)


def _ended(visit: Visit, problem: Sentence | Text | None = None) -> web.Response:
    said = visit.words.language.plain(problem) if problem else None
    path = _AGAIN.format(token=visit.part("token"))
    return told(visit, "digest_ended.html", 422 if problem else 200, path=path, problem=said)


def _wrong(visit: Visit) -> web.Response:
    if seconds := WRONG.wait(visit.from_where):
        return too_fast(visit, seconds)
    return told(visit, "digest_unknown.html", 404)


HANDLERS = {_PATH: show, _AGAIN: show_ended}
FORMS = {_PATH: end, _AGAIN: begin_again}
