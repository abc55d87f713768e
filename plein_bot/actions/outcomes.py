"""What was done with what people said: asked of the author, and told once to who took part."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from plein_bot.actions import chats, people, places, posts
from plein_bot.actions.acts import Act
from plein_bot.actions.posts import Found, NoSuchPost
from plein_bot.domain import consultations as rules
from plein_bot.domain import links
from plein_bot.domain import posts as post_rules
from plein_bot.domain.archives import refuse_archived
from plein_bot.domain.consultations import TELL, TOLD, WAITING
from plein_bot.domain.effects import Note, Say
from plein_bot.domain.ids import UserId
from plein_bot.domain.posts import Post
from plein_bot.domain.sentences import Link, Markdown, Sentence, Text, paragraphs, say
from plein_bot.domain.standing import Standing
from plein_bot.domain.timers import Timer
from plein_bot.index import consultations as who
from plein_bot.index import places as place_rows
from plein_bot.index import posts as rows
from plein_bot.index import timers

FIRST, CHANGED = "post.outcome", "post.outcome.change"
_AT_ONCE = datetime.fromtimestamp(0, UTC)
_SIDE_BY_SIDE = 10


async def give(act: Act, found: Found, text: str) -> bool:
    """Say what came of it, at the post and in its thread; whether it is the first time.

    Then everybody who took part is told, by work of its own: they may be many.
    """
    post = found.post
    first = await act.has_begun(FIRST, post.room, post.author)
    if not first and not await act.has_begun(CHANGED, post.room, post.author):
        post_rules.refuse_changing(post, found.standing)
        rules.refuse_outcome(post.consultation, post.number, text)
        refuse_archived(found.standing.place)
        first = post.consultation is not None and post.consultation.outcome is None
    action = FIRST if first else CHANGED
    await act.begin(action, post.room, post.author)
    await act.perform([Note(post.room, post.event, rules.outcome_note(text, act.actor))])
    if after := await _known(act, post, text):
        await posts.say_card_again(act, after)
    await timers.cancel(act.index, rules.timer(WAITING, post.number))
    title = (
        say("**What was done with what you said**") if first else say("**The outcome, changed**")
    )
    await tell_in_thread(act, post, paragraphs(title, _words(text)), "outcome")
    if first:
        name, subject = rules.timer(TELL, post.number), {"post": post.number}
        lane = f"consultation {post.number}"
        await timers.set(act.index, Timer(name, TELL, lane, _AT_ONCE, act.cause, subject))
    await act.record(action, post.room, post.author, event=post.event)
    return first


async def _known(act: Act, post: Post, outcome: str) -> Post | None:
    """The post, once Plein knows this outcome of it; None where it is gone."""

    async def told() -> bool:
        now = await rows.of_event(act.index, post.event)
        there = now.consultation.outcome if now and now.consultation else None
        return now is None or (there is not None and there.text == outcome)

    await act.told_back(told)
    return await rows.of_event(act.index, post.event)


async def tell_all(act: Act, number: int) -> None:
    """Tell everybody who took part and may still read it; each once, however often this is done."""
    post = await rows.numbered(act.index, number)
    if post is None:
        return
    turn = asyncio.Semaphore(_SIDE_BY_SIDE)

    async def tell(person: UserId) -> None:
        async with turn:
            await _tell(replace(act, actor=person), number)

    await asyncio.gather(*map(tell, sorted(await who.participants(act.index, post))))
    await act.record(TELL, post.room, post.author, event=post.event)


async def _tell(act: Act, number: int) -> None:
    try:
        found = await posts.find(act, str(number))
    except NoSuchPost:
        return  # It is none of their business any more.
    outcome = found.post.consultation and found.post.consultation.outcome
    if not outcome:
        return
    told = paragraphs(
        say(
            "You thought along about “{title}” in {place}. This is what was done with it:",
            title=found.post.title,
            place=found.standing.place.full_name,
        ),
        link_line(act, found.post),
        _words(outcome.text),
    )
    await chats.reach(act, act.actor, told, "outcome")


def link_line(act: Act, post: Post) -> Sentence:
    return say("{link}", link=link_to(act, post))


def link_to(act: Act, post: Post) -> Link:
    return links.to_event(post.title, post.room, post.event, act.plein.server)


def _words(text: str) -> Sentence:
    return say("{text}", text=Markdown(text))


async def remind_later(act: Act, post: Post, time: int) -> None:
    """Remind its author in two weeks, where nobody has told the outcome by then."""
    now = await rows.numbered(act.index, post.number)
    over = now.consultation.ended_at if now and now.consultation else None
    if over:
        subject = {"post": post.number, "time": time}
        at = rules.reminder(over, time, ZoneInfo(act.plein.timezone))
        name = rules.timer(WAITING, post.number)
        await timers.set(act.index, Timer(name, WAITING, post.room, at, act.cause, subject))


async def waiting_due(act: Act, number: int, time: int) -> None:
    post = await rows.numbered(act.index, number)
    if post is None or post.consultation is None or not post.consultation.waits:
        return
    there = await there_with(act, number, post.author)
    if there is None or there.place.archived or there.place.root.archived:
        return
    took_part = await who.participants(act.index, post)
    told = say(
        "“{title}” has been closed since {date}, and who took part ({n}) has not heard what was "
        "done with it. Tell them: `post outcome {number}`, with the text under it. {link}",
        title=post.title,
        date=post.consultation.ended_at and post.consultation.ended_at.date(),
        n=len(took_part),
        number=number,
        link=link_to(act, post),
    )
    await tell_keepers(act, post, told, "waiting")
    if time < rules.MOST_REMINDERS:
        await remind_later(act, post, time + 1)


async def tell_in_thread(act: Act, post: Post, text: Sentence | Text, step: str) -> None:
    thread = {"rel_type": "m.thread", "event_id": post.event, "is_falling_back": False}
    content = {TOLD: post.event, "m.relates_to": thread}
    await act.homeserver.say(
        Say(post.room, text, step, act.plein.language, content=content), act.cause
    )


async def tell_keepers(act: Act, post: Post, text: Sentence | Text, step: str) -> None:
    """Tell the author apart; where they take part no more, the staff."""
    there = await there_with(act, post.number, post.author)
    if there is None:
        return
    if there.is_in:
        await chats.reach(act, post.author, text, step)
    elif staff := await place_rows.staff_room(act.index, there.place.root):
        await act.homeserver.say(Say(staff, text, step, act.plein.language), act.cause)


async def there_with(act: Act, number: int, person: UserId) -> Standing | None:
    """Where somebody stands with the place of a post; None where either is gone."""
    post = await rows.numbered(act.index, number)
    room = await place_rows.going_on_in(act.index, post.room) if post else None
    place = await place_rows.of_room(act.index, room) if room else None
    if place is None:
        return None
    return await places.stand(act, await people.recognise(act, person), place)
