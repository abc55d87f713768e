"""The link in a mail by which somebody wants no more of these (RFC 8058)."""

from aiohttp import web

from plein_bot.actions import digests
from plein_bot.web.invitations import WRONG, told, too_fast
from plein_bot.web.pages import Visit

_PATH = "/overzicht/afmelden/{token}"


async def show(visit: Visit) -> web.StreamResponse:
    """A page with a button: mail scanners open every link, and that changes nothing."""
    if await digests.whose(visit.house.acts, visit.part("token")) is None:
        return _wrong(visit)
    return told(visit, "digest_asked.html", path=visit.request.path)


async def end(visit: Visit) -> web.StreamResponse:
    """By the button, or by the mail program itself: that brings no cookie, and shows no page.

    So there is no seal to ask for; whoever has the link may end the mails, and nothing else.
    """
    if not await digests.unsubscribe(visit.house.acts, visit.part("token")):
        return _wrong(visit)
    return told(visit, "digest_ended.html")


def _wrong(visit: Visit) -> web.Response:
    if seconds := WRONG.wait(visit.from_where):
        return too_fast(visit, seconds)
    return told(visit, "digest_unknown.html", 404)


HANDLERS = {_PATH: show}
FORMS = {_PATH: end}
