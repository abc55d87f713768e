"""The page that an invitation's link leads to, and coming in from there (design 7).

Mail scanners open every link, some twice. Looking never consumes, binds or counts: forms do.
"""

import secrets
from collections.abc import Awaitable, Callable
from hashlib import sha256
from math import ceil
from urllib.parse import quote

from aiohttp import web

from plein_bot.actions import acceptances, mailboxes, registrations
from plein_bot.actions.acceptances import LinkOver, Seen
from plein_bot.domain.accounts import PSEUDONYMS
from plein_bot.domain.audiences import audience_of, known_to_all
from plein_bot.domain.errors import Refusal
from plein_bot.domain.ids import user_id
from plein_bot.domain.introductions import introduce
from plein_bot.domain.invitations import InvitationKind, digest
from plein_bot.domain.passwords import SHORTEST
from plein_bot.domain.sentences import Sentence, Text, brief, say
from plein_bot.web import cookies
from plein_bot.web.pages import Handler, Moved, Visit
from plein_bot.web.security import Pace

PRIVATE = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex",
}
WRONG = Pace(burst=20, each_second=1 / 60)
"""How often one address may come with links that do not work."""

SENT = Pace(burst=300, each_second=1)
"""How often one address may send the forms of one link: in a hall many people come from the same
one, and mend typing errors."""


async def show(visit: Visit) -> web.StreamResponse:
    try:
        seen = await acceptances.look(visit.house.acts, visit.part("token"))
    except LinkOver:
        return over(visit)
    return await shown(visit, seen)


async def shown(
    visit: Visit,
    seen: Seen,
    problem: Sentence | Text | None = None,
    status: int = 422,
    **filled: str,
) -> web.Response:
    """The page with its forms, filled in as they were where something is wrong."""
    address, plein = visit.house.address, visit.act.plein
    browser = cookies.given(visit.request, cookies.BROWSER, address) or cookies.new()
    path = f"/i/{visit.part('token')}"
    language = visit.words.language
    acts = visit.house.acts
    offered = await registrations.offers(acts, seen.invitation)
    page = visit.page(
        "invitation.html",
        status if problem else 200,
        seen=seen,
        path=path,
        problem=language.plain(problem) if problem else None,
        inviter=language.plain(introduce(seen.inviter)),
        audience=language.plain(audience_of(seen.place, seen.members)),
        known=[language.plain(one) for one in known_to_all(seen.place)],
        seal=cookies.seal(plein, browser, path),
        seal_no=cookies.seal(plein, browser, f"{path}/nee"),
        once=cookies.new(),
        user=filled.get("user", ""),
        server=plein.server,
        account_offered=offered and await registrations.takes_passwords(acts),
        account_elsewhere=offered and not await registrations.takes_passwords(acts),
        seal_new=cookies.seal(plein, browser, f"{path}/account"),
        name=filled.get("name", ""),
        pseudonyms=[language.plain(one) for one in secrets.SystemRandom().sample(PSEUDONYMS, 3)],
        shortest=SHORTEST,
        mail_offered=await mailboxes.offers(acts, seen.invitation),
        seal_mail=cookies.seal(plein, browser, f"{path}/mail"),
        address_typed=filled.get("address", ""),
        mailed=filled.get("mailed", ""),
        may_decline=seen.invitation.kind is InvitationKind.ADDRESS,
    )
    page.headers.update(PRIVATE)
    cookies.give(page, cookies.BROWSER, browser, address)
    return page


async def back(visit: Visit) -> web.StreamResponse:
    """Whoever comes to the address of a form by itself, by another language or by going back."""
    raise Moved(f"/i/{quote(visit.part('token'))}")


async def fields_of(visit: Visit) -> dict[str, str]:
    """The fields of a form of ours. Raises cookies.Forged, or TooFast."""
    house, request = visit.house, visit.request
    browser = cookies.given(request, cookies.BROWSER, house.address)
    fields = await cookies.read(request, visit.act.plein, browser, house.address)
    if seconds := SENT.wait(f"{digest(visit.part('token'))} {visit.from_where}"):
        raise TooFast(seconds, fields)
    return fields


class TooFast(Exception):
    """The forms of one link come too often; `seconds` until the next may, and what was typed."""

    def __init__(self, seconds: float, fields: dict[str, str]) -> None:
        super().__init__(seconds)
        self.seconds = seconds
        self.fields = fields


