"""Commands that show what befell whom, and that lift it by its number."""

from typing import Annotated

from plein_bot.actions import liftings, mutes, people, sanctions
from plein_bot.actions.sanctions import STRIKE, Found
from plein_bot.commands.bans import let_in
from plein_bot.commands.calls import Call
from plein_bot.commands.pages import shown_page
from plein_bot.commands.replies import Reply
from plein_bot.commands.table import TABLE, Dutch, Whom
from plein_bot.domain.bans import UNBAN
from plein_bot.domain.errors import Refusal
from plein_bot.domain.ids import RoomId
from plein_bot.domain.people import Person
from plein_bot.domain.places import Place
from plein_bot.domain.sanctions import Sanction, SanctionKind
from plein_bot.domain.sentences import NOTHING, Sentence, Text, brief, paragraphs, say
from plein_bot.index import places as place_rows

_MOST_OF_A_REASON = 200


@TABLE.command("lift", "opheffen", whom=Whom.STAFF)
async def lift(
    call: Call,
    number: Annotated[int, Dutch("nummer")],
    reason: Annotated[str, Dutch("reden")] = "",
) -> Reply:
    """End a mute or a ban, or take back a warning, by its number."""
    act = call.act
    found = await sanctions.numbered(act, number)
    one, place = found.sanction, found.standing.place
    if one.kind is SanctionKind.REDACTION:
        raise Refusal(say("What was taken away cannot be brought back: nobody has it any more."))
    if not await _is_going_on(call, found):
        raise Refusal(say("Number {number} is over already.", number=number))
    await liftings.refuse_one(act, found.standing, one)
    match one.kind:
        case SanctionKind.BAN:
            return await let_in(call, found.standing, found.person, reason)
        case SanctionKind.MUTE:
            async with act.locks.alone_in(place.root.room):
                await mutes.lift(act, place, [one.person], reason)
            return Reply(
                say(
                    "{name} is no longer muted in {place}.",
                    name=found.person.shown,
                    place=place.full_name,
                )
            )
        case _:
            told = await sanctions.strike(act, found, reason)
            struck = say("Number {number} is taken back.", number=number)
            unreached = say(
                "{name} cannot be reached now, and was not told.", name=found.person.shown
            )
            return Reply(struck if told else paragraphs(struck, unreached))


async def _is_going_on(call: Call, found: Found) -> bool:
    """Whether there is something to lift, or this cause was lifting it before."""
    one = found.sanction
    ending = {SanctionKind.BAN: UNBAN, SanctionKind.MUTE: mutes.UNMUTE}.get(one.kind, STRIKE)
    return not one.is_lifted or await call.act.has_begun(ending, one.place, one.person)


@TABLE.command("sanctions", "maatregelen", whom=Whom.STAFF)
async def listing(
    call: Call,
    place: Annotated[str, Dutch("plek")] = ".",
    person: Annotated[str, Dutch("wie")] = "",
    *,
    page: Annotated[int, Dutch("pagina")] = 1,
) -> Reply:
    """Show what the staff of a place have done to people, and what of it still stands."""
    standing = await call.place(place)
    here = standing.place
    found = await sanctions.in_place(call.act, standing)
    known = await people.recognise_all(
        call.act, [*(one.person for one in found), *(one.by for one in found)]
    )
    if person:
        somebody = await _meant(call, person, [known[one.person] for one in found])
        found = tuple(one for one in found if one.person == somebody.id)
    if not found:
        return Reply(say("There are no measures in {place}.", place=here.full_name))
    groups = await place_rows.groups_of(call.act.index, here) if here.is_subsite else ()
    names = {group.room: group.name for group in groups}

    def line(one: Sanction) -> Sentence:
        return say(
            "{number} · {kind} · {name}{group} · {day}, by {staff}{state}{reason}",
            number=one.number,
            kind=one.kind,
            name=known[one.person].shown,
            group=_in_group(names, one.place),
            day=one.at.date(),
            staff=known[one.by].shown,
            state=_state(one),
            reason=_why(one),
        )

    title = say("Measures in {place}:", place=here.full_name)
    more = f"sanctions {here.path} {person}".strip()
    return shown_page(title, found, page, line, more)


async def _meant(call: Call, text: str, among: list[Person]) -> Person:
    """Who is out bears no name in the room any more."""
    named = {
        one.id: one
        for one in among
        if one.shown.casefold() == text.removeprefix("@").strip().casefold()
    }
    return next(iter(named.values())) if len(named) == 1 else await call.person(text, ())


def _in_group(names: dict[RoomId, str], room: RoomId) -> Sentence | Text:
    return say(" · {group}", group=names[room]) if room in names else NOTHING


def _state(one: Sanction) -> Sentence | Text:
    if one.lifted_at:
        return say(" · over since {day}", day=one.lifted_at.date())
    if one.until:
        return say(" · until {moment}", moment=one.until)
    return NOTHING


def _why(one: Sanction) -> Sentence | Text:
    if isinstance(one.reason, Sentence):
        return say(" · {reason}", reason=one.reason)
    return (
        say(" · “{reason}”", reason=brief(one.reason, _MOST_OF_A_REASON)) if one.reason else NOTHING
    )


@TABLE.command("sanctions mine", "maatregelen mijn", "mijn maatregelen")
async def mine(call: Call, *, page: Annotated[int, Dutch("pagina")] = 1) -> Reply:
    """Show what befell you, why and until when, and how to object."""
    found = await sanctions.mine(call.act)
    if not found:
        return Reply(say("The staff of no place have done anything to you."))

    def line(item: tuple[Sanction, Place]) -> Sentence:
        one, place = item
        return say(
            "{number} · {kind} · {place} · {day}{state}{reason}",
            number=one.number,
            kind=one.kind,
            place=place.full_name,
            day=one.at.date(),
            state=_state(one),
            reason=_why(one),
        )

    title = say("What befell you. Do you not agree? Object: `object <number>`.")
    return shown_page(title, found, page, line, "sanctions mine")
