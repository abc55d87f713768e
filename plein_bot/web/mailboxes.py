"""Taking part by e-mail from the page of an invitation (design 7).

Where the invitation was mailed, the address is proven by that. By a link for many it is proven by a
mail with a link of its own, which this shows.
"""

from aiohttp import web

from plein_bot.actions import mailbox_confirmations, mailboxes
from plein_bot.actions.acceptances import LinkOver
from plein_bot.actions.mailbox_confirmations import LASTS
from plein_bot.domain.audiences import audience_of, known_to_all
from plein_bot.domain.errors import Refusal
from plein_bot.domain.guests import clean
from plein_bot.domain.mailboxes import Mailed
from plein_bot.domain.sentences import Sentence, Text
from plein_bot.web import cookies
from plein_bot.web.invitations import (
    PRIVATE,
    TooFast,
    back,
    fields_of,
    forged,
    form,
    form_in,
    over,
    told,
    too_fast,
)
from plein_bot.web.pages import Visit
from plein_bot.web.security import Pace

ASKED = Pace(burst=200, each_second=200 / 3600)
"""How often one address may have mails sent, by whichever links: in a hall many people come from
the same one. How many go by a link and to an address is told in the index."""

_CONFIRMING = "/i/mail/{token}"


@form("name", "address", "mailed", longest=254)
async def take_part(visit: Visit, fields: dict[str, str]) -> web.StreamResponse:
    """Somebody who has e-mail only: at the address of the invitation, or at one they give."""
    house, token, name = visit.house, visit.part("token"), fields.get("name", "")
    wanted = fields.get("mailed", "")
    mailed = Mailed(wanted) if wanted in set(Mailed) else Mailed.EACH
    if "address" in fields:
        # A typing error sends nothing, and is not counted.
        clean(fields["address"])
        if seconds := ASKED.wait(visit.from_where):
            raise TooFast(seconds, fields)
        await mailbox_confirmations.ask(
            house.acts,
            token,
            fields["address"],
            name,
            mailed,
            form_in(visit, fields),
            house.name,
            visit.words.language,
        )
        return told(visit, "mailbox_asked.html", days=LASTS.days)
    place = await mailboxes.take_part(
        house.acts, token, name, visit.words.code, mailed, form_in(visit, fields), house.name
    )
    return told(visit, "invitation_mail.html", place=place)


async def show(visit: Visit) -> web.StreamResponse:
    return await _shown(visit)


async def _shown(visit: Visit, problem: Sentence | Text | None = None) -> web.Response:
    try:
        asked = await mailbox_confirmations.look(visit.house.acts, visit.part("token"))
    except LinkOver:
        return over(visit)
    if asked.has_come and problem is None:
        return told(visit, "invitation_mail.html", place=asked.seen.place)
    address, language = visit.house.address, visit.words.language
    browser = cookies.given(visit.request, cookies.BROWSER, address) or cookies.new()
    path = _CONFIRMING.format(token=visit.part("token"))
    page = visit.page(
        "mailbox.html",
        422 if problem else 200,
        place=asked.seen.place,
        name=asked.name,
        audience=language.plain(audience_of(asked.seen.place, asked.seen.members)),
        known=[language.plain(one) for one in known_to_all(asked.seen.place)],
        problem=language.plain(problem) if problem else None,
        seal=cookies.seal(visit.act.plein, browser, path),
        path=path,
    )
    page.headers.update(PRIVATE)
    cookies.give(page, cookies.BROWSER, browser, address)
    return page


async def confirm(visit: Visit) -> web.StreamResponse:
    try:
        await fields_of(visit)
        place = await mailbox_confirmations.confirm(
            visit.house.acts, visit.part("token"), visit.house.name
        )
    except cookies.Forged:
        return forged(visit)
    except TooFast as paced:
        return too_fast(visit, paced.seconds)
    except LinkOver:
        return over(visit)
    except Refusal as refusal:
        return await _shown(visit, refusal.sentence)
    return told(visit, "invitation_mail.html", place=place)


HANDLERS = {"/i/{token}/mail": back, _CONFIRMING: show}
FORMS = {"/i/{token}/mail": take_part, _CONFIRMING: confirm}
