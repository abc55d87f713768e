"""Objecting to what the staff did: a case that somebody else than who did it decides."""

from dataclasses import dataclass, replace

from plein_bot.actions import case_notices, cases, chats, people, places
from plein_bot.actions.acts import Act
from plein_bot.actions.sanctions import NoSuchSanction, heard_of
from plein_bot.domain import cases as rules
from plein_bot.domain.cases import Case, Complaint, Decision, Target
from plein_bot.domain.enumerations import in_a_row
from plein_bot.domain.errors import Refusal
from plein_bot.domain.people import Person, Role
from plein_bot.domain.places import Place
from plein_bot.domain.sanctions import Sanction
from plein_bot.domain.sentences import Sentence, brief, paragraphs, say
from plein_bot.domain.standing import Standing
from plein_bot.index import cases as rows
from plein_bot.index import places as place_rows
from plein_bot.index import sanctions

OPENED = "case.object"


@dataclass(frozen=True, slots=True)
class Objected:
    """`others` where somebody else than who did it can decide, who has no lower role."""

    case: Case
    sanction: Sanction
    place: Place
    others: bool


async def mine(act: Act, number: int) -> tuple[Sanction, Place]:
    """What befell the actor; raises the Refusal for what did not, or may not be objected to."""
    one = await sanctions.numbered(act.index, number)
    place = await place_rows.of_room(act.index, one.place) if one else None
    if one is None or place is None or one.person != act.actor:
        raise NoSuchSanction(number)
    if not await heard_of(act, await people.recognise(act, act.actor), place, one):
        raise NoSuchSanction(number)
    before = await rows.objecting_to(act.index, number)
    if before:
        told = await rows.reports_of(act.index, [before.number])
        if all(report.cause != act.cause for report in told):
            raise Refusal(_before(before, number))
    elif one.is_lifted:
        raise Refusal(say("Number {number} is over already.", number=number))
    return one, place


def _before(case: Case, number: int) -> Sentence:
    if case.is_open:
        return say(
            "You have objected to number {number} already. The staff have yet to decide.",
            number=number,
        )
    return say(
        "You have objected to number {number} before, and the staff have decided: {decision}.",
        number=number,
        decision=case.decision or Decision.UPHELD,
    )


async def object_to(act: Act, one: Sanction, place: Place, words: str) -> Objected:
    """Open the case, once; the staff read what the person says."""
    target = Target(place.room, person=act.actor, sanction=one.number)
    async with act.locks.alone_in(place.root.room):
        case, _ = await rows.report(
            act.index,
            target,
            Role.MODERATOR.power,
            act.actor,
            Complaint.OTHER,
            brief(words, rules.LONGEST_WORDS),
            act.cause,
        )
        await case_notices.put_up(act, case, place)
        # For the case, as all is that becomes of it.
        await replace(act, cause=case.cause).record(OPENED, place.room, act.actor)
    others = await _others(act, case, place, await _who_did_it(act, one, place))
    return Objected(case, one, place, others=bool(others))


async def _others(act: Act, case: Case, place: Place, by: Standing) -> tuple[Person, ...]:
    """Who may decide, did not do it themselves, and has no lower role than who did."""
    able = await case_notices.deciders(act, case, place)
    known = await people.recognise_all(act, [user for user in able if user != by.person.id])
    stand = await places.all_stand(act, known.values(), place)
    return tuple(known[user] for user in known if stand[user].power >= by.power)


async def _who_did_it(act: Act, one: Sanction, place: Place) -> Standing:
    return await places.stand(act, await people.recognise(act, one.by), place)


async def judged(act: Act, number: int) -> tuple[Case, Standing, Sanction]:
    """An objection that the actor may decide; who did it may only where there is nobody else."""
    case, standing = await cases.find(act, number)
    await cases.refuse_decided(act, case)
    one = (
        await sanctions.numbered(act.index, case.target.sanction) if case.target.sanction else None
    )
    if one is None:
        raise Refusal(say("Case {number} is no objection.", number=number))
    by = await _who_did_it(act, one, standing.place)
    others = await _others(act, case, standing.place, by)
    names = in_a_row([person.shown for person in others or (by.person,)])
    if act.actor == one.by and others:
        raise Refusal(
            say("This was your own doing, so somebody else decides: {names}.", names=names)
        )
    if act.actor != one.by and standing.power < by.power:
        raise Refusal(
            say(
                "{name} did this, as {role} of {place}, so nobody with a lower role decides about "
                "it. This is for: {names}.",
                name=by.person.shown,
                role=by.role,
                place=standing.place.full_name,
                names=names,
            )
        )
    return case, standing, one


async def end(
    act: Act, case: Case, place: Place, one: Sanction, how: Decision, reason: str
) -> None:
    """The person hears how it ended, and why, before anything else can go wrong; write it down."""
    told = (
        say(
            "Your objection to number {number} in {place}: the staff take it back.",
            number=one.number,
            place=place.full_name,
        )
        if how is Decision.LIFTED
        else say(
            "Your objection to number {number} in {place}: the staff have looked at it again, and "
            "it stays as it is.",
            number=one.number,
            place=place.full_name,
        )
    )
    why = say("The reason: “{reason}”", reason=reason) if reason else None
    contact = further(act) if how is Decision.UPHELD else None
    text = paragraphs(*filter(None, (told, why, contact)))
    await chats.reach(act, one.person, text, f"objection:{case.number}")
    await cases.decide(act, case, place, how)


def further(act: Act) -> Sentence | None:
    """Where somebody can turn who does not agree with the staff at all."""
    if act.plein.contact is None:
        return None
    return say(
        "You can also write to who runs this Plein: {address}.",
        address=act.plein.contact.removeprefix("mailto:"),
    )
