"""Posts: written, found, changed and taken away."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from urllib.parse import unquote

from plein_bot.actions import cards, chats, people, places, reading
from plein_bot.actions.acts import Act
from plein_bot.domain import posts as rules
from plein_bot.domain.consultations import refuse_reopening
from plein_bot.domain.effects import Note, Redact
from plein_bot.domain.errors import Refusal
from plein_bot.domain.ids import EventId, RoomId
from plein_bot.domain.media import Media, media_in
from plein_bot.domain.people import Person
from plein_bot.domain.posts import Post, Said
from plein_bot.domain.sentences import say
from plein_bot.domain.standing import Standing
from plein_bot.index import drafts, post_events, post_numbers, zips
from plein_bot.index import places as place_rows
from plein_bot.index import posts as rows
from plein_bot.index.post_numbers import Given


class NoSuchPost(Refusal):
    """There is none, it was withdrawn, or this person may not read it: the same words."""

    def __init__(self, named: str) -> None:
        super().__init__(
            say(
                "I know no post “{post}”. The posts of a place: `posts <place>`.",
                post=named[:80],
            )
        )


@dataclass(frozen=True, slots=True)
class Found:
    """A post, where the reader stands with its place, and who wrote it."""

    post: Post
    standing: Standing
    author: Person


async def own_message(act: Act, standing: Standing, event: EventId) -> str:
    """The text of a message of the actor's that may become a post."""
    if already := await rows.of_event(act.index, event):
        raise Refusal(say("That is post {number} already.", number=already.number))
    found = await post_events.written(act.index, standing.place.room, event)
    if found is None:
        raise Refusal(say("I find no message there that can be a post. Reply to a text of yours."))
    author, content = found
    if author != act.actor:
        raise Refusal(
            say("That is somebody else’s message. Only who wrote it can make a post of it.")
        )
    body = content.get("body")
    if content.get("msgtype") != "m.text" or not isinstance(body, str) or not body.strip():
        raise Refusal(say("I find no message there that can be a post. Reply to a text of yours."))
    return body


async def own_file(act: Act, standing: Standing, event: EventId) -> Media | None:
    """The file of the actor's that a message is, and that may become a post."""
    found = await post_events.written(act.index, standing.place.room, event)
    media = media_in(found[1]) if found else None
    if found is None or media is None:
        return None
    if found[0] != act.actor:
        raise Refusal(
            say("That is somebody else’s message. Only who wrote it can make a post of it.")
        )
    # The same command, interrupted before, goes on.
    mine = await drafts.begun_by(act.index, act.cause) or await drafts.ended_by(
        act.index, act.cause
    )
    if not mine and (already := await rows.of_event(act.index, event)):
        raise Refusal(say("That is post {number} already.", number=already.number))
    return media


async def start(
    act: Act, standing: Standing, event: EventId, title: str, text: str, *, typed: bool
) -> Post:
    """Make a post of a message that stands. It has a number; its card is yet to be said.

    The card is the answer to the command, so whoever asks for the post says it.
    """
    rules.refuse_posting(standing)
    title = rules.clean_title(title)
    if not rules.summary_of(text):
        raise Refusal(
            say("This post has no text. Write the text under the title, in the same message.")
        )
    given = await post_numbers.give(
        act.index,
        event,
        standing.place.room,
        act.actor,
        rules.slug_for(title),
        event,
    )
    await act.record("post.create", standing.place.room, event=event)
    return Post(
        number=given.number,
        event=event,
        card=event,
        room=standing.place.room,
        slug=given.slug,
        author=act.actor,
        title=title,
        text=text,
        tags=rules.tags_in(text),
        posted_at=datetime.now(UTC),
        typed=typed,
    )


async def revised(act: Act, post: Post, title: str | None) -> bool:
    """The author edited a post: its card follows. Whether there was anything to change."""
    if post.kept:
        return False  # What they edited is the name of a file.
    written = await post_events.written(act.index, post.room, post.event)
    if written is None or written[0] != act.actor:
        return False
    body = str(written[1].get("body", ""))
    text = rules.text_under(body) if post.typed else body
    after = replace(
        post,
        title=rules.clean_title(title) if title else post.title,
        tags=rules.tags_in(text),
    )
    if (after.title, set(after.tags)) == (post.title, set(post.tags)):
        return False
    await say_card_again(act, after)
    return True


