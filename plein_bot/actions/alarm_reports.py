"""What the staff, and whoever was hit, hear of an alarm."""

from collections.abc import Sequence
from datetime import timedelta

from plein_bot.actions import chats, mutes, people
from plein_bot.actions import sanction_letters as letters
from plein_bot.actions.acts import Act
from plein_bot.actions.slow_mode import tells_staff
from plein_bot.domain.effects import Say
from plein_bot.domain.enumerations import in_a_row
from plein_bot.domain.ids import UserId
from plein_bot.domain.people import Person
from plein_bot.domain.places import Place
from plein_bot.domain.protections import Mode, Number, Protection
from plein_bot.domain.sanctions import Measure, Sanction, SanctionKind
from plein_bot.domain.sentences import NOTHING, Sentence, Text, lines, paragraphs, say
from plein_bot.index import hits, sanctions
from plein_bot.index import places as rows
from plein_bot.index.hits import TakenUp

_WAVE = timedelta(minutes=10)
"""What follows so soon stands in the same line of the staff room."""

_NUMBERS_NAMED = 5


def reason(protection: Protection) -> Sentence:
    """Why, as whoever was hit reads it."""
    match protection:
        case Protection.FLOOD:
            return say("Many messages in a short time, or the same text as many others sent.")
        case Protection.MENTIONS:
            return say("More people mentioned in one message than this place allows.")
        case Protection.LINKS:
            return say("A link in one of your first messages here.")
        case Protection.MEDIA:
            return say("A picture or file in one of your first messages here.")
        case Protection.INVITATIONS:
            return say("Many invitations in a short time.")
        case Protection.JOINS:
            return say("Many people came in at once.")


async def tell_people(
    act: Act,
    place: Place,
    protection: Protection,
    imposed: Sequence[Sanction],
    hit: Sequence[UserId],
) -> None:
    """Whoever was muted gets the letter of a mute; the others hear what became of what they did."""
    await mutes.tell(act, place, imposed)
    muted = {one.person for one in imposed}
    others = [user for user in hit if user not in muted]
    if protection is Protection.INVITATIONS:
        for user in others:
            await chats.reach(act, user, _of_invitations(place), f"alarm:{protection}")
        return
    # Without a mute too it has a number, by which they can object.
    measure = Measure(SanctionKind.REDACTION, place.room, reason(protection))
    redactions = await sanctions.impose(act.index, measure, others, act.actor, act.cause)
    for one in redactions:
        if one.person in others:
            await letters.tell(act, one, *_of_messages(place))


def _of_invitations(place: Place) -> Text:
    return paragraphs(
        say("I have withdrawn your invitations to {place}.", place=place.full_name),
        say("The reason: {reason}", reason=reason(Protection.INVITATIONS)),
        say("You can still take part. Do you not agree? Ask somebody of the staff."),
    )


def _of_messages(place: Place) -> tuple[Sentence, ...]:
    return (
        say("I have taken away what you sent in {place}.", place=place.full_name),
        say("You can still take part."),
    )


async def tell_staff(act: Act, place: Place, meant: Sequence[TakenUp]) -> None:
    """One line for a whole wave: what comes soon after is added to it, and not said anew."""
    room = await rows.staff_room(act.index, place.root)
    if room is None or not tells_staff(place):
        return
    begin = min(one.at for one in meant) - _WAVE
    before = await hits.told(act.index, place.room, begin)
    own = {one.cause for one in meant}
    told = [one for one in before if one.cause not in own]
    standing = told[-1].notice if told else None
    before_these = [one for one in told if one.notice == standing]
    if standing and _kinds(meant) <= _kinds(before_these):
        # Who goes on and on is named already.
        await hits.note(act.index, [one.number for one in meant], standing)
        return
    wave = [*before_these, *meant]
    text = lines(*await _wave(act, place, wave))
    language = act.plein.language
    notice = await act.homeserver.say(Say(room, text, "alarm", language, edits=standing), act.cause)
    await hits.note(act.index, [one.number for one in meant], standing or notice)


