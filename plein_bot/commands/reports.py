"""Commands with which people report something, and follow what becomes of it."""

from typing import Annotated

from plein_bot.actions import client_reports, objections, places, posts, reports, targets
from plein_bot.actions.acts import Act
from plein_bot.actions.reports import Heard, Received
from plein_bot.commands import words
from plein_bot.commands.calls import Call
from plein_bot.commands.pages import shown_page
from plein_bot.commands.reading import read
from plein_bot.commands.replies import Choice, Reply
from plein_bot.commands.table import TABLE, Dutch
from plein_bot.commands.timers import when_due
from plein_bot.domain.cases import Case, CaseState, Complaint, Report, Target, not_there
from plein_bot.domain.errors import Refusal
from plein_bot.domain.events import Due
from plein_bot.domain.ids import UserId, user_id
from plein_bot.domain.places import Place
from plein_bot.domain.sentences import Sentence, Text, paragraphs, say


@TABLE.command("report", "melden", "meld", unseen=True)
async def report(
    call: Call,
    what: Annotated[str, Dutch("wat")] = "",
    reason: Annotated[str | None, Dutch("reden")] = None,
    *,
    about: Annotated[Complaint | None, Dutch("soort")] = None,
) -> Reply:
    """Tell the staff of something that should not be: the link of a message, a person and the
    place, or a place. Type it in our direct chat: then nobody in the room hears of it."""
    if call.reply_to and not call.may_ask:
        words_here = f"{what} {reason or ''}".strip()
        target = await targets.message(call.act, call.reply_to)
        received = await reports.report(call.act, target, *_complaint(words_here, about))
        return Reply(paragraphs(*_receipt(call.act, received), _seen(received.place)))
    if not what:
        what = call.ask(
            "what",
            say(
                "What do you want to report? Give the link of a message (in your app: share, or "
                "copy link), a person and the place, or a place."
            ),
            otherwise="",
        )
    if not what:
        # In a room nothing is asked, and the room itself is not what was meant.
        raise not_there()
    target, rest = await _target(call, what, reason or "")
    reason = rest if reason else reason
    if not reason and about is None:
        about = call.ask(
            "about", say("What is wrong with it?"), _choices(), otherwise=Complaint.OTHER
        )
    if reason is None:
        reason = call.ask(
            "reason",
            say("Do you want to say more about it? (or: `skip`)"),
            may_skip=True,
            otherwise="",
        )
    received = await reports.report(call.act, target, *_complaint(reason, about))
    return Reply(paragraphs(*_receipt(call.act, received)))


def _choices() -> tuple[Choice, ...]:
    return tuple(Choice(say("{word}", word=one), one.value) for one in Complaint)


def _complaint(text: str, about: Complaint | None) -> tuple[Complaint, str]:
    """What somebody typed may be just the word for one of the kinds."""
    if about is not None:
        return about, text
    kind = words.find(Complaint, text)
    return (kind, "") if kind else (Complaint.OTHER, text)


async def _target(call: Call, what: str, reason: str) -> tuple[Target, str]:
    """What is reported, and what is left of the words behind it."""
    number = int(what) if what.isdecimal() and len(what) < 7 else 0
    if 0 < number <= len(call.shown):
        what = call.shown[number - 1]
        if what.isdecimal():
            # A list of posts was shown.
            post = await posts.find(call.act, what)
            return await targets.message(call.act, post.post.event), reason
    if found := await targets.pointed_at(call.act, what):
        return found, reason
    if user := _user(call, what):
        following = read(reason)
        if not following.words:
            raise Refusal(say("In which place? Type `report {person} <place>`.", person=user))
        standing = await call.place(following.words[0].text)
        return await targets.person(call.act, user, standing), following.rest(1)
    if "/" in what and ("#" in what or ":" in what):
        raise not_there()
    standing = await places.find(call.act, what, call.here)
    return Target(standing.place.room), reason


def _user(call: Call, what: str) -> UserId | None:
    """By ID or by pill: of whoever is called so too, nobody is reported by mistake."""
    return user_id(what) or (call.pills[0] if len(call.pills) == 1 else None)


def _receipt(act: Act, received: Received) -> list[Sentence]:
    number, place = received.report.number, received.place.full_name
    if received.again:
        return [say("You have reported this already: it is your report {number}.", number=number)]
    told = [
        say(
            "Thank you. Your report about {place} has number {number}. The staff look at it, and "
            "you hear what comes of it.",
            number=number,
            place=place,
        ),
        say(
            "Nobody in {place} sees that you reported it; of the staff only who opens the report "
            "to judge it. Do you change your mind? `report withdraw {number}`",
            number=number,
            place=place,
        ),
    ]
    match received.heard:
        case Heard.STAFF:
            pass
        case Heard.OPERATORS:
            told.append(
                say(
                    "There is nobody there now who can do something about this, so I have told the "
                    "operators of this Plein."
                )
            )
        case Heard.NOBODY:
            told.append(
                say(
                    "There is nobody there now who can do something about this, and I could not "
                    "reach the operators of this Plein."
                )
            )
            if further := objections.further(act):
                told.append(further)
    return told


def _seen(place: Place) -> Sentence:
    return say(
        "I have taken your line away at once, but others in {place} may have seen it. Nobody sees "
        "it when you type it here: `report <link of the message>`.",
        place=place.full_name,
    )


@when_due(client_reports.REPORTED)
async def by_client(act: Act, due: Due) -> None:
    """Somebody reported something with their client; they hear of it where they have a chat."""
    reporter = UserId(due.subject["reporter"])
    try:
        received = await client_reports.report(act, due.subject)
    except Refusal as refusal:
        await reports.tell(act, reporter, refusal.sentence, "refused")
        return
    if received:
        await reports.tell(act, reporter, paragraphs(*_receipt(act, received)), "receipt")


@TABLE.command("report withdraw", "melding intrekken", unseen=True)
async def withdraw(call: Call, number: Annotated[int, Dutch("nummer")]) -> Reply:
    """Take back something that you reported."""
    left = await reports.withdraw(call.act, number)
    if left is None:
        return Reply(
            say("The staff have decided about your report {number} already.", number=number)
        )
    return Reply(say("Your report {number} is withdrawn.", number=number))


@TABLE.command("reports mine", "mijn meldingen", "meldingen mijn", unseen=True)
async def mine(call: Call, *, page: Annotated[int, Dutch("pagina")] = 1) -> Reply:
    """Show what you have reported, and what came of it."""
    found = await reports.of_actor(call.act)
    if not found:
        return Reply(say("You have reported nothing. How it is done: `help report`."))

    def line(item: tuple[Report, Case, Place | None]) -> Sentence | Text:
        told, case, place = item
        return say(
            "Report {number} · {day} · {place}: {state}",
            number=told.number,
            day=told.reported_at.date(),
            place=place.full_name if place else "–",
            state=CaseState.WITHDRAWN if told.withdrawn else case.state,
        )

    return shown_page(say("What you have reported:"), found, page, line, "reports mine")