async def retitled(act: Act, found: Found, title: str) -> Post:
    """Its author, or staff, give a post another title; what it is called by stays."""
    rules.refuse_changing(found.post, found.standing)
    after = replace(found.post, title=rules.clean_title(title))
    if after != found.post:
        await say_card_again(act, after)
    await act.record("post.title", after.room, event=after.event)
    return after


async def keep(act: Act, room: RoomId, event: EventId, text: str, version: int) -> None:
    """Put a version of a text in the room, in notes about the post."""
    for part in rules.parts_of(text, version):
        await act.homeserver.perform(Note(room, event, part), act.cause)


async def known(act: Act, event: EventId, text: str) -> None:
    """Wait until Plein knows a post with this text."""

    async def told() -> bool:
        post = await rows.of_event(act.index, event)
        return post is not None and post.text == text

    await act.told_back(told)


async def say_card_again(act: Act, post: Post) -> None:
    """The card says what a post has become."""
    card = await cards.card_of(act, post)
    await act.homeserver.say(card.said(act, post, "card", edits=post.card), act.cause)

    async def told() -> bool:
        now = await rows.of_event(act.index, post.event)
        return now is None or (now.title == post.title and set(now.tags) == set(post.tags))

    await act.told_back(told)


async def find(act: Act, named: str) -> Found:
    """A post by its number or its event, for somebody who may read it."""
    number = _number_in(named)
    post = (
        await rows.numbered(act.index, number)
        if number is not None
        else await rows.of_event(act.index, _event_in(named.strip()))
    )
    if post is None:
        raise NoSuchPost(named)
    found = await readable(act, [post])
    if not found:
        raise NoSuchPost(named)
    return found[0]


def _number_in(named: str) -> int | None:
    text = named.strip().removeprefix("#")
    return int(text) if text.isdecimal() and len(text) < 10 else None


def _event_in(text: str) -> EventId:
    """The event of a matrix.to link or a matrix: address, else the text itself."""
    last = unquote(text.partition("?")[0].rpartition("/")[2])
    return EventId(f"${last}" if "/e/" in text else last)


async def listed(act: Act, standing: Standing, what: rows.Wanted) -> tuple[Found, ...]:
    """The posts of a place that the actor may read; of a subsite those of its groups."""
    rooms = await rooms_of(act, standing)
    return await readable(act, await rows.wanted(act.index, replace(what, rooms=rooms)))


async def rooms_of(act: Act, standing: Standing) -> frozenset[RoomId]:
    """The rooms where the posts of a place stand, and stood before it went on in another."""
    place = standing.place
    inside: tuple[Standing, ...] = (standing,)
    if place.is_subsite:
        inside = await places.visible_groups(act, standing.person, place)
    now = frozenset(one.place.room for one in inside)
    return now | await place_rows.earlier_rooms(act.index, now)


async def readable(act: Act, posts: Iterable[Post]) -> tuple[Found, ...]:
    """Those that the actor may read, in their order; an outcome that they may not is left out."""
    found = tuple(posts)
    if not found:
        return ()
    standings = await reading.standings(act, {post.room for post in found})
    spoken = {(post.room, event) for post in found for event in _events_of(post)}
    may = await reading.readable(act, spoken, standings)
    known = await people.recognise_all(act, {post.author for post in found})
    return tuple(
        Found(_as_readable(post, may), standings[post.room], known[post.author])
        for post in found
        if {post.event, post.latest} <= may
    )


def _events_of(post: Post) -> tuple[EventId, ...]:
    outcome = post.consultation and post.consultation.outcome
    return (post.event, post.latest, *((outcome.event,) if outcome else ()))


def _as_readable(post: Post, may: frozenset[EventId]) -> Post:
    consultation = post.consultation
    if consultation and consultation.outcome and consultation.outcome.event not in may:
        return replace(post, consultation=replace(consultation, outcome=None))
    return post


async def revisions(act: Act, found: Found) -> tuple[Said, ...]:
    return await _visible(act, found, await post_events.revisions(act.index, found.post))


async def comments(act: Act, found: Found) -> tuple[tuple[Said, Person], ...]:
    said = await post_events.comments(act.index, found.post.room, found.post.event)
    visible = await _visible(act, found, said)
    known = await people.recognise_all(act, {one.author for one in visible})
    return tuple((one, known[one.author]) for one in visible)


