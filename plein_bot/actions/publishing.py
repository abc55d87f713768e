"""Posts that Plein sends for their authors: from drafts, at once or at their moment."""

from dataclasses import replace
from datetime import UTC, datetime

from plein_bot.actions import cards, chats, consultations, documents, people, places, posts
from plein_bot.actions.acts import Act
from plein_bot.domain import links
from plein_bot.domain import posts as rules
from plein_bot.domain.consultations import Consultation, refuse_moving
from plein_bot.domain.drafts import EXPIRE, PUBLISH, Draft, refuse_unfinished
from plein_bot.domain.effects import Redact, Say
from plein_bot.domain.errors import Refusal
from plein_bot.domain.ids import EventId, RoomId
from plein_bot.domain.media import Media
from plein_bot.domain.places import Visibility
from plein_bot.domain.posts import Post
from plein_bot.domain.sentences import Link, Sentence, paragraphs, say
from plein_bot.domain.standing import Standing
from plein_bot.domain.timers import Timer
from plein_bot.index import drafts, post_events, post_numbers, timers
from plein_bot.index import places as place_rows
from plein_bot.index import posts as rows
from plein_bot.index.post_numbers import Given


async def places_to_post(act: Act) -> tuple[Standing, ...]:
    """The groups where the actor may start a post, by subsite and name."""
    found: list[Standing] = []
    for subsite in await places.visible_subsites(act):
        for group in await places.visible_groups(act, subsite.person, subsite.place):
            try:
                rules.refuse_posting(group)
            except Refusal:
                continue
            found.append(group)
    return tuple(found)


async def plan(act: Act, draft: Draft, standing: Standing, at: datetime) -> None:
    """Let a draft be sent at its moment."""
    refuse_unfinished(draft)
    rules.refuse_posting(standing)
    room = standing.place.room
    await drafts.change(act.index, replace(draft, place=room, publish_at=at), act.cause)
    subject = {"draft": draft.number}
    await timers.set(act.index, Timer(draft.timer, PUBLISH, room, at, act.cause, subject))
    await act.record("post.plan", room)


async def publish(act: Act, draft: Draft, standing: Standing) -> Post:
    """Send a draft now, with its author named. Once per draft, whatever breaks off in between."""
    refuse_unfinished(draft)
    rules.refuse_posting(standing)
    place = standing.place
    slug = rules.slug_for(rules.clean_title(draft.title))
    draft = await documents.settled(act, draft)
    given = await post_numbers.give(act.index, draft.key, place.room, draft.person, slug)
    sent = await send(act, _post_of(draft, given, place.room), draft.key)
    await post_numbers.said(act.index, sent.number, sent.event, sent.room)
    if draft.until:
        await end_at(act, sent, draft.until)
    if draft.closes_at:
        await consultations.begin(act, sent, draft.closes_at)
    await timers.cancel(act.index, draft.timer)
    await act.record("post.create", place.room, draft.person, event=sent.event)
    await drafts.end(act.index, draft.number, act.cause)
    return sent


async def of_file(
    act: Act, standing: Standing, event: EventId, media: Media, title: str
) -> tuple[Post, int]:
    """Make a post of a file that stands in its place; how many of its pictures are left out.

    Its card, which is the answer to the command, is yet to be said; then `finish` it.
    """
    if await drafts.ended_by(act.index, act.cause) and (
        post := await rows.of_event(act.index, event)
    ):
        return post, 0
    rules.refuse_posting(standing)
    draft, dropped = await documents.drafted(act, media, title)
    draft = await documents.settled(act, draft)
    room = standing.place.room
    given = await post_numbers.give(
        act.index, event, room, act.actor, rules.slug_for(draft.title), event
    )
    post = _post_of(draft, given, room, event)
    await posts.keep(act, room, event, post.text, version=1)
    return post, dropped


def _post_of(draft: Draft, given: Given, room: RoomId, event: EventId | None = None) -> Post:
    """What a draft becomes; without an `event` until it is sent."""
    return Post(
        number=given.number,
        event=event or EventId(""),
        card=EventId(""),
        room=room,
        slug=given.slug,
        author=given.author,
        title=rules.clean_title(draft.title),
        text=draft.text,
        tags=rules.tags_in(draft.text),
        posted_at=datetime.now(UTC),
        kept=True,
        consultation=Consultation(draft.closes_at) if draft.closes_at else None,
    )


async def finish(act: Act, post: Post) -> None:
    """The card of a file that became a post stands: its draft is of no more use."""
    await posts.known(act, post.event, post.text)
    if draft := await drafts.begun_by(act.index, act.cause):
        await act.record("post.create", post.room, event=post.event)
        await drafts.end(act.index, draft.number, act.cause)


async def end_at(act: Act, post: Post, until: datetime) -> None:
    """Let a post be withdrawn at a moment."""
    name, subject = f"{EXPIRE}:{post.number}", {"post": post.number}
    await timers.set(act.index, Timer(name, EXPIRE, post.room, until, act.cause, subject))


async def sent_before(act: Act) -> tuple[Draft, Post] | None:
    """The draft that this cause sent before it was interrupted, and the post that it became."""
    draft = await drafts.ended_by(act.index, act.cause)
    if draft is None:
        return None
    given = await post_numbers.of_key(act.index, draft.key)
    number = given.number if given else draft.replaces
    post = await rows.numbered(act.index, number) if number else None
    return (draft, post) if post else None


async def discard(act: Act, draft: Draft) -> None:
    await timers.cancel(act.index, draft.timer)
    await drafts.end(act.index, draft.number, act.cause)


