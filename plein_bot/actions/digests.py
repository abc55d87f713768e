"""Digests: gathered for many people at once, and sent to each in their own way."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from plein_bot.actions import chats, digest_contents
from plein_bot.actions.acts import Act, Acts
from plein_bot.actions.digest_contents import Reader
from plein_bot.actions.digest_mails import Languages, Post, frame
from plein_bot.domain import digest_letters as letters
from plein_bot.domain import digests as rules
from plein_bot.domain.digests import Digest, Often, Subscription, Way
from plein_bot.domain.ids import RoomId, UserId
from plein_bot.domain.mails import Mail, Told
from plein_bot.domain.sentences import Text
from plein_bot.domain.timers import Timer
from plein_bot.domain.verification import VALID
from plein_bot.index import digests as rows
from plein_bot.index.digests import Done

AT_ONCE = 200
"""People who are gathered for together: what they share is asked for once."""

_NOWHERE = RoomId("")


async def enrol(acts: Acts, now: datetime) -> None:
    """Who proves an address gets a digest from then on, as often as the config says."""
    table = acts.plein.digests
    if acts.plein.mail_domain is None or table.often is Often.NEVER:
        return
    new = await rows.unknown(acts.index, now - VALID)
    await rows.begin(acts.index, [_by_default(acts, person, now) for person in new])


def _by_default(acts: Acts | Act, person: UserId, now: datetime) -> Subscription:
    often = acts.plein.digests.often
    return Subscription(person, often, Way.MAIL, now, _next(acts, often, person, now))


def _next(acts: Acts | Act, often: Often, person: UserId, after: datetime) -> datetime | None:
    zone = ZoneInfo(acts.plein.timezone)
    return rules.next_moment(often, person, after, acts.plein.digests, zone)


async def mine(act: Act, now: datetime) -> Subscription:
    """How the actor gets it, or will get it once they prove an address."""
    return await rows.of_person(act.index, act.actor) or _by_default(act, act.actor, now)


async def address_of(act: Act, now: datetime) -> str | None:
    """Where a digest by mail goes."""
    return (await rows.addresses(act.index, [act.actor], now - VALID)).get(act.actor)


async def choose(act: Act, often: Often, way: Way, now: datetime) -> None:
    """Raises a Refusal where it cannot be sent in that way."""
    if often is not Often.NEVER and way is Way.MAIL:
        rules.refuse_without_mail(act.plein.mail_domain)
        rules.refuse_without_address(await address_of(act, now))
    next_at = _next(act, often, act.actor, now)
    await rows.choose(act.index, Subscription(act.actor, often, way, now, next_at))
    await act.record("digest.choose", _NOWHERE)


async def preview(act: Act, now: datetime) -> tuple[Digest, Subscription]:
    """What the actor's digest would be now; it tells nothing as told."""
    subscription = await mine(act, now)
    reader = Reader(act.actor, rules.beginning(subscription.until, now))
    found = await digest_contents.gather(act.index, [reader], now)
    return found[act.actor], subscription


async def send_due(acts: Acts, now: datetime, languages: Languages) -> int:
    """Everybody whose turn it is; returns how many that were."""
    sent = 0
    while some := await rows.due(acts.index, now, AT_ONCE):
        sent += len(some)
        await rows.finish(acts.index, await _done(acts, some, now, languages))
    return sent


async def _done(
    acts: Acts, some: Sequence[Subscription], now: datetime, languages: Languages
) -> list[Done]:
    until = now - rules.SETTLED
    by_mail = [one for one in some if one.way is Way.MAIL]
    people = [one.person for one in by_mail]
    addresses = await rows.addresses(acts.index, people, now - VALID)
    able = [one for one in by_mail if one.person in addresses and acts.plein.mail_domain]
    readers = [Reader(one.person, rules.beginning(one.until, now)) for one in able]
    found = await digest_contents.gather(acts.index, readers, until)
    spoken = await rows.languages(acts.index, [one.person for one in able])
    post = Post(acts, languages)
    mails: dict[UserId, Mail] = {}
    for one in able:
        if not found[one.person].total:
            continue
        spoken_by = spoken.get(one.person, acts.plein.language)
        address = addresses[one.person]
        told = Told(one.number, rules.beginning(one.until, now), until)
        mails[one.person] = post.mail(one, told, found[one.person], address, spoken_by, now)
        # Words take some milliseconds each, and people who type are not to wait for all of them.
        await asyncio.sleep(0)
    return [
        Done(
            one,
            # Of what could not be sent nothing was told.
            max(until, one.until) if one.person in found or one.way is Way.CHAT else one.until,
            _next(acts, one.often, one.person, now),
            mails.get(one.person),
            _for_chat(one, until) if one.way is Way.CHAT else None,
        )
        for one in some
    ]


def _for_chat(one: Subscription, until: datetime) -> Timer:
    """Work of its own: what is said in a chat is said once by its cause, and not by a row."""
    since = rules.beginning(one.until, until)
    subject = {"person": one.person, "since": since.timestamp(), "until": until.timestamp()}
    name = f"{rules.TELL}:{one.number}:{one.until.isoformat()}"
    return Timer(name, rules.TELL, one.person, until, rules.TELL, subject)


async def tell(act: Act, person: UserId, since: datetime, until: datetime) -> None:
    """A digest in the direct chat; where there is nothing new, nothing."""
    found = await digest_contents.gather(act.index, [Reader(person, since)], until)
    if not found[person].total:
        return
    subscription = await rows.of_person(act.index, person)
    often = subscription.often if subscription else act.plein.digests.often
    around = frame(act, since, often)
    await chats.reach(act, person, letters.body(found[person], around), "digest")


def shown(act: Act, digest: Digest, subscription: Subscription, now: datetime) -> Text:
    """A digest as it is shown to who asks for it."""
    since = rules.beginning(subscription.until, now)
    return letters.body(digest, frame(act, since, subscription.often))


async def unsubscribe(acts: Acts, token: str) -> bool:
    """End somebody's digests by the link in a mail; whether that link is one."""
    found = await whose(acts, token)
    if found is None:
        return False
    act = acts.by(found.person, f"unsubscribe:{found.number}:{datetime.now(UTC).isoformat()}")
    if found.is_mailed:
        await choose(act, Often.NEVER, found.way, datetime.now(UTC))
    return True


async def subscribe_again(acts: Acts, token: str) -> Subscription | None:
    """Undo that, as often as it came or else as is usual; None where the link is none.

    Raises a Refusal, as `choose`. Who gets mails already goes on as they chose.
    """
    found = await whose(acts, token)
    if found is None or found.is_mailed:
        return found
    now = datetime.now(UTC)
    act = acts.by(found.person, f"subscribe:{found.number}:{now.isoformat()}")
    wanted = (found.often, found.stopped, acts.plein.digests.often, Often.WEEKLY)
    often = next(one for one in wanted if one and one is not Often.NEVER)
    await choose(act, often, Way.MAIL, now)
    return await whose(acts, token)


async def whose(acts: Acts, token: str) -> Subscription | None:
    number = rules.number_in(acts.plein.key, token)
    return None if number is None else await rows.numbered(acts.index, number)
