"""Taking away what somebody said: one message, or all of the last hours."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from plein_bot.actions import files, people, places, posts
from plein_bot.actions import sanction_letters as letters
from plein_bot.actions.acts import Act
from plein_bot.actions.cascades import DONE, Each, unseen
from plein_bot.actions.ports import HomeserverError
from plein_bot.domain import sanctions as rules
from plein_bot.domain.effects import Redact
from plein_bot.domain.errors import Refusal
from plein_bot.domain.ids import EventId, RoomId, UserId
from plein_bot.domain.people import Person, Role
from plein_bot.domain.places import Place
from plein_bot.domain.sanctions import Measure, Sanction, SanctionKind
from plein_bot.domain.sentences import Sentence, say
from plein_bot.domain.standing import Standing
from plein_bot.index import places as place_rows
from plein_bot.index import posts as post_rows
from plein_bot.index import sanctions as rows
from plein_bot.index import utterances
from plein_bot.index.utterances import Utterance

REDACT = "redact"
MOST = 5000
"""Messages at a time: more is the work of many minutes, and rarely meant."""

Refused = tuple[HomeserverError, ...]
"""What the homeserver would not take away."""

_KIND = SanctionKind.REDACTION


class NoSuchMessage(Refusal):
    """There is none, it is gone, or this person may not know of it: the same words."""

    def __init__(self) -> None:
        super().__init__(
            say(
                "I find no message there that I can take away. Reply to it in the room, or copy "
                "the link to it and type `redact <link> [reason]` here."
            )
        )


@dataclass(frozen=True, slots=True)
class Found:
    """A message, where the actor stands with its place, and who said it."""

    said: Utterance
    standing: Standing
    author: Person


async def find(act: Act, event: EventId, here: RoomId | None = None) -> Found:
    """A message that the actor may take away; with `here` one that stands in that room."""
    said = await utterances.one(act.index, event)
    if said is None or (here and said.room != here):
        raise NoSuchMessage
    now = (await place_rows.all_going_on_in(act.index, [said.room])).get(said.room, said.room)
    standing = await places.at(act, now)
    if standing is None or not standing.may_see:
        raise NoSuchMessage
    standing.require(Role.MODERATOR)
    author = await people.recognise(act, said.sender)
    if await rows.of_cause(act.index, act.cause, _KIND, standing.place.room):
        return Found(said, standing, author)
    if said.redacted:
        raise NoSuchMessage
    if post := await post_rows.of_event(act.index, event):
        raise Refusal(
            say(
                "That is post {number}. Take it away like this: `post withdraw {number} [reason]`.",
                number=post.number,
            )
        )
    rules.refuse(standing, await places.stand(act, author, standing.place), act.plein)
    return Found(said, standing, author)


async def one(act: Act, found: Found, reason: str) -> Sanction:
    """Take a message away with its edits, and tell its author why."""
    place, author = found.standing.place, found.author
    measure = Measure(_KIND, place.room, reason)
    (imposed,) = await rows.impose(act.index, measure, [author.id], act.actor, act.cause)
    why = imposed.mark
    await act.begin(REDACT, place.room, author.id, event=found.said.event, why=why)
    refused = await take_away(act, [found.said])
    if refused:
        await rows.end(act.index, [imposed.number], act.actor)
        code = refused[0].code
        await act.record(REDACT, place.room, author.id, code, event=found.said.event, why=why)
        raise Refusal(say("The homeserver refuses to take that message away."))
    await act.record(REDACT, place.room, author.id, event=found.said.event, why=why)
    told = say(
        "The staff of {place} took away the message that you sent there on {moment}.",
        place=place.full_name,
        moment=found.said.at,
    )
    await _tell(act, found.standing, imposed, author, told)
    return imposed


async def _tell(
    act: Act, standing: Standing, imposed: Sanction, author: Person, told: Sentence
) -> None:
    place = standing.place
    theirs = await places.stand(act, author, place)
    if await letters.may_be_told(act, theirs):
        await letters.tell(act, imposed, told)
    heard = say(
        "{staff} took away what {name} said in {place} (number {number}).",
        staff=await letters.by_whom(act, act.actor),
        name=author.shown,
        place=place.full_name,
        number=imposed.number,
    )
    await letters.tell_staff(act, place, heard, imposed)


@dataclass(frozen=True, slots=True)
class Range:
    """What somebody said in a place since a moment; of a subsite also in its groups.

    `begun` when this cause was interrupted in taking it away: then `until` is when it began.
    """

    standing: Standing
    person: Person
    groups: tuple[Place, ...]
    since: datetime
    until: datetime
    n: int
    begun: bool = False

    @property
    def rooms(self) -> tuple[RoomId, ...]:
        return (self.standing.place.room, *(group.room for group in self.groups))


async def plan_range(
    act: Act, standing: Standing, person: Person, since: datetime, now: datetime
) -> Range:
    """What would be taken away; raises the Refusal for what may not be."""
    place = standing.place
    begun = [
        imposed
        for imposed in await rows.of_cause(act.index, act.cause, _KIND, place.room)
        if imposed.person == person.id
    ]
    groups: tuple[Place, ...] = ()
    if place.is_subsite:
        seen = await places.visible_groups(act, standing.person, place)
        groups = tuple(one.place for one in seen if one.power >= Role.MODERATOR.power)
    rooms = (place.room, *(group.room for group in groups))
    if begun:
        since, now = begun[0].at - (now - since), begun[0].at
    else:
        rules.refuse(standing, await places.stand(act, person, place), act.plein)
    n = await utterances.count(act.index, rooms, [person.id], since, now)
    if not begun:
        refuse_count(n, person, place)
    return Range(standing, person, groups, since, now, n, bool(begun))


def refuse_count(n: int, person: Person, place: Place) -> None:
    if n == 0:
        raise Refusal(
            say(
                "{name} said nothing in {place} in that time that still stands.",
                name=person.shown,
                place=place.full_name,
            )
        )
    refuse_too_many(n)


def refuse_too_many(n: int) -> None:
    if n > MOST:
        raise Refusal(
            say(
                "Those are {n} messages, and I take away {most} at a time at most. "
                "Name a shorter time: `--since 1h`.",
                n=n,
                most=MOST,
            )
        )


async def range_of(
    act: Act, planned: Range, reason: str, each: Each = unseen
) -> tuple[Sanction, Refused]:
    """Take it all away; returns also what the homeserver refused."""
    place, person = planned.standing.place, planned.person
    measure = Measure(_KIND, place.room, reason)
    (imposed,) = await rows.impose(act.index, measure, [person.id], act.actor, act.cause)
    why = imposed.mark
    await act.begin(REDACT, place.room, person.id, why=why)
    # What was said between the preview and the yes goes too.
    refused = await purge(act, planned.rooms, [person.id], planned.since, imposed.at, each)
    outcome = refused[0].code if refused else DONE
    await act.record(REDACT, place.room, person.id, outcome, why=why)
    told = say(
        "The staff of {place} took away what you said there since {moment}.",
        place=place.full_name,
        moment=planned.since,
    )
    await _tell(act, planned.standing, imposed, person, told)
    return imposed, refused


async def purge(
    act: Act,
    rooms: Collection[RoomId],
    whom: Collection[UserId],
    since: datetime,
    until: datetime,
    each: Each = unseen,
) -> Refused:
    """Take away what these people said in these rooms."""
    found = await utterances.said(act.index, rooms, whom, since, until)
    return await _take_away(act, found, each)


async def take_away(act: Act, said: Iterable[Utterance]) -> Refused:
    """Take away messages and their edits."""
    chosen = tuple(said)
    edits = await utterances.edits(act.index, [one.event for one in chosen])
    return await _take_away(act, (*chosen, *edits))


async def _take_away(act: Act, found: Collection[Utterance], each: Each = unseen) -> Refused:
    """The caller does not hold the subsite's lock: it may take long."""
    standing = [one for one in found if not one.redacted]
    moves = [Redact(one.room, one.event) for one in standing]
    refused = await act.try_together(moves, each)
    with_traces = await utterances.with_traces(act.index, [one.event for one in found])
    for one in found:
        if one.event in with_traces:
            await _clear(act, one)
    return tuple(error for _, error in refused)


async def _clear(act: Act, one: Utterance) -> None:
    """What Plein made of it elsewhere goes too: the card of a post, copies of a file."""
    await files.taken_away(act, one.event)
    place = await place_rows.of_room(act.index, one.room)
    async with act.locks.alone_in(place.root.room if place else one.room):
        await posts.clear(act, one.room, one.event)