def _kinds(wave: Sequence[TakenUp]) -> set[tuple[Protection, Mode, UserId]]:
    return {(one.protection, one.mode, one.person) for one in wave}


async def _wave(act: Act, place: Place, wave: Sequence[TakenUp]) -> list[Sentence]:
    numbers: dict[UserId, Sanction] = {}
    for cause in dict.fromkeys(one.cause for one in wave):
        found = await sanctions.of_cause(act.index, cause, SanctionKind.MUTE, place.room)
        numbers |= {one.person: one for one in found}
    known = await people.recognise_all(act, [one.person for one in wave])
    said = []
    for protection in Protection:
        for mode in (Mode.ON, Mode.SIMULATE):
            hit = dict.fromkeys(
                one.person for one in wave if (one.protection, one.mode) == (protection, mode)
            )
            if hit:
                muted = [numbers[user] for user in hit if user in numbers and mode is Mode.ON]
                said.append(_line(place, protection, mode, [known[one] for one in hit], muted))
    return said


def _line(
    place: Place,
    protection: Protection,
    mode: Mode,
    hit: Sequence[Person],
    muted: Sequence[Sanction],
) -> Sentence:
    names = in_a_row([one.shown for one in hit])
    if mode is Mode.SIMULATE:
        told = _would(protection, names)
        to_do: Sentence | Text = say(
            "To let me: `protection set {path} {word} on`.", path=place.path, word=protection
        )
    else:
        told = _did(place, protection, names, muted)
        to_do = _undo(place, protection, muted)
    return say(
        "🛡 {place}: {protection}. {told} {to_do}",
        place=place.full_name,
        protection=protection,
        told=told,
        to_do=to_do,
    )


def _would(protection: Protection, names: Sentence | Text) -> Sentence:
    match protection:
        case Protection.JOINS:
            return say("This is a trial: I would have let people ask first.")
        case Protection.INVITATIONS:
            return say(
                "This is a trial: I would have withdrawn the invitations of {names}.", names=names
            )
        case _:
            return say("This is a trial: I would have taken away messages of {names}.", names=names)


def _did(
    place: Place,
    protection: Protection,
    names: Sentence | Text,
    muted: Sequence[Sanction],
) -> Sentence:
    until = max((one.until for one in muted if one.until), default=None)
    match protection:
        case Protection.JOINS:
            guard, _ = place.guard_of(protection)
            return say(
                "Many people came in at once. Now they ask first, until it has been calm for "
                "{minutes} minutes.",
                minutes=guard[Number.MINUTES],
            )
        case Protection.INVITATIONS if until:
            return say(
                "Invitations withdrawn, and muted until {moment}: {names}.",
                moment=until,
                names=names,
            )
        case Protection.INVITATIONS:
            return say("Invitations withdrawn: {names}.", names=names)
        case _ if until:
            return say(
                "Messages taken away, and muted until {moment}: {names}.",
                moment=until,
                names=names,
            )
        case _:
            return say("Messages taken away: {names}.", names=names)


def _undo(place: Place, protection: Protection, muted: Sequence[Sanction]) -> Sentence | Text:
    if protection is Protection.JOINS:
        usual = place.settings.slow or place.settings.joining
        return say("To undo it: `set {path} joining {usual}`.", path=place.path, usual=usual)
    if not muted:
        return NOTHING
    numbers = sorted(one.number for one in muted)
    if len(numbers) > _NUMBERS_NAMED:
        return say(
            "To let somebody write again: `lift <number>` ({first} to {last}), or "
            "`unmute {path} <who>`.",
            first=numbers[0],
            last=numbers[-1],
            path=place.path,
        )
    typed = Text(tuple(say("`lift {number}`", number=one) for one in numbers), between=", ")
    return say("To let them write again: {typed}.", typed=typed)
