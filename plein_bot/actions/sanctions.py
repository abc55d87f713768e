"""Warning somebody, and finding what befell whom."""

from dataclasses import dataclass
from datetime import datetime

from plein_bot.actions import bans, chats, people, places, staff
from plein_bot.actions import sanction_letters as letters
from plein_bot.actions.acts import Act
from plein_bot.actions.cascades import Deed
from plein_bot.domain import sanctions as rules
from plein_bot.domain.bans import BAN
from plein_bot.domain.errors import Refusal
from plein_bot.domain.people import Person, Role
from plein_bot.domain.places import Place
from plein_bot.domain.sanctions import Measure, Sanction, SanctionKind
from plein_bot.domain.sentences import Sentence, paragraphs, say
from plein_bot.domain.standing import Standing
from plein_bot.index import audits, members
from plein_bot.index import cases as case_rows
from plein_bot.index import places as place_rows
from plein_bot.index import sanctions as rows

WARN, STRIKE = "warn", "sanction.strike"


class NoSuchSanction(Refusal):
    """There is none, or this person may not know of it: the same words."""

    def __init__(self, number: int) -> None:
        super().__init__(
            say(
                "I know no measure {number}. Those of a place: `sanctions <place>`; "
                "your own: `sanctions mine`.",
                number=number,
            )
        )


async def warn(
    act: Act,
    standing: Standing,
    person: Person,
    reason: str | Sentence,
    case: int | None = None,
) -> Sanction:
    """Warn somebody, who reads it in their direct chat. Raises the Refusal for what may not be."""
    place = standing.place
    measure = Measure(SanctionKind.WARNING, place.room, reason, case=case)
    theirs = await places.stand(act, person, place)
    if not await rows.of_cause(act.index, act.cause, measure.kind, place.room):
        rules.refuse(standing, theirs, act.plein)
    (one,) = await rows.impose(act.index, measure, [person.id], act.actor, act.cause)

    if await letters.may_be_told(act, theirs):
        warned = say("The staff of {place} warn you.", place=place.full_name)
        meant = say(
            "You can still take part. If it happens again, they may mute you or shut you out."
        )
        await letters.tell(act, one, warned, meant)
    told = say(
        "{staff} has warned {name} in {place} (number {number}).",
        staff=await letters.by_whom(act, act.actor),
        name=person.shown,
        place=place.full_name,
        number=one.number,
    )
    await letters.tell_staff(act, place, told, one)

    await act.record(WARN, place.room, person.id, why=one.mark)
    return one


async def impose(act: Act, deed: Deed, reason: str, until: datetime | None = None) -> Sanction:
    """Write down a removal or a ban that is about to be carried out, or just was by hand."""
    kind = SanctionKind.BAN if deed.action == BAN else SanctionKind.REMOVAL
    measure = Measure(kind, deed.place.room, reason, until)
    whom = [deed.person.id]
    imposed = await rows.impose(act.index, measure, whom, act.actor, act.cause)
    # One cause may befall many, such as the rule of a policy list.
    one = next(sanction for sanction in imposed if sanction.person == deed.person.id)
    # What came before it and was ended by other hands.
    before = await rows.standing(act.index, kind, [measure.place], whom)
    over = [other.number for other in before if other.number < one.number and kind.lasts]
    if over:
        await rows.end(act.index, over, act.actor)
    return one


@dataclass(frozen=True, slots=True)
class Found:
    """A sanction, the place where it happened, and to whom."""

    sanction: Sanction
    standing: Standing
    person: Person


async def numbered(act: Act, number: int) -> Found:
    """A sanction, for whoever is on the staff of its place; of others it is not told that it is."""
    one = await rows.numbered(act.index, number)
    standing = await places.at(act, one.place) if one else None
    if not (one and standing) or not standing.may_see or standing.power < Role.MODERATOR.power:
        raise NoSuchSanction(number)
    return Found(one, standing, await people.recognise(act, one.person))


async def in_place(act: Act, standing: Standing) -> tuple[Sanction, ...]:
    """All of a place, the newest first; of a subsite also those of its groups."""
    standing.require(Role.MODERATOR)
    inside = [standing.place.room]
    if standing.place.is_subsite:
        groups = await places.visible_groups(act, standing.person, standing.place)
        inside += [one.place.room for one in groups if one.power >= Role.MODERATOR.power]
    found = await rows.in_places(act.index, inside)
    # What came of a case about staff is known to those who could decide it.
    numbers = {one.case for one in found if one.case}
    above = await case_rows.above(act.index, numbers, standing.power)
    return tuple(one for one in found if one.case not in above)


async def mine(act: Act) -> tuple[tuple[Sanction, Place], ...]:
    """What befell the actor, the newest first, in places that they may know of or heard of."""
    me = await people.recognise(act, act.actor)
    found: list[tuple[Sanction, Place]] = []
    for one in await rows.of_person(act.index, me.id):
        place = await place_rows.of_room(act.index, one.place)
        if place and await heard_of(act, me, place, one):
            found.append((one, place))
    return tuple(found)


async def heard_of(act: Act, me: Person, place: Place, one: Sanction) -> bool:
    """Whether they may know of the place, were ever in it, or were told when it befell them."""
    if one.kind is SanctionKind.REMOVAL or (await places.stand(act, me, place)).may_see:
        return True
    if one.kind is SanctionKind.BAN:
        heard = await audits.last(act.index, (bans.TOLD,), places=(place.room,), whom=me.id)
        return bool(heard)
    return bool(await members.memberships(act.index, me.id, [place.room]))


async def strike(act: Act, found: Found, reason: str) -> bool:
    """Take back what is only written down; whether the person could be told."""
    one, place = found.sanction, found.standing.place
    await act.begin(STRIKE, place.room, one.person, why=one.mark)
    await rows.end(act.index, [one.number], act.actor)
    await act.record(STRIKE, place.room, one.person, why=one.mark)
    theirs = await places.stand(act, found.person, place)
    if not await letters.may_be_told(act, theirs):
        return True
    struck = say(
        "The staff of {place} have taken back what you were told as number {number}.",
        place=place.full_name,
        number=one.number,
    )
    why = staff.because(reason)
    text = paragraphs(struck, why) if why else struck
    return await chats.reach(act, one.person, text, f"{STRIKE}:{one.number}")
