"""Commands for the digest: how often, in which way, and what would stand in it now."""

from datetime import UTC, datetime
from typing import Annotated

from plein_bot.actions import digests as actions
from plein_bot.actions.acts import Act
from plein_bot.commands.calls import Call
from plein_bot.commands.replies import Reply
from plein_bot.commands.table import TABLE, Dutch
from plein_bot.commands.timers import when_due
from plein_bot.domain import digests as rules
from plein_bot.domain.digests import Often, Subscription, Way
from plein_bot.domain.events import Due
from plein_bot.domain.ids import UserId
from plein_bot.domain.sentences import Sentence, paragraphs, say


@TABLE.command("digest", "overzicht")
async def choose(
    call: Call,
    often: Annotated[Often | None, Dutch("hoe vaak")] = None,
    *,
    by: Annotated[Way | None, Dutch("per")] = None,
) -> Reply:
    """Choose how often you hear what is new for you: daily, weekly, monthly or never."""
    now = datetime.now(UTC)
    before = await actions.mine(call.act, now)
    if often is None and by is None:
        return Reply(paragraphs(await _state(call, before, now), _choices()))
    often = often or (before.often if before.often is not Often.NEVER else Often.WEEKLY)
    await actions.choose(call.act, often, by or before.way, now)
    return Reply(await _state(call, await actions.mine(call.act, now), now))


async def _state(call: Call, subscription: Subscription, now: datetime) -> Sentence:
    if subscription.often is Often.NEVER:
        return say("I do not tell you what is new.")
    if subscription.way is Way.CHAT:
        return say("I tell you {often} in this chat what is new for you.", often=subscription.often)
    address = await actions.address_of(call.act, now)
    if address is None or call.act.plein.mail_domain is None:
        return say("I do not tell you what is new: I have no e-mail address of yours.")
    return say(
        "I mail you {often} what is new for you, to {address}.",
        often=subscription.often,
        address=address,
    )


def _choices() -> Sentence:
    return say(
        "Another choice: `digest daily`, `digest weekly`, `digest monthly` or `digest never`, and "
        "`--by mail` or `--by chat`. What would stand in it now: `digest show`."
    )


@TABLE.command("digest show", "overzicht toon")
async def show(call: Call) -> Reply:
    """Show what is new for you now, as your next digest would; it tells nothing as told."""
    now = datetime.now(UTC)
    digest, subscription = await actions.preview(call.act, now)
    if not digest.total:
        return Reply(say("There is nothing new for you."))
    return Reply(actions.shown(call.act, digest, subscription, now))


@when_due(rules.TELL)
async def _tell_due(act: Act, timer: Due) -> None:
    since, until = (datetime.fromtimestamp(timer.subject[key], UTC) for key in ("since", "until"))
    await actions.tell(act, UserId(timer.subject["person"]), since, until)
