"""Commands about polls, and what happens when one is closed in a client."""

from typing import Annotated

from plein_bot.actions import places, polls
from plein_bot.actions.acts import Acts
from plein_bot.actions.polls import Found, NoSuchPoll
from plein_bot.commands import reading
from plein_bot.commands.calls import Call
from plein_bot.commands.pages import shown_page
from plein_bot.commands.replies import Audience, Reply
from plein_bot.commands.table import TABLE, Dutch
from plein_bot.domain.errors import Refusal
from plein_bot.domain.events import PollEnded
from plein_bot.domain.ids import EventId
from plein_bot.domain.sentences import NOTHING, Sentence, Text, brief, lines, paragraphs, say


@TABLE.command("poll show", "peiling toon", "peiling", "poll", answer=Audience.HERE)
async def show(call: Call, poll: Annotated[str, Dutch("peiling")] = "") -> Reply:
    """Show how a poll stands: the one you reply to, or the last one here."""
    found = await _meant(call, poll)
    return Reply(_described(found))


@TABLE.command("poll close", "peiling sluiten", "peiling sluit", answer=Audience.HERE)
async def close(call: Call, poll: Annotated[str, Dutch("peiling")] = "") -> Reply:
    """Close a poll of yours, or any as staff: the one you reply to, or the only open one here."""
    found = await _meant(call, poll, only_one=True)
    await polls.close(call.act, found)
    return Reply(say("The poll “{question}” is closed.", question=brief(found.poll.question.text)))


@TABLE.command("poll list", "peilingen", "polls", "peiling lijst")
async def listing(
    call: Call,
    place: Annotated[str, Dutch("plek")] = ".",
    *,
    page: Annotated[int, Dutch("pagina")] = 1,
) -> Reply:
    """Show the polls of a place, first those that are open."""
    standing = await call.place(place)
    found = await polls.of_place(call.act, standing)
    name = standing.place.full_name
    if not found:
        if standing.place.settings.encrypted:
            return Reply(say("{place} is encrypted, so I cannot read polls there.", place=name))
        return Reply(say("There are no polls in {place} that you can read.", place=name))
    return shown_page(
        say("Polls in {place}:", place=name),
        found,
        page,
        _line,
        f"poll list {standing.place.path}",
        value=lambda one: one.poll.event,
        each="poll show",
    )


async def ended(acts: Acts, end: PollEnded) -> None:
    """Somebody closed a poll, in a client or through Plein."""
    await polls.tell_result(acts.by(end.sender, end.event), end.poll, end.event)


async def _meant(call: Call, named: str, *, only_one: bool = False) -> Found:
    """The poll that is replied to or named; else the newest of this place, or the only open one.

    In a room only one of that very room: everybody there reads the answer.
    """
    here = await places.at(call.act, call.here)
    if here is not None:
        if named:
            raise Refusal(
                say("Here I show polls of this place only. Ask about others in our direct chat.")
            )
        if call.reply_to:
            found = await polls.find(call.act, call.reply_to)
            if found.poll.room != call.here:
                raise NoSuchPoll
            return found
        return _one_of(await polls.in_room(call.act, call.here), only_one=only_one)
    number = reading.number(named) or 0
    event = call.shown[number - 1] if 0 < number <= len(call.shown) else named
    if event.startswith("$"):
        return await polls.find(call.act, EventId(event))
    standing = await call.place(named)
    return _one_of(await polls.of_place(call.act, standing), only_one=only_one)


def _one_of(found: tuple[Found, ...], *, only_one: bool) -> Found:
    if not found:
        raise NoSuchPoll
    if only_one and len([one for one in found if not one.poll.is_closed]) > 1:
        raise Refusal(
            say("Several polls are open. Close one as a reply to it: `!plein poll close`.")
        )
    return found[0]


def _described(found: Found) -> Text:
    poll, tally = found.poll, found.tally
    told: list[Sentence | Text] = [
        say("**{question}**", question=poll.question.text),
        say("By {author}, {moment}", author=found.author.shown, moment=poll.started_at),
    ]
    if poll.may_be_told:
        told.append(lines(*polls.votes(poll, tally)))
    else:
        told.append(lines(*(say("{answer}", answer=one.text) for one in poll.question.answers)))
        told.append(say("How the votes stand is told when the poll is closed."))
    told.append(polls.turnout(poll, tally))
    if poll.ended_at:
        told.append(say("Closed on {moment}.", moment=poll.ended_at))
    return paragraphs(*told)


def _line(found: Found) -> Sentence:
    poll = found.poll
    where = say(" · {place}", place=found.place.name) if found.place else NOTHING
    return say(
        "**{question}**{place} · {state} · {turnout}",
        question=brief(poll.question.text),
        place=where,
        state=say("closed on {moment}", moment=poll.ended_at) if poll.ended_at else say("open"),
        turnout=polls.turnout(poll, found.tally),
    )