_WAIT = say(
    "Many people send this form at once from where you are. Please press the button again in a "
    "minute: what you typed is still here. A password you have to type again."
)


def form_in(visit: Visit, fields: dict[str, str]) -> str:
    """What tells one filling in of a form from another: a double click sends the same.

    The forms of one page are different ones: who said that an account is theirs has made none.
    """
    browser = cookies.given(visit.request, cookies.BROWSER, visit.house.address)
    whole = f"{visit.request.path}\n{browser}\n{fields.get('once', '')}"
    return sha256(whole.encode()).hexdigest()


Sent = Callable[[Visit, dict[str, str]], Awaitable[web.StreamResponse]]


def form(*filled: str, longest: int) -> Callable[[Sent], Handler]:
    """Answer one of the page's forms; a Refusal shows the page again, with what was `filled` in.

    Of each at most so many characters.
    """

    def answering(act: Sent) -> Handler:
        async def answer(visit: Visit) -> web.StreamResponse:
            async def once_more(
                fields: dict[str, str], problem: Sentence | Text, status: int
            ) -> web.Response:
                seen = await acceptances.look(visit.house.acts, visit.part("token"))
                again = {one: fields.get(one, "").strip()[:longest] for one in filled}
                return await shown(visit, seen, problem, status, **again)

            try:
                try:
                    fields = await fields_of(visit)
                    return await act(visit, fields)
                except TooFast as paced:
                    page = await once_more(paced.fields, _WAIT, 429)
                    page.headers["Retry-After"] = str(ceil(paced.seconds))
                    return page
                except Refusal as refusal:
                    return await once_more(fields, refusal.sentence, 422)
            except cookies.Forged:
                return forged(visit)
            except LinkOver:
                return over(visit)

        return answer

    return answering


@form("user", longest=255)
async def take_part(visit: Visit, fields: dict[str, str]) -> web.StreamResponse:
    """Somebody with an account: it is invited, and they accept where they are signed in."""
    typed = fields.get("user", "").strip()
    user = user_id(typed)
    if user is None:
        raise Refusal(
            say(
                "“{text}” is no Matrix ID. It begins with an @ and has a colon.",
                text=brief(typed),
            )
        )
    token = visit.part("token")
    invited = await acceptances.accept(visit.house.acts, token, user, form_in(visit, fields))
    days = invited.stands.days if invited.stands else None
    return told(visit, "invitation_done.html", place=invited.place, days=days)


@form("name", longest=200)
async def make_account(visit: Visit, fields: dict[str, str]) -> web.StreamResponse:
    """Somebody without an account: it is made, and is in at once. The password stays nowhere."""
    registered = await registrations.register(
        visit.house.acts,
        visit.part("token"),
        fields.get("name", ""),
        fields.get("password", ""),
        form_in(visit, fields),
        visit.house.name,
    )
    return told(
        visit,
        "invitation_account.html",
        place=registered.place,
        user=registered.user,
        mailed=registered.mailed,
        server=visit.act.plein.server,
    )


@form("user", longest=0)
async def decline(visit: Visit, _: dict[str, str]) -> web.StreamResponse:
    place = await acceptances.decline(visit.house.acts, visit.part("token"))
    return told(visit, "invitation_declined.html", place=place)


def told(visit: Visit, template: str, status: int = 200, **data: object) -> web.Response:
    page = visit.page(template, status, **data)
    page.headers.update(PRIVATE)
    return page


def over(visit: Visit) -> web.Response:
    """Wrong, used, over and revoked: the same page, and not too often."""
    if seconds := WRONG.wait(visit.from_where):
        return too_fast(visit, seconds)
    return told(visit, "invitation_over.html", 404)


def too_fast(visit: Visit, seconds: float) -> web.Response:
    page = told(visit, "paced.html", 429)
    page.headers["Retry-After"] = str(ceil(seconds))
    return page


def forged(visit: Visit) -> web.Response:
    return told(visit, "forged.html", 403)


HANDLERS = {
    "/i/{token}": show,
    "/i/{token}/account": back,
    "/i/{token}/nee": back,
}
FORMS = {
    "/i/{token}": take_part,
    "/i/{token}/account": make_account,
    "/i/{token}/nee": decline,
}