async def send(act: Act, post: Post, key: str) -> Post:
    """Say a post in its room, and keep its text in notes about it.

    `key` and not the cause makes it the same message when it is sent again.
    """
    card = await cards.card_of(act, post)
    event = await act.homeserver.say(card.said(act, post, "post"), key)
    sent = replace(post, event=event, card=event)
    await posts.keep(act, sent.room, event, sent.text, version=1)
    await posts.known(act, event, sent.text)
    if not card.is_whole:
        await cards.attach(act, sent, key)
    return sent


async def replace_text(act: Act, draft: Draft, standing: Standing) -> Post:
    """Put a draft in the place of the post that it is the next version of."""
    refuse_unfinished(draft)
    draft = await documents.settled(act, draft)
    found = await posts.find(act, str(draft.replaces))
    rules.refuse_changing(found.post, standing)
    versions = await post_events.revisions(act.index, found.post)
    after = replace(
        found.post,
        title=rules.clean_title(draft.title),
        text=draft.text,
        tags=rules.tags_in(draft.text),
    )
    if found.post.text != draft.text or found.post.title != after.title:
        card = await cards.card_of(act, after)
        await act.homeserver.say(card.said(act, after, "again", edits=after.card), act.cause)
        await posts.keep(act, after.room, after.event, after.text, version=len(versions) + 1)
        await posts.known(act, after.event, after.text)
        if card.is_whole:
            await cards.detach(act, after)
        else:
            await cards.attach(act, after, act.cause)
    await act.record("post.edit", after.room, after.author, event=after.event)
    await drafts.end(act.index, draft.number, act.cause)
    return after


async def due(act: Act, number: int) -> None:
    """The moment of a planned draft has come; its author hears what became of it."""
    draft = await drafts.numbered(act.index, number)
    if draft is None:
        if done := await sent_before(act):
            ended, post = done
            await _tell_sent(replace(act, actor=ended.person), post)
        return
    mine = replace(act, actor=draft.person)
    place = await place_rows.of_room(act.index, draft.place) if draft.place else None
    try:
        if place is None:
            raise Refusal(say("The place where it was to stand is no longer there."))
        person = await people.recognise(mine, draft.person)
        async with act.locks.alone_in(place.root.room):
            post = await publish(mine, draft, await places.stand(mine, person, place))
    except Refusal as refusal:
        told = paragraphs(
            say("Your draft “{title}” could not be posted:", title=draft.title),
            refusal.sentence,
        )
        await drafts.change(act.index, replace(draft, publish_at=None), act.cause)
        await chats.tell(mine, draft.person, told, "planned")
    else:
        await _tell_sent(mine, post)


async def _tell_sent(act: Act, post: Post) -> None:
    place = await place_rows.of_room(act.index, post.room)
    told = say(
        "Your post “{title}” stands in {place}: {link}",
        title=post.title,
        place=place.full_name if place else post.room,
        link=link_to(post, act.plein.server),
    )
    await chats.tell(act, post.author, told, "planned")


async def move(act: Act, named: str, target: Standing) -> Post:
    """Bring a post to another place, with a pointer where it stood; what was said about it stays.

    The draft of the move holds the text, so that it is nowhere lost in between.
    """
    if done := await sent_before(act):
        return done[1]
    draft = await drafts.begun_by(act.index, act.cause)
    if draft is None:
        found = await posts.find(act, named)
        rules.refuse_changing(found.post, found.standing)
        refuse_moving(found.post.consultation, found.post.number)
        rules.refuse_posting(target)
        if found.post.room == target.place.room:
            raise Refusal(say("That post stands there already."))
        draft = await drafts.begin(
            act.index,
            found.post.author,
            found.post.title,
            found.post.text,
            act.cause,
            found.post.number,
        )
    given = await post_numbers.find(act.index, draft.replaces or 0)
    assert given, "what can be found has a number"
    assert given.event, "and was said"
    room = target.place.room
    moved = await send(act, _post_of(draft, given, room), draft.key)
    if given.room != room:
        await act.perform([Redact(given.room, given.event)])
        await posts.clear(act, given.room, given.event)
        await act.homeserver.say(
            Say(given.room, _pointer(moved, target), "moved", act.plein.language), act.cause
        )
    await post_numbers.said(act.index, moved.number, moved.event, moved.room)
    await act.record("post.move", room, given.author, event=moved.event)
    await drafts.end(act.index, draft.number, act.cause)
    return moved


def _pointer(post: Post, target: Standing) -> Sentence:
    """Who reads the old place may know nothing of the new one."""
    if target.place.settings.visibility in (Visibility.PUBLIC, Visibility.LISTED):
        return say(
            "Post {number} has moved to {place}: `post show {number}`.",
            number=post.number,
            place=target.place.full_name,
        )
    return say("Post {number} has moved: `post show {number}`.", number=post.number)


async def expire(act: Act, number: int) -> None:
    """The moment until which a post was to stand has come."""
    given = await post_numbers.find(act.index, number)
    if given is None or given.event is None:
        return
    await act.perform([Redact(given.room, given.event)])
    await posts.clear(act, given.room, given.event)
    await act.record("post.expire", given.room, given.author, event=given.event)
    told = say("The time of your post {number} is over; it is withdrawn.", number=number)
    await chats.tell(replace(act, actor=given.author), given.author, told, "expired")


def link_to(post: Post, server: str) -> Link:
    return links.to_event(post.title, post.room, post.event, server)
