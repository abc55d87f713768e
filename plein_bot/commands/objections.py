"""Commands with which people object, and the staff decide about it."""

from typing import Annotated

from plein_bot.actions import cases, objections, sanctions
from plein_bot.commands import sanctions as lifting
from plein_bot.commands.calls import Call
from plein_bot.commands.replies import Reply, Unconfirmed
from plein_bot.commands.table import TABLE, Dutch, Whom
from plein_bot.domain.cases import Decision
from plein_bot.domain.errors import Refusal
from plein_bot.domain.sanctions import Sanction, SanctionKind
from plein_bot.domain.sentences import Sentence, paragraphs, say
from plein_bot.index import sanctions as rows

Number = Annotated[int, Dutch("nummer")]
Reason = Annotated[str | None, Dutch("reden")]


@TABLE.command("object", "bezwaar", unseen=True)
async def object_to(call: Call, number: Number, reason: Reason = None) -> Reply:
    """Say that you do not agree with what the staff did to you, by its number. Somebody else of
    them then decides."""
    one, place = await objections.mine(call.act, number)
    if reason is None:
        reason = call.ask(
            "reason",
            say("Why do you not agree? The staff read this. (or: `skip`)"),
            may_skip=True,
            otherwise="",
        )
    done = await objections.object_to(call.act, one, place, reason)
    told: list[Sentence] = [
        say(
            "Your objection to number {number} is with the staff of {place}, as case {case}. You "
            "hear what they decide. Until then it stays as it is.",
            number=number,
            place=place.full_name,
            case=done.case.number,
        )
    ]
    if not done.others:
        told.append(
            say("There is nobody else who may decide it, so whoever did it looks at it once more.")
        )
        if further := objections.further(call.act):
            told.append(further)
    return Reply(paragraphs(*told))


@TABLE.command("case uphold", "zaak handhaven", "zaak behouden", whom=Whom.STAFF)
async def uphold(call: Call, number: Number, reason: Reason = None) -> Reply:
    """Keep what somebody objects to; the reason goes to them."""
    case, standing, one = await objections.judged(call.act, number)
    reason = _reason(call, reason)
    here = call.act.locks.alone_in(standing.place.root.room)
    async with cases.deciding(call.act, case), here:
        await objections.end(call.act, case, standing.place, one, Decision.UPHELD, reason)
    return Reply(say("Case {number}: it stays as it is.", number=number))


@TABLE.command("case lift", "zaak opheffen", "zaak terugdraaien", whom=Whom.STAFF)
async def lift(call: Call, number: Number, reason: Reason = None) -> Reply:
    """Take back what somebody objects to; the reason goes to them."""
    case, standing, one = await objections.judged(call.act, number)
    reason = _reason(call, reason)
    async with cases.deciding(call.act, case):
        try:
            await _undo(call, one, reason)
        except Unconfirmed as preview:
            # A yes must come back here, or the objection would stay open.
            preview.line = f"case lift {number} {reason}".strip()
            raise
        async with call.act.locks.alone_in(standing.place.root.room):
            await objections.end(call.act, case, standing.place, one, Decision.LIFTED, reason)
    return Reply(say("Case {number}: it is taken back.", number=number))


async def _undo(call: Call, one: Sanction, reason: str) -> None:
    if one.kind is SanctionKind.REDACTION:
        # What was said does not come back, but it is not held against them.
        await sanctions.strike(call.act, await sanctions.numbered(call.act, one.number), reason)
        return
    try:
        await lifting.lift(call, one.number, reason)
    except Refusal:
        now = await rows.numbered(call.act.index, one.number)
        if now is None or not now.is_lifted:
            raise
        # It ended by itself, or somebody lifted it without deciding this.


def _reason(call: Call, reason: str | None) -> str:
    if reason is not None:
        return reason
    return call.ask(
        "reason",
        say("Why? Who objected reads this. (or: `skip`)"),
        may_skip=True,
        otherwise="",
    )
