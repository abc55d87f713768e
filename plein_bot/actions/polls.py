"""Polls: found, counted, closed, and told of when they are over."""

import asyncio
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from plein_bot.actions import people, places, reading
from plein_bot.actions.acts import Act
from plein_bot.domain import polls as rules
from plein_bot.domain.effects import EndPoll, Note, Say, SendImage
from plein_bot.domain.errors import Refusal
from plein_bot.domain.events import Membership
from plein_bot.domain.ids import EventId, RoomId
from plein_bot.domain.people import Person
from plein_bot.domain.places import Place
from plein_bot.domain.polls import Poll, Tally
from plein_bot.domain.posts import Post
from plein_bot.domain.power import roles_in
from plein_bot.domain.sentences import Sentence, Text, count, lines, paragraphs, say
from plein_bot.domain.standing import Standing
from plein_bot.drawing.charts import Bar, Picture, bar_chart
from plein_bot.index import members, rooms, showing
from plein_bot.index import places as place_rows
from plein_bot.index import polls as rows


class NoSuchPoll(Refusal):
    """There is none, or this person may not read it: the same words."""

    def __init__(self) -> None:
        super().__init__(
            say(
                "I find no poll there. Reply to a poll, or type `poll list` to see which there are."
            )
        )


@dataclass(frozen=True, slots=True)
class Found:
    """A poll that the actor may read, and their power where it stands.

    `place` is None in a staff room, which is none.
    """

    poll: Poll
    tally: Tally
    author: Person
    power: int
    place: Place | None


async def find(act: Act, event: EventId) -> Found:
    """The poll that this event is, or tells the result of."""
    poll = await rows.of_event(act.index, event)
    found = await _readable(act, [poll] if poll else [])
    if not found:
        raise NoSuchPoll
    return found[0]


async def in_room(act: Act, room: RoomId) -> tuple[Found, ...]:
    """Those of a room that the actor may read, first the open ones; of each the newest first."""
    return await _readable(act, await rows.in_rooms(act.index, [room]))


async def of_place(act: Act, standing: Standing) -> tuple[Found, ...]:
    """The polls of a place; of a subsite those of its groups."""
    place = standing.place
    inside: tuple[Standing, ...] = (standing,)
    if place.is_subsite:
        inside = await places.visible_groups(act, standing.person, place)
    here = {one.place.room for one in inside}
    here |= await place_rows.earlier_rooms(act.index, here)
    found = await rows.in_rooms(act.index, here)
    return await _readable(act, found)


async def of_post(act: Act, post: Post) -> tuple[Found, ...]:
    """Those in the thread of a post, in the order in which they were asked."""
    return await _readable(act, await showing.polls_of(act.index, post))


async def _readable(act: Act, polls: Iterable[Poll]) -> tuple[Found, ...]:
    """Those of which the actor may read the question and every vote that counts."""
    known = tuple(polls)
    if not known:
        return ()
    given = await rows.votes(act.index, known)
    standings = await reading.standings(act, {poll.room for poll in known})
    spoken = {
        poll.event: {poll.event, poll.latest, *(vote.event for vote in given[poll.event])}
        for poll in known
    }
    everything = [(poll.room, event) for poll in known for event in spoken[poll.event]]
    may = await reading.readable(act, everything, standings)
    staff_rooms = {poll.room for poll in known} - standings.keys()
    powers = {room: one.power for room, one in standings.items()}
    powers |= await _powers_where_in(act, staff_rooms)
    seen = [
        poll
        for poll in known
        if may.issuperset(spoken[poll.event]) or (poll.room in staff_rooms and poll.room in powers)
    ]
    authors = await people.recognise_all(act, {poll.author for poll in seen})
    return tuple(
        Found(
            poll,
            rules.tally(poll.question, given[poll.event]),
            authors[poll.author],
            powers[poll.room],
            standings[poll.room].place if poll.room in standings else None,
        )
        for poll in seen
    )


async def _powers_where_in(act: Act, staff_rooms: Collection[RoomId]) -> dict[RoomId, int]:
    """The actor's power in each staff room that they are in; such a room is no place."""
    mine = await members.memberships(act.index, act.actor, staff_rooms)
    levels = await rooms.power_levels(act.index, staff_rooms)
    return {
        room: roles_in(levels.get(room)).get(act.actor, 0)
        for room, membership in mine.items()
        if membership is Membership.JOIN
    }


async def close(act: Act, found: Found) -> None:
    """Close a poll in the bot's name. It is heard like any other end, and so the result is told."""
    poll = found.poll
    if not await act.has_begun("poll.close", poll.room):
        rules.refuse_closing(poll, act.actor, found.power)
    await act.begin("poll.close", poll.room)
    words = say("The poll is closed.")
    await act.perform([EndPoll(poll.room, poll.event, words, act.plein.language, poll.stable)])
    await act.record("poll.close", poll.room, event=poll.event)


async def tell_result(act: Act, event: EventId, end: EventId) -> None:
    """Say in the room how a poll went, once: for the end that counts, whoever sends another."""
    poll = await rows.of_event(act.index, event)
    if poll is None:
        return
    if not await act.has_begun("poll.result", poll.room) and (poll.end != end or poll.result):
        return
    await act.begin("poll.result", poll.room)
    given = await rows.votes(act.index, [poll])
    tally = rules.tally(poll.question, given[poll.event])
    thread = {"rel_type": "m.thread", "event_id": poll.thread, "is_falling_back": False}
    content = {"m.relates_to": thread} if poll.thread else {}
    language = act.plein.language
    told = await act.homeserver.say(
        Say(poll.room, _result(poll, tally), "result", language, poll.event, content=content),
        act.cause,
    )
    if tally.voters:
        picture = await asyncio.to_thread(_chart, poll, tally)
        image = SendImage(
            poll.room,
            picture.data,
            "image/png",
            "poll.png",
            picture.width,
            picture.height,
            say("Bar chart. {votes}", votes=Text(votes(poll, tally), between=". ")),
            "result",
            language,
            reply_to=poll.event,
            content=content,
        )
        await act.perform([image])
    await act.perform([Note(poll.room, poll.event, {"end": end, "result": told})])
    await act.record("poll.result", poll.room, event=poll.event)


def _result(poll: Poll, tally: Tally) -> Text:
    return paragraphs(
        say("This poll is closed: **{question}**", question=poll.question.text),
        lines(*votes(poll, tally)),
        turnout(poll, tally),
    )


def votes(poll: Poll, tally: Tally) -> tuple[Sentence, ...]:
    """A line for each answer. To be asked only where `poll.may_be_told`."""
    return tuple(
        count(
            number,
            "{answer}: one vote ({percentage}%)",
            "{answer}: {n} votes ({percentage}%)",
            answer=answer.text,
            percentage=tally.percentage(number),
        )
        for answer, number in zip(poll.question.answers, tally.counts, strict=True)
    )


def turnout(poll: Poll, tally: Tally) -> Sentence | Text:
    if not tally.voters:
        return say("Nobody has voted.")
    voted = count(tally.voters, "One person has voted.", "{n} people have voted.")
    if poll.question.most == 1:
        return voted
    several = say("Everybody can choose up to {most} answers.", most=poll.question.most)
    return Text((voted, several), between=" ")


def _chart(poll: Poll, tally: Tally) -> Picture:
    bars = [
        Bar(answer.text, number, f"{number} ({tally.percentage(number)} %)")
        for answer, number in zip(poll.question.answers, tally.counts, strict=True)
    ]
    return bar_chart(poll.question.text, bars, tally.voters)
