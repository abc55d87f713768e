"""Signing in on the web, being in, and going out again."""

from datetime import UTC, datetime, timedelta

from plein_bot.actions.acts import Act, Acts
from plein_bot.actions.verification import NOWHERE
from plein_bot.domain import sessions as rules
from plein_bot.domain.events import Membership
from plein_bot.domain.ids import UserId
from plein_bot.domain.invitations import digest, new_token
from plein_bot.index import members
from plein_bot.index import sessions as rows

LINK, IN, OUT = "web.link", "web.sign-in", "web.sign-out"


async def offer(act: Act) -> str:
    """A link for the actor to sign in with; "" once this cause has said it."""
    now = datetime.now(UTC)
    hour = timedelta(hours=1)
    asked = await rows.count_since(act.index, act.actor, now - hour, but=act.cause)
    rules.refuse_link(act.plein.web, asked)
    assert act.plein.web
    token = new_token()
    until = now + rules.LINK_LASTS
    kept = await rows.offer(act.index, act.cause, act.actor, token, digest(token), now, until)
    await act.record(LINK, NOWHERE)
    return rules.link(act.plein.web, kept) if kept else ""


async def said(act: Act) -> None:
    await rows.said(act.index, act.cause)


async def whose_link(acts: Acts, token: str) -> UserId | None:
    """Who would sign in by a link; None where it works no more. Looking consumes nothing."""
    person = await rows.whose_link(acts.index, digest(token), datetime.now(UTC))
    return person if person and await _talks_to_us(acts, person) else None


async def begin(acts: Acts, token: str, browser: str, *, alone: bool) -> str | None:
    """Sign in by a link: what the cookie is to say; None where the link works no more.

    A second click of the same `browser` says the same, so that a double click is one.
    """
    link, now = digest(token), datetime.now(UTC)
    session = acts.plein.mark(f"web {token}", browser)
    person = await rows.begin(acts.index, link, digest(session), now, alone=alone)
    if person is None or not await _talks_to_us(acts, person):
        return None
    await acts.by(person, f"web:{link}").record(IN, NOWHERE)
    return session


async def person_in(acts: Acts, session: str) -> UserId | None:
    """Who is signed in by what a cookie says.

    An account that is closed leaves all its rooms, also its chat with Plein: without one, all of
    that person's sessions end.
    """
    now = datetime.now(UTC)
    person = await rows.person_in(acts.index, digest(session), now)
    if person is None:
        return None
    if not await _talks_to_us(acts, person):
        await rows.end_all(acts.index, [person], now)
        return None
    return person


async def _talks_to_us(acts: Acts, person: UserId) -> bool:
    chat = await members.direct_chat(acts.index, acts.plein.bot, person)
    if chat is None:
        return False
    there = await members.memberships(acts.index, person, [chat])
    return there.get(chat) is Membership.JOIN


async def end(acts: Acts, session: str) -> None:
    await rows.end(acts.index, digest(session))


async def end_all(act: Act) -> int:
    """Sign the actor out everywhere; how many browsers that were."""
    ended = await rows.end_all(act.index, [act.actor], datetime.now(UTC))
    await act.record(OUT, NOWHERE)
    return ended


async def forget(acts: Acts, now: datetime) -> None:
    await rows.forget(acts.index, now)
