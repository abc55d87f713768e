"""Reporting: what somebody tells becomes a case for the staff, and they hear what comes of it."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import Enum, auto

from plein_bot.actions import case_notices, chats, people, places, targets
from plein_bot.actions.acts import Act
from plein_bot.domain import cases as rules
from plein_bot.domain.cases import Case, CaseState, Complaint, Decision, Report, Target
from plein_bot.domain.effects import Say
from plein_bot.domain.ids import UserId
from plein_bot.domain.places import Place
from plein_bot.domain.sentences import Sentence, Text, brief, say
from plein_bot.index import cases as rows
from plein_bot.index import members, preferences
from plein_bot.index import places as place_rows

OPENED = "case.open"


class Heard(Enum):
    """Who can do something about a report: operators read of it where the staff cannot."""

    STAFF = auto()
    OPERATORS = auto()
    NOBODY = auto()


@dataclass(frozen=True, slots=True)
class Received:
    """`again` where the same person had reported the same thing."""

    report: Report
    case: Case
    place: Place
    again: bool = False
    heard: Heard = Heard.STAFF


async def report(act: Act, target: Target, complaint: Complaint, words: str) -> Received:
    """Tell the staff, once for all who report the same thing."""
    rules.refuse_own(target, act.actor)
    since = datetime.now(UTC) - rules.WITHIN
    earlier = await rows.count_since(act.index, act.actor, since, but=act.cause)
    rules.refuse_too_many(earlier)
    place = await place_rows.of_room(act.index, target.place)
    if place is None:
        raise rules.not_there()
    _, theirs = await targets.standing_of(act, target)

    async with act.locks.alone_in(place.root.room):
        case, told = await rows.report(
            act.index,
            target,
            rules.power_needed(theirs),
            act.actor,
            complaint,
            brief(words, rules.LONGEST_WORDS),
            act.cause,
        )
        heard = await _tell_staff(act, case, told, place)
    return Received(told, case, place, again=told.cause != act.cause, heard=heard)


async def _tell_staff(act: Act, case: Case, told: Report, place: Place) -> Heard:
    """Whoever is first puts the notice up; the others are counted in it."""
    if not case.is_open or told.cause != act.cause:
        return Heard.STAFF
    first = min(one.number for one in await rows.reports_of(act.index, [case.number]))
    if told.number != first and await rows.notices_of(act.index, case.number):
        await case_notices.follow(act, case, place, f"report {told.number}")
        return Heard.STAFF
    able = await case_notices.put_up(act, case, place)
    heard = Heard.STAFF if able else await _tell_operators(act, case, told, place)
    # The bot's own: the audit is read by people who may not know who reported.
    bot = replace(act, actor=act.plein.bot, cause=case.cause)
    whom = rules.named_in_audit(case, place)
    event = case.target.event if whom else None
    await bot.record(OPENED, place.room, whom, event=event, why=case.mark)
    return heard


async def _tell_operators(act: Act, case: Case, report: Report, place: Place) -> Heard:
    """Nobody of the place can do anything; operators hear that, and read nothing of what was said.

    They run the server, and may know of a place no more than anybody else.
    """
    person = case.target.person
    if not rules.is_known_to_all(place):
        told = say(
            "In a place that not everybody may know of, something was reported ({complaint}), and "
            "there is nobody there who can do something about it. It is case {number}.",
            complaint=report.complaint,
            number=case.number,
        )
    elif person:
        told = say(
            "In {place}, {name} was reported, and there is nobody there who can do something about "
            "it. Perhaps the place needs another owner or admin. It is case {number}.",
            place=place.full_name,
            name=(await people.recognise(act, person)).shown,
            number=case.number,
        )
    else:
        told = say(
            "In {place} something was reported, and there is nobody there who can do something "
            "about it. Perhaps the place needs another owner or admin. It is case {number}.",
            place=place.full_name,
            number=case.number,
        )
    bot = replace(act, actor=act.plein.bot, cause=case.cause)
    reached = [
        await chats.reach(bot, operator, told, "case without staff")
        for operator in act.plein.operators
        if operator != person
    ]
    return Heard.OPERATORS if any(reached) else Heard.NOBODY


async def mine(act: Act, number: int) -> Report:
    """The actor's own report; that of another sounds as if there were none."""
    found = await rows.report_numbered(act.index, number)
    if found is None or found.reporter != act.actor:
        raise rules.no_report(number)
    return found


async def withdraw(act: Act, number: int) -> Case | None:
    """Take a report back; its case goes too where nobody else reported it. None if it is over."""
    told = await mine(act, number)
    case = await rows.numbered(act.index, told.case)
    place = await place_rows.of_room(act.index, case.target.place) if case else None
    if case is None or place is None or case.state is CaseState.DECIDED:
        return None
    async with act.locks.alone_in(place.root.room):
        await rows.withdraw(act.index, told)
        now = await rows.numbered(act.index, told.case)
        assert now, "cases are never deleted"
        step = f"withdrawn {told.number}"
        if now.is_open:
            await case_notices.follow(act, now, place, step)
        elif now.state is CaseState.WITHDRAWN:
            over = say("Case {number} was withdrawn by who reported it.", number=now.number)
            await case_notices.close(act, now, place, over, step)
    return now


async def tell_reporters(act: Act, case: Case, place: Place, decision: Decision) -> None:
    """Each hears in general terms what was done; not what somebody else was told or given."""
    if case.is_objection:
        return
    for told in await rows.reports_of(act.index, [case.number]):
        text = outcome(told, place, decision)
        await tell(act, told.reporter, text, f"report:{told.number}")


async def tell(act: Act, reporter: UserId, text: Sentence | Text, step: str) -> bool:
    """In the direct chat that somebody has: for this alone nobody is invited to one."""
    room = await members.direct_chat(act.index, act.plein.bot, reporter)
    if room is None:
        return False
    language = await preferences.language(act.index, reporter) or act.plein.language
    await act.homeserver.say(Say(room, text, step, language), act.cause)
    return True


def outcome(told: Report, place: Place, decision: Decision) -> Sentence:
    """What the reporter hears."""
    number, where = told.number, place.full_name
    match decision:
        case Decision.NOTHING:
            return say(
                "Your report {number} about {place}: the staff have looked at it and see no reason "
                "to do something. Thank you for telling.",
                number=number,
                place=where,
            )
        case Decision.REDACTED:
            return say(
                "Your report {number} about {place}: the staff have taken the message away. "
                "Thank you for telling.",
                number=number,
                place=where,
            )
        case _:
            return say(
                "Your report {number} about {place}: the staff have done something about it. "
                "Thank you for telling.",
                number=number,
                place=where,
            )


async def of_actor(act: Act) -> list[tuple[Report, Case, Place | None]]:
    """All that the actor reported, the newest first."""
    found = []
    for told in await rows.reports_by(act.index, act.actor):
        case = await rows.numbered(act.index, told.case)
        if case and not case.is_objection:
            standing = await places.at(act, case.target.place)
            seen = standing.place if standing and standing.may_see else None
            found.append((told, case, seen))
    return found
