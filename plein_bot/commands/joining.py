"""Commands about taking part: join, leave, requests and those who decide about them."""

from typing import Annotated

from plein_bot.actions import joining, members, request_endings, requests
from plein_bot.commands.calls import Call
from plein_bot.commands.pages import shown_page
from plein_bot.commands.removals import left_over
from plein_bot.commands.replies import Reply
from plein_bot.commands.requests import withdrawn
from plein_bot.commands.table import TABLE, Dutch
from plein_bot.domain.audiences import known_to_all
from plein_bot.domain.enumerations import in_a_row
from plein_bot.domain.events import Membership
from plein_bot.domain.introductions import introduce
from plein_bot.domain.joining import Entrance
from plein_bot.domain.joining import entrance as way_in
from plein_bot.domain.places import Place
from plein_bot.domain.sentences import Sentence, Text, paragraphs, say
from plein_bot.index import requests as request_rows


@TABLE.command("join", "deelnemen", "meedoen")
async def join(
    call: Call,
    place: Annotated[str, Dutch("plek")],
    *,
    reason: Annotated[str | None, Dutch("reden")] = None,
) -> Reply:
    """Take part in a subsite or a group, or ask to."""
    standing = await call.place(place)
    if way_in(standing) is Entrance.ASK and reason is None:
        waiting = await request_rows.waiting_of(call.act.index, standing.place.room, call.act.actor)
        if waiting is None:
            reason = call.ask(
                "reason",
                _question(standing.place),
                otherwise="",
                may_skip=True,
            )

    async with call.act.locks.alone_in(standing.place.root.room):
        asked = await joining.ask(call.act, standing, reason or "")

    return Reply(_answer(asked, call.act.cause))


def _question(place: Place) -> Sentence | Text:
    question = say("This goes on request. Why do you want to take part? (or: skip)")
    return paragraphs(*known_to_all(place), question)


def _answer(asked: joining.Asked, cause: str) -> Sentence | Text:
    place = asked.place.full_name
    match asked.entrance:
        case Entrance.INSIDE:
            return say("You already take part in {place}.", place=place)
        case Entrance.INVITED:
            invited = say("You have an invitation to {place} already; accept it.", place=place)
            return paragraphs(invited, *known_to_all(asked.place))
        case Entrance.WALK_IN:
            invited = say("You have an invitation to {place}; accept it.", place=place)
            return paragraphs(invited, *known_to_all(asked.place))
        case Entrance.ASK:
            assert asked.request
            waits = say(
                "Your request for {place} has number {number}. The staff decide, "
                "and you hear from me here.",
                place=place,
                number=asked.request.number,
            )
            if asked.request.cause == cause:
                return waits
            return paragraphs(
                waits,
                say(
                    "Do you want to add something? `join {path} --reason …`. "
                    "Not any more? `request withdraw {number}`.",
                    path=asked.place.path,
                    number=asked.request.number,
                ),
            )


@TABLE.command("leave", "verlaten")
async def leave(call: Call, place: Annotated[str, Dutch("plek")]) -> Reply:
    """Leave a place; leaving a subsite is leaving its groups too."""
    standing = await call.place(place)
    name = standing.place.full_name
    if not standing.is_in and (waits := await request_endings.waiting(call.act, standing)):
        async with call.act.locks.alone_in(standing.place.root.room):
            await request_endings.withdraw(call.act, standing.place, waits)
        return Reply(withdrawn(standing.place, waits))
    if standing.place.is_subsite and standing.is_in:
        call.confirm(
            say(
                "You leave {place}, and with it all groups in it where you are. Is that right?",
                place=name,
            ),
            "leave",
            standing.place.room,
        )

    async with call.act.locks.alone_in(standing.place.root.room):
        done = await members.leave(call.act, standing)

    groups = [group.name for group in done.deed.groups if group.room not in done.failed]
    if standing.place.room in done.failed:
        left = say("I could not take you out of {place}.", place=name)
    elif groups:
        left = say(
            "You have left {place}, and with it {groups}.", place=name, groups=in_a_row(groups)
        )
    else:
        left = say("You have left {place}.", place=name)
    return Reply(paragraphs(left, *left_over(done, told=True)))


@TABLE.command("members", "leden", "deelnemers")
async def of_place(
    call: Call,
    place: Annotated[str, Dutch("plek")] = ".",
    *,
    page: Annotated[int, Dutch("pagina")] = 1,
) -> Reply:
    """Show who takes part in a place, and as what."""
    standing = await call.place(place)
    found = await members.of_place(call.act, standing)
    name = standing.place.full_name
    if not found:
        return Reply(say("Nobody takes part in {place} yet.", place=name))

    def line(member: members.Member) -> Sentence | Text:
        invited = member.membership is Membership.INVITE
        return say(
            "{who} · {role}{invited}",
            who=introduce(member.person),
            role=member.role,
            invited=say(" · invited") if invited else requests.quoted(""),
        )

    return shown_page(
        say("Who takes part in {place}:", place=name),
        found,
        page,
        line,
        f"members {standing.place.path}",
        value=lambda member: str(member.person.id),
    )
