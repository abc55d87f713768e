"""What somebody hears of what befell them, and what the staff hear of it."""

from collections.abc import Sequence
from datetime import datetime

from plein_bot.actions import chats, people, staff
from plein_bot.actions.acts import Act
from plein_bot.domain.cases import is_apart
from plein_bot.domain.enumerations import in_a_row
from plein_bot.domain.ids import UserId
from plein_bot.domain.people import Person
from plein_bot.domain.places import Place, Visibility
from plein_bot.domain.removals import PRESENT
from plein_bot.domain.sanctions import Sanction, SanctionKind
from plein_bot.domain.sentences import NOTHING, Sentence, Text, paragraphs, say
from plein_bot.domain.standing import Standing
from plein_bot.index import cases, members
from plein_bot.index import sanctions as rows


async def may_be_told(act: Act, theirs: Standing) -> bool:
    """Whether somebody may know of the place, and has to do with it or with Plein.

    To be asked before it is done: afterwards nobody can see any more that they were there.
    """
    if not theirs.may_see or not theirs.person.has_account:
        return False
    if theirs.membership in PRESENT:
        return True
    return await members.direct_chat(act.index, act.plein.bot, theirs.person.id) is not None


def because(reason: str | Sentence) -> Sentence | None:
    """The reason, where one was given."""
    if isinstance(reason, Sentence):
        return say("The reason: {reason}", reason=reason)
    return staff.because(reason)


def objecting(number: int) -> Sentence:
    """How every letter ends."""
    return say(
        "Do you not agree? Object: `object {number}`. Somebody else of the staff then decides.",
        number=number,
    )


async def of_deed(act: Act, kind: SanctionKind, place: Place, person: UserId) -> Sanction | None:
    """The sanction that this cause imposed on somebody, where it did."""
    found = await rows.of_cause(act.index, act.cause, kind, place.room)
    return next((one for one in found if one.person == person), None)


async def how_to_object(
    act: Act, one: Sanction | None, place: Place, person: UserId
) -> Sentence | None:
    """What somebody can do who does not agree: what has no number they ask the staff about."""
    return objecting(one.number) if one else await staff.to_ask(act, place, person)


async def tell(act: Act, one: Sanction, *told: Sentence | Text) -> bool:
    """Tell the person, with the reason and how to object; whether they could be reached."""
    reason = because(one.reason)
    text = paragraphs(*told, *([reason] if reason else ()), objecting(one.number))
    return await chats.reach(act, one.person, text, f"sanction:{one.number}")


async def tell_staff(act: Act, place: Place, text: Sentence | Text, one: Sanction) -> None:
    """The staff of the subsite hear what was done; of a hidden group not all of them know.

    Nor of a case about one of them.
    """
    case = await cases.decided_because_of(act.index, one.cause)
    if is_hidden(place) or (case and is_apart(case, place)):
        return
    reason = because(one.reason)
    told = paragraphs(text, reason) if reason else text
    await staff.tell(act, place, told, f"sanction:{one.number}")


def is_hidden(place: Place) -> bool:
    """Whether not all of the staff may know of it."""
    return not place.is_subsite and place.settings.visibility is Visibility.HIDDEN


async def by_whom(act: Act, user: UserId) -> Sentence:
    """Who did it, as the staff call them."""
    if user == act.plein.bot:
        return say("{name}", name="Plein")
    return say("{name}", name=(await people.recognise(act, user)).shown)


def in_groups_too(place: Place, but: Sequence[Place] = ()) -> Sentence | Text:
    if not place.is_subsite:
        return NOTHING
    if but:
        return say(
            "That counts in all its groups where you have no role; you have one in {groups}.",
            groups=in_a_row([one.full_name for one in but]),
        )
    return say("That counts in all its groups.")


def out_of_all(places: Sequence[Place], until: datetime | None) -> Sentence:
    """What somebody reads who is shut out of several places at once."""
    names = in_a_row([place.full_name for place in places])
    if until:
        return say(
            "You have been shut out of {places} until {moment}, and of the groups there. After "
            "that you can take part again.",
            places=names,
            moment=until,
        )
    return say(
        "You have been shut out of {places}: you cannot take part there any more, nor in the "
        "groups there.",
        places=names,
    )


async def tell_staff_of_many(
    act: Act, place: Place, by: Sentence, out: Sequence[Person], reason: str
) -> None:
    """The staff of each subsite read who was shut out of it."""
    if is_hidden(place):
        return
    told = say(
        "{staff} has shut out of {place}: {names}.",
        staff=by,
        place=place.full_name,
        names=in_a_row([one.shown for one in out]),
    )
    why = staff.because(reason)
    await staff.tell(act, place, paragraphs(told, why) if why else told, f"swept:{place.room}")
