"""The command that takes away what somebody said."""

from datetime import UTC, datetime, timedelta
from typing import Annotated

from plein_bot.actions import redactions
from plein_bot.actions.redactions import Range
from plein_bot.commands.calls import Call
from plein_bot.commands.people import person_and_rest, place_and_words
from plein_bot.commands.progress import counted
from plein_bot.commands.replies import Reply
from plein_bot.commands.table import TABLE, Dutch, Whom
from plein_bot.commands.terms import length_of
from plein_bot.domain.effects import Redact
from plein_bot.domain.enumerations import in_a_row
from plein_bot.domain.ids import EventId
from plein_bot.domain.introductions import with_class
from plein_bot.domain.links import event_in
from plein_bot.domain.people import Role
from plein_bot.domain.sentences import NOTHING, Sentence, Text, count, paragraphs, say

_USUALLY = timedelta(hours=1)


@TABLE.command("redact", "wis", "wissen", whom=Whom.STAFF)
async def redact(
    call: Call,
    what: Annotated[str, Dutch("link-of-plek")] = "",
    who: Annotated[str, Dutch("wie")] = "",
    reason: Annotated[str, Dutch("reden")] = "",
    *,
    since: Annotated[str | None, Dutch("sinds")] = None,
) -> Reply:
    """Take away the message that you reply to or link to, or what somebody said lately."""
    if call.reply_to and not call.may_ask:
        return await _in_a_room(call, call.reply_to, f"{what} {who} {reason}".strip())
    if event := event_in(what):
        return await _one(call, event, f"{who} {reason}".strip())
    if not who:
        raise redactions.NoSuchMessage
    return await _range(call, what, who, reason, since)


async def _in_a_room(call: Call, event: EventId, reason: str) -> Reply:
    """The line itself goes too: what is said of a message must not outlive it."""
    found = await redactions.find(call.act, event, call.here)
    reply = await _said(call, found, reason)
    await call.act.try_together([Redact(call.here, call.event)])
    return reply


async def _one(call: Call, event: EventId, reason: str) -> Reply:
    return await _said(call, await redactions.find(call.act, event), reason)


async def _said(call: Call, found: redactions.Found, reason: str) -> Reply:
    one = await redactions.one(call.act, found, reason)
    return Reply(
        say(
            "The message of {name} in {place} is taken away (number {number}).",
            name=found.author.shown,
            place=found.standing.place.full_name,
            number=one.number,
        )
    )


async def _range(call: Call, place: str, who: str, reason: str, since: str | None) -> Reply:
    standing, who, reason = await place_and_words(call, place, who, reason)
    standing.require(Role.MODERATOR)
    here = standing.place
    somebody, reason = await person_and_rest(call, who, reason, (here.room, here.root.room))
    now = datetime.now(UTC)
    begins = now - (length_of(since) if since else _USUALLY)
    planned = await redactions.plan_range(call.act, standing, somebody, begins, now)
    if not planned.begun:
        call.confirm(_preview(planned), "redact", here.room, somebody.id, since, reason)

    each = await counted(call, planned.n, messages=True)
    one, refused = await redactions.range_of(call.act, planned, reason, each)

    done = say(
        "What {name} said in {place} since {moment} is taken away (number {number}).",
        name=somebody.shown,
        place=here.full_name,
        moment=planned.since,
        number=one.number,
    )
    return Reply(paragraphs(done, left(len(refused))) if refused else done)


def left(refused: int) -> Sentence:
    return count(
        refused,
        "One message still stands, because the homeserver refused.",
        "{n} messages still stand, because the homeserver refused.",
    )


def _preview(planned: Range) -> Text:
    place = planned.standing.place
    groups = in_a_row([group.name for group in planned.groups])
    what = count(
        planned.n,
        "I take away what {who} said in {place}{groups} since {moment}: one message.",
        "I take away what {who} said in {place}{groups} since {moment}: {n} messages.",
        who=with_class(planned.person),
        place=place.full_name,
        groups=say(" and in {groups}", groups=groups) if planned.groups else NOTHING,
        moment=planned.since,
    )
    return paragraphs(what, say("That cannot be undone. Is that right?"))
