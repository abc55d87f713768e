"""Choosing another password for an account that was made here (design 7)."""

from aiohttp import web

from plein_bot.actions import passwords
from plein_bot.actions.passwords import LinkUsed
from plein_bot.domain.errors import Refusal
from plein_bot.domain.passwords import SHORTEST
from plein_bot.domain.sentences import Sentence, Text
from plein_bot.web import cookies
from plein_bot.web.invitations import (
    PRIVATE,
    WRONG,
    TooFast,
    fields_of,
    forged,
    told,
    too_fast,
)
from plein_bot.web.pages import NotHere, Visit
from plein_bot.web.security import Pace

ASKED = Pace(burst=10, each_second=1 / 120)
"""How often one address may ask for a mail."""


async def form(visit: Visit) -> web.StreamResponse:
    return _asking(visit)


def _asking(visit: Visit, problem: Sentence | Text | None = None, typed: str = "") -> web.Response:
    if visit.house.acts.registrar is None:
        raise NotHere
    return _page(visit, "password_asked.html", "/wachtwoord", problem, address_typed=typed)


async def ask(visit: Visit) -> web.StreamResponse:
    if visit.house.acts.registrar is None:
        raise NotHere
    if seconds := ASKED.wait(visit.from_where):
        return too_fast(visit, seconds)
    browser = cookies.given(visit.request, cookies.BROWSER, visit.house.address)
    try:
        fields = await cookies.read(visit.request, visit.act.plein, browser, visit.house.address)
    except cookies.Forged:
        return forged(visit)
    typed = fields.get("address", "")[:254]
    try:
        await passwords.ask(visit.house.acts, typed, visit.words.language)
    except Refusal as refusal:
        return _asking(visit, refusal.sentence, typed)
    return told(visit, "password_mailed.html")


async def show(visit: Visit) -> web.StreamResponse:
    return await _choosing(visit)


async def _choosing(visit: Visit, problem: Sentence | Text | None = None) -> web.Response:
    token = visit.part("token")
    try:
        user = await passwords.look(visit.house.acts, token)
    except LinkUsed:
        return _used(visit)
    path = f"/wachtwoord/{token}"
    return _page(visit, "password.html", path, problem, user=user, shortest=SHORTEST)


async def choose(visit: Visit) -> web.StreamResponse:
    try:
        fields = await fields_of(visit)
        user = await passwords.choose(
            visit.house.acts, visit.part("token"), fields.get("password", "")
        )
    except cookies.Forged:
        return forged(visit)
    except TooFast as paced:
        return too_fast(visit, paced.seconds)
    except LinkUsed:
        return _used(visit)
    except Refusal as refusal:
        return await _choosing(visit, refusal.sentence)
    return told(visit, "password_chosen.html", user=user)


def _used(visit: Visit) -> web.Response:
    if seconds := WRONG.wait(visit.from_where):
        return too_fast(visit, seconds)
    return told(visit, "password_over.html", 404)


def _page(
    visit: Visit, template: str, path: str, problem: Sentence | Text | None, **data: object
) -> web.Response:
    address = visit.house.address
    browser = cookies.given(visit.request, cookies.BROWSER, address) or cookies.new()
    said = visit.words.language.plain(problem) if problem else None
    seal = cookies.seal(visit.act.plein, browser, path)
    page = visit.page(template, 422 if problem else 200, seal=seal, path=path, problem=said, **data)
    page.headers.update(PRIVATE)
    cookies.give(page, cookies.BROWSER, browser, address)
    return page


HANDLERS = {"/wachtwoord": form, "/wachtwoord/{token}": show}
FORMS = {"/wachtwoord": ask, "/wachtwoord/{token}": choose}
