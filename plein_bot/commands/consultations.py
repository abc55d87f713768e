"""Commands about thinking along: asking people to, and what is open to them now."""

from typing import Annotated

from plein_bot.actions import consultations as actions
from plein_bot.actions import outcomes, posts
from plein_bot.actions.acts import Act
from plein_bot.actions.posts import Found
from plein_bot.commands.calls import Call
from plein_bot.commands.pages import shown_page
from plein_bot.commands.replies import Reply
from plein_bot.commands.table import TABLE, Dutch
from plein_bot.commands.timers import when_due
from plein_bot.domain import consultations as rules
from plein_bot.domain.errors import Refusal
from plein_bot.domain.events import Due
from plein_bot.domain.posts import Post
from plein_bot.domain.sentences import Markdown, Sentence, count, say
from plein_bot.index import posts as rows


@TABLE.command("post consult", "blog meedenken")
async def consult(
    call: Call,
    post: Annotated[str, Dutch("nummer")],
    until: Annotated[str, Dutch("moment")],
) -> Reply:
    """Ask people to think along about a post until a moment, or give them more or less time."""
    closes_at = call.moment(until, at_end=True)
    found = await posts.find(call.act, post)
    async with call.act.locks.alone_in(found.standing.place.root.room):
        changed = await actions.ask(call.act, found, closes_at)
    return Reply(
        say(
            "People can think along about “{title}” until {moment}. Then the comments and the "
            "polls under it close. Sooner: `post close {number}`.",
            title=changed.title,
            moment=closes_at,
            number=changed.number,
        )
    )


@TABLE.command("post outcome", "blog uitkomst", takes_text=True)
async def outcome(
    call: Call,
    post: Annotated[str, Dutch("nummer")],
    text: Annotated[str, Dutch("tekst")] = "",
) -> Reply:
    """Tell what was done with what people said; the text may stand under this line."""
    try:
        found = await posts.find(call.act, post)
    except posts.NoSuchPost:
        if post.removeprefix("#").isdecimal():
            raise
        raise Refusal(
            say(
                "Of which post is this the outcome? Give its number: `post outcome 7`. For a new "
                "post with this title: `post new <title>`."
            )
        ) from None
    words = "\n".join(part for part in (text, call.body) if part)
    async with call.act.locks.alone_in(found.standing.place.root.room):
        first = await outcomes.give(call.act, found, words)
    title = found.post.title
    return Reply(
        say(
            "The outcome of “{title}” stands at the post. I tell everybody who took part, apart.",
            title=title,
        )
        if first
        else say(
            "The outcome of “{title}” is changed. Who took part is not told again.", title=title
        )
    )


@TABLE.command("consultations", "meedenken")
async def listing(
    call: Call,
    place: Annotated[str, Dutch("plek")] = "",
    *,
    page: Annotated[int, Dutch("pagina")] = 1,
) -> Reply:
    """Show about what you can think along now, here or everywhere, and what came of the rest."""
    standing = await call.place(place) if place else None
    found = await actions.listed(call.act, standing)
    if not found:
        return Reply(
            say(
                "There is nothing that asks you to think along in {place}.",
                place=standing.place.full_name,
            )
            if standing
            else say("There is nothing that asks you to think along now.")
        )
    still_open = sum(one.post.consultation.is_open for one in found if one.post.consultation)
    echoes = await rows.echoes(call.act.index, [one.post.event for one in found])
    return shown_page(
        count(still_open, "Thinking along: one is open.", "Thinking along: {n} are open."),
        found,
        page,
        lambda one: _line(one, echoes[one.post.event].comments),
        f"consultations {standing.place.path if standing else ''}".strip(),
        value=lambda one: str(one.post.number),
        each="post show",
    )


def _line(found: Found, comments: int) -> Sentence:
    return say(
        "**{title}** · {place} · {state} · {comments}",
        title=found.post.title,
        place=found.standing.place.full_name,
        state=state_of(found.post),
        comments=count(comments, "{n} comment", "{n} comments"),
    )


def state_of(post: Post) -> Sentence:
    """In a few words; of a post that has a term."""
    consultation = post.consultation
    assert consultation, "of others there is nothing to say"
    if consultation.ended_at is None:
        return say("think along until {moment}", moment=consultation.closes_at)
    if consultation.outcome:
        return say("closed, outcome known")
    return say("closed on {date}, no outcome yet", date=consultation.ended_at.date())


def outcome_of(post: Post) -> tuple[Sentence, ...]:
    """What came of it, where that is known, as paragraphs."""
    outcome = post.consultation and post.consultation.outcome
    if not outcome:
        return ()
    return (
        say("**What was done with it** ({date})", date=outcome.at.date()),
        say("{text}", text=Markdown(outcome.text)),
    )


@when_due(rules.CLOSE)
async def _close_due(act: Act, timer: Due) -> None:
    await actions.close_due(act, int(timer.subject["post"]), timer.due_at)


@when_due(rules.WAITING)
async def _waiting_due(act: Act, timer: Due) -> None:
    await outcomes.waiting_due(act, int(timer.subject["post"]), int(timer.subject["time"]))


@when_due(rules.TELL)
async def _tell_due(act: Act, timer: Due) -> None:
    await outcomes.tell_all(act, int(timer.subject["post"]))


@when_due(rules.SOON)
async def _soon_due(act: Act, timer: Due) -> None:
    await actions.soon_due(act, int(timer.subject["post"]), timer.due_at)
