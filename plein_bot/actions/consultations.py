"""Thinking along about a post: asked for, given more or less time, and closed."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from plein_bot.actions import outcomes, posts
from plein_bot.actions.acts import Act
from plein_bot.actions.outcomes import tell_in_thread, tell_keepers, there_with
from plein_bot.actions.posts import Found
from plein_bot.domain import consultations as rules
from plein_bot.domain import links
from plein_bot.domain import posts as post_rules
from plein_bot.domain.archives import refuse_archived
from plein_bot.domain.consultations import CLOSE, SOON, WAITING, Consultation
from plein_bot.domain.drafts import EXPIRE
from plein_bot.domain.effects import EndPoll, Note
from plein_bot.domain.posts import Post
from plein_bot.domain.sentences import count, say
from plein_bot.domain.standing import Standing
from plein_bot.domain.timers import Timer
from plein_bot.index import consultations as who
from plein_bot.index import posts as rows
from plein_bot.index import showing, timers

ASK, END = "post.consult", "post.consult.end"


async def begin(act: Act, post: Post, closes_at: datetime) -> None:
    """Note until when people can think along about a post that is being made; its card says so."""
    open_until = replace(post, consultation=Consultation(closes_at))
    await _noted(act, open_until, rules.asked(closes_at))
    await _set_timers(act, post, closes_at)
    await act.record(ASK, post.room, post.author, event=post.event)


async def ask(act: Act, found: Found, closes_at: datetime) -> Post:
    """Ask people to think along about a post that stands, or give them more or less time."""
    post = found.post
    if not await act.has_begun(ASK, post.room, post.author):
        post_rules.refuse_changing(post, found.standing)
        refuse_archived(found.standing.place)
        rules.refuse_asking(post.consultation, post.number)
    await act.begin(ASK, post.room, post.author)
    after = replace(post, consultation=Consultation(closes_at), closed=False)
    await _noted(act, after, rules.asked(closes_at))
    for kind in (EXPIRE, WAITING):
        await timers.cancel(act.index, rules.timer(kind, post.number))
    await _set_timers(act, post, closes_at)
    await posts.say_card_again(act, after)
    told = say(
        "You can think along about “{title}” until {moment}. Answer here, in this thread.",
        title=post.title,
        moment=closes_at,
    )
    await tell_in_thread(act, post, told, "consult")
    await act.record(ASK, post.room, post.author, event=post.event)
    return after


async def end(act: Act, post: Post) -> Post:
    """Close the comments and the polls of a post, say so in its thread, and tell its author."""
    consultation = post.consultation
    assert consultation, "whoever ends it knows that there is one"
    await act.begin(END, post.room, post.author)
    polls = await showing.polls_of(act.index, post)
    words, language = say("The poll is closed."), act.plein.language
    await act.perform(
        EndPoll(post.room, poll.event, words, language, poll.stable)
        for poll in polls
        if not poll.is_closed
    )
    over = replace(consultation, ended_at=datetime.now(UTC))
    after = replace(post, consultation=over, closed=True)
    await _noted(act, after, rules.ended(consultation))
    for kind in (CLOSE, SOON):
        await timers.cancel(act.index, rules.timer(kind, post.number))
    await posts.say_card_again(act, after)
    took_part = len(await who.participants(act.index, post))
    told = count(
        took_part,
        "The time to think along is over. One person took part; thank you.",
        "The time to think along is over. {n} people took part; thank you.",
    )
    await tell_in_thread(act, post, told, "ended")
    keepers = count(
        took_part,
        "The time to think along about “{title}” is over. One person took part. {link}",
        "The time to think along about “{title}” is over. {n} people took part. {link}",
        title=post.title,
        link=links.to_event(post.title, post.room, post.event, act.plein.server),
    )
    await tell_keepers(act, post, keepers, "ended")
    await outcomes.remind_later(act, post, 1)
    await act.record(END, post.room, post.author, event=post.event)
    return after


async def close(act: Act, found: Found) -> None:
    """Its author, or staff, close it before its time."""
    if not await act.has_begun(END, found.post.room, found.post.author):
        post_rules.refuse_changing(found.post, found.standing)
        rules.refuse_closing(found.post.consultation, found.post.number)
    await end(act, found.post)


async def close_due(act: Act, number: int, moment: datetime) -> None:
    """The moment until which people could think along has come; another may have been set since."""
    if (there := await there_with(act, number, act.actor)) is None:
        return
    async with act.locks.alone_in(there.place.root.room):
        post = await rows.numbered(act.index, number)
        if post is None or post.consultation is None:
            return
        if not await act.has_begun(END, post.room, post.author) and not _is_due(post, moment):
            return
        await end(act, post)


def _is_due(post: Post, moment: datetime) -> bool:
    consultation = post.consultation
    return bool(consultation and consultation.is_open and consultation.closes_at <= moment)


async def soon_due(act: Act, number: int, moment: datetime) -> None:
    """It closes in a few days: its author hears so once, and may give it more time."""
    post = await rows.numbered(act.index, number)
    if post is None or not _is_due(post, moment + rules.SOON_BEFORE + timedelta(days=1)):
        return
    assert post.consultation
    echo = (await rows.echoes(act.index, [post.event]))[post.event]
    told = count(
        echo.comments,
        "People can think along about “{title}” until {moment}; there is one comment. More time: "
        "`post consult {number} in 4 weeks`.",
        "People can think along about “{title}” until {moment}; there are {n} comments. More time: "
        "`post consult {number} in 4 weeks`.",
        title=post.title,
        moment=post.consultation.closes_at,
        number=number,
    )
    await tell_keepers(act, post, told, "soon")


async def listed(
    act: Act, standing: Standing | None, *, only_open: bool = False
) -> tuple[Found, ...]:
    """What people think along about, or did, in a place or everywhere, as the actor may read it.

    First what is open, by the moment that it closes; then what waits for its outcome; then the
    others, of both the last ones first.
    """
    rooms = None
    if standing:
        rooms = await posts.rooms_of(act, standing)
    there = await rows.thought_about(act.index, rooms, only_open=only_open)
    found = await posts.readable(act, there)
    return tuple(sorted(found, key=_order))


def _order(found: Found) -> tuple[int, float]:
    consultation = found.post.consultation
    assert consultation, "others are not listed here"
    if consultation.is_open:
        return 0, consultation.closes_at.timestamp()
    assert consultation.ended_at
    return 1 if consultation.waits else 2, -consultation.ended_at.timestamp()


async def _noted(act: Act, after: Post, content: dict[str, object]) -> None:
    """Put a note of the term at a post, and wait until Plein knows it so."""
    await act.perform([Note(after.room, after.event, content)])
    wanted = after.consultation
    assert wanted

    async def told() -> bool:
        now = await rows.of_event(act.index, after.event)
        if now is None or now.consultation is None:
            return now is None
        same = now.consultation.closes_at == wanted.closes_at
        return same and now.consultation.is_open == wanted.is_open

    await act.told_back(told)


async def _set_timers(act: Act, post: Post, closes_at: datetime) -> None:
    subject = {"post": post.number}
    name = rules.timer(CLOSE, post.number)
    await timers.set(act.index, Timer(name, CLOSE, post.room, closes_at, act.cause, subject))
    name, at = (
        rules.timer(SOON, post.number),
        rules.soon(closes_at, datetime.now(UTC), ZoneInfo(act.plein.timezone)),
    )
    if at:
        await timers.set(act.index, Timer(name, SOON, post.room, at, act.cause, subject))
    else:
        await timers.cancel(act.index, name)