async def _visible(act: Act, found: Found, said: tuple[Said, ...]) -> tuple[Said, ...]:
    room = found.post.room
    spoken = {(room, event) for one in said for event in (one.event, one.latest)}
    may = await reading.readable(act, spoken, {room: found.standing})
    return tuple(one for one in said if {one.event, one.latest} <= may)


async def feature(act: Act, found: Found, *, featured: bool) -> None:
    rules.refuse_without_staff(found.standing)
    await _note(act, found.post, "post.feature", {"featured": featured})


async def close(act: Act, found: Found, *, closed: bool) -> None:
    """Close or open the comments of a post."""
    rules.refuse_changing(found.post, found.standing)
    if not closed:
        refuse_reopening(found.post.consultation, found.post.number)
    await _note(act, found.post, "post.close", {"closed": closed})


async def _note(act: Act, post: Post, action: str, content: dict[str, bool]) -> None:
    await act.perform([Note(post.room, post.event, content)])

    async def told() -> bool:
        now = await rows.of_event(act.index, post.event)
        return now is None or all(getattr(now, key) is value for key, value in content.items())

    await act.told_back(told)
    await act.record(action, post.room, event=post.event)


async def withdraw(act: Act, named: str, reason: str, *, comments_too: bool) -> int:
    """Take a post away, with all that Plein said of it; returns its number.

    The reason goes to its author.
    """
    given, event = await _to_withdraw(act, named)
    await act.begin("post.withdraw", given.room, given.author)
    said = await post_events.comments(act.index, given.room, event) if comments_too else ()
    await act.perform_together(
        Redact(given.room, one) for one in (event, *(comment.event for comment in said))
    )
    await clear(act, given.room, event)
    await act.record("post.withdraw", given.room, given.author, event=event)
    if given.author != act.actor:
        await _tell_author(act, given, reason)
    return given.number


async def room_to_withdraw(act: Act, named: str) -> RoomId:
    """The subsite of a post that the actor may take away; raises the Refusal early."""
    given, _ = await _to_withdraw(act, named)
    place = await place_rows.of_room(act.index, given.room)
    return place.root.room if place else given.room


async def _to_withdraw(act: Act, named: str) -> tuple[Given, EventId]:
    try:
        found = await find(act, named)
    except NoSuchPost:
        # Interrupted in the middle of it, the post itself may be gone already.
        number = _number_in(named)
        given = await post_numbers.find(act.index, number) if number else None
        if given is None or given.event is None:
            raise
        begun = await act.has_begun("post.withdraw", given.room, given.author)
        # Who deleted a post in a client may want the comments gone as well.
        if not begun and given.author != act.actor:
            raise
        return given, given.event
    rules.refuse_changing(found.post, found.standing, withdrawing=True)
    post = found.post
    return Given(post.number, post.event, post.room, post.slug, post.author), post.event


async def taken_away(act: Act, room: RoomId, event: EventId) -> Given | None:
    """Somebody deleted a message in a client; where it was a post, what Plein said of it goes.

    Returns what it was, and tells its author where that was somebody else.
    """
    given = await post_numbers.of_event(act.index, event)
    if given is None or given.room != room:
        return None
    await clear(act, room, event)
    await act.record("post.withdraw", room, given.author, event=event)
    if given.author != act.actor:
        await _tell_author(act, given, "")
    return given


async def clear(act: Act, room: RoomId, event: EventId) -> None:
    """Take away what Plein said of a post that is gone, whoever took it away."""
    given = await post_numbers.of_event(act.index, event)
    if given is None or given.room != room:
        return
    about = await post_events.traces(act.index, given.room, event)
    await act.perform_together(Redact(given.room, one) for one in about)
    if exported := await zips.holding(act.index, event):
        await act.try_together(Redact(chat, copy) for chat, copy in exported)
        await zips.taken_away(act.index, event)

    async def gone() -> bool:
        return await rows.of_event(act.index, event) is None

    await act.told_back(gone)


async def _tell_author(act: Act, given: Given, reason: str) -> None:
    place = await place_rows.of_room(act.index, given.room)
    where = place.full_name if place else given.room
    told = (
        say(
            "The staff of {place} withdrew your post {number}: “{reason}”",
            place=where,
            number=given.number,
            reason=reason,
        )
        if reason
        else say(
            "The staff of {place} withdrew your post {number}.", place=where, number=given.number
        )
    )
    await chats.tell(act, given.author, told, "withdrawn")
