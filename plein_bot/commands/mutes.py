"""Commands that mute somebody in a place, and let them speak again."""

from typing import Annotated

from plein_bot.actions import cascades, liftings, mutes, sanction_endings
from plein_bot.actions.acts import Act
from plein_bot.commands.calls import Call
from plein_bot.commands.people import person_and_rest, place_and_words
from plein_bot.commands.replies import Reply
from plein_bot.commands.table import TABLE, Dutch, Whom
from plein_bot.commands.terms import end_of
from plein_bot.commands.timers import when_due
from plein_bot.domain import mutes as rules
from plein_bot.domain.errors import Refusal
from plein_bot.domain.events import Due
from plein_bot.domain.introductions import with_class
from plein_bot.domain.people import Person, Role
from plein_bot.domain.sanctions import A_DAY, END, SanctionKind
from plein_bot.domain.sentences import NOTHING, Sentence, paragraphs, say
from plein_bot.domain.standing import Standing
from plein_bot.index import sanctions as rows


@TABLE.command("mute", "demp", "dempen", whom=Whom.STAFF)
async def mute(
    call: Call,
    place: Annotated[str, Dutch("plek")],
    person: Annotated[str, Dutch("wie")],
    reason: Annotated[str, Dutch("reden")] = "",
    *,
    days: Annotated[int | None, Dutch("dagen")] = None,
    hours: Annotated[int | None, Dutch("uren")] = None,
    until: Annotated[str | None, Dutch("tot")] = None,
    forever: Annotated[bool, Dutch("blijvend")] = False,
) -> Reply:
    """Let somebody read along and write nothing, for a day or as long as you say."""
    standing, who, reason = await place_and_words(call, place, person, reason)
    standing.require(Role.MODERATOR)
    here = standing.place
    rooms = (here.room, here.root.room)
    somebody, reason = await person_and_rest(call, who, reason, rooms)
    ends = end_of(call, days=days, hours=hours, until=until, forever=forever, otherwise=A_DAY)
    begun = await rows.of_cause(call.act.index, call.act.cause, SanctionKind.MUTE, here.room)
    if not begun:
        await mutes.plan(call.act, standing, somebody)
    still = await _still(call, standing, somebody)
    if here.is_subsite and not begun:
        call.confirm(
            paragraphs(
                say(
                    "I mute {who} in {place} and in all its groups{until}.",
                    who=with_class(somebody),
                    place=here.full_name,
                    until=say(" until {moment}", moment=ends) if ends else NOTHING,
                ),
                *still,
                say("Is that right?"),
            ),
            "mute",
            here.room,
            somebody.id,
            reason,
            (days, hours, until, forever),
        )

    async with call.act.locks.alone_in(here.root.room):
        (one,) = await mutes.mute(call.act, standing, [somebody], reason, ends)

    muted = say(
        "{name} is muted in {place}{until}, and can read along (number {number}).",
        name=somebody.shown,
        place=here.full_name,
        until=say(" until {moment}", moment=one.until) if one.until else NOTHING,
        number=one.number,
    )
    sooner = say("Lift it sooner: `unmute {path} {person}`.", path=here.path, person=somebody.id)
    return Reply(paragraphs(muted, *still, sooner))


async def _still(call: Call, standing: Standing, somebody: Person) -> tuple[Sentence, ...]:
    here = standing.place
    groups = await mutes.speaks_on(call.act, here, somebody.id)
    if not groups:
        return ()
    shown = (await cascades.around(call.act, here, standing.person)).shown
    return (rules.speaks_on(somebody, here, groups, shown),)


@TABLE.command("unmute", "demp opheffen", whom=Whom.STAFF)
async def unmute(
    call: Call, place: Annotated[str, Dutch("plek")], person: Annotated[str, Dutch("wie")]
) -> Reply:
    """Let somebody write again who was muted in a place."""
    standing, who, more = await place_and_words(call, place, person, "")
    standing.require(Role.MODERATOR)
    here = standing.place
    somebody = await call.person(f"{who} {more}".strip(), (here.room, here.root.room))

    async with call.act.locks.alone_in(here.root.room):
        begun = await call.act.has_begun(mutes.UNMUTE, here.room, somebody.id)
        if not begun and not await mutes.is_muted(call.act, here, somebody.id):
            raise Refusal(
                say("{name} is not muted in {place}.", name=somebody.shown, place=here.full_name)
            )
        if not begun:
            await liftings.refuse(call.act, standing, SanctionKind.MUTE, somebody.id)
        await mutes.lift(call.act, here, [somebody.id])

    return Reply(
        say("{name} is no longer muted in {place}.", name=somebody.shown, place=here.full_name)
    )


@when_due(END)
async def _ended(act: Act, timer: Due) -> None:
    await sanction_endings.due(act, int(timer.subject["sanction"]))
