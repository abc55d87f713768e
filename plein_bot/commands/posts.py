"""Commands about posts: writing, reading and looking after them."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Annotated

from plein_bot.actions import cards, chats, consultations, members, places, posts, publishing
from plein_bot.actions.posts import Found
from plein_bot.actions.search import rooms_in
from plein_bot.commands import publishing as sending
from plein_bot.commands.calls import Call
from plein_bot.commands.consultations import outcome_of, state_of
from plein_bot.commands.documents import left_out
from plein_bot.commands.pages import shown_page
from plein_bot.commands.publishing import Moments, Wishes
from plein_bot.commands.replies import Audience, Reply
from plein_bot.commands.table import TABLE, Dutch, Whom
from plein_bot.domain import posts as rules
from plein_bot.domain.audiences import audience_of
from plein_bot.domain.consultations import Consultation
from plein_bot.domain.errors import Refusal
from plein_bot.domain.ids import EventId
from plein_bot.domain.media import Media
from plein_bot.domain.posts import Echo, Post
from plein_bot.domain.sentences import (
    Markdown,
    Sentence,
    Text,
    brief,
    count,
    lines,
    paragraphs,
    say,
)
from plein_bot.domain.standing import Standing
from plein_bot.index import posts as rows


@TABLE.command("post", "blog", "bericht", answer=Audience.HERE, takes_text=True)
async def write(
    call: Call,
    title: Annotated[str, Dutch("titel")] = "",
    *,
    place: Annotated[str | None, Dutch("plek")] = None,
    at: Annotated[str | None, Dutch("op")] = None,
    until: Annotated[str | None, Dutch("tot")] = None,
    consult: Annotated[str | None, Dutch("meedenken")] = None,
) -> Reply:
    """Make a post: with its text under this line, or as a reply to a message of yours."""
    standing = await places.at(call.act, call.here)
    wishes = Wishes(place, at, until, consult)
    if standing is None:
        return await sending.written_here(call, title, wishes)
    if at or place:
        raise Refusal(
            say(
                "What is typed in a room stands there at once. To plan a post, or to choose its "
                "place, type it in our direct chat."
            )
        )
    if call.body:
        event, text, typed = call.event, call.body, True
    elif call.reply_to and (media := await posts.own_file(call.act, standing, call.reply_to)):
        return await _of_file(call, standing, call.reply_to, media, title, wishes)
    elif call.reply_to:
        text = await posts.own_message(call.act, standing, call.reply_to)
        event, typed = call.reply_to, False
        title = title or rules.title_in(text) or ""
    else:
        raise Refusal(
            say(
                "There is no text yet. Write it under the title, in the same message; or reply "
                "`!plein post` to a message of yours."
            )
        )
    moments = wishes.read(call)
    async with call.act.locks.alone_in(standing.place.root.room):
        post = await posts.start(call.act, standing, event, title, text, typed=typed)
        post = await _with_term(call, post, moments)
    return await _card(call, post)


async def _with_term(call: Call, post: Post, moments: Moments) -> Post:
    if moments.until:
        await publishing.end_at(call.act, post, moments.until)
    if moments.closes_at:
        await consultations.begin(call.act, post, moments.closes_at)
        return replace(post, consultation=Consultation(moments.closes_at))
    return post


async def _card(call: Call, post: Post) -> Reply:
    """The answer to who made a post is what stands in its thread from then on."""
    card = await cards.card_of(call.act, post)
    thread = {"rel_type": "m.thread", "event_id": post.event, "is_falling_back": False}
    return Reply(card.text, content={**card.content, "m.relates_to": thread})


async def _of_file(
    call: Call, standing: Standing, event: EventId, media: Media, title: str, wishes: Wishes
) -> Reply:
    """The text that was in a file stands in the card of the post."""
    act = call.act
    moments = wishes.read(call)
    async with act.locks.alone_in(standing.place.root.room):
        post, dropped = await publishing.of_file(act, standing, event, media, title)
        post = await _with_term(call, post, moments)

    async def finish() -> None:
        await publishing.finish(act, post)
        if dropped:
            await chats.tell(act, act.actor, left_out(dropped), "left out")

    return replace(await _card(call, post), then=finish)


@TABLE.command("post new", "blog nieuw", answer=Audience.HERE, takes_text=True)
async def write_new(
    call: Call,
    title: Annotated[str, Dutch("titel")] = "",
    *,
    place: Annotated[str | None, Dutch("plek")] = None,
    at: Annotated[str | None, Dutch("op")] = None,
    until: Annotated[str | None, Dutch("tot")] = None,
    consult: Annotated[str | None, Dutch("meedenken")] = None,
) -> Reply:
    """The same, for a title that begins with a word such as “show”."""
    return await write(call, title, place=place, at=at, until=until, consult=consult)


@TABLE.command("posts", "blogs", "berichten")
async def listing(
    call: Call,
    place: Annotated[str, Dutch("plek")] = ".",
    *,
    tag: Annotated[str | None, Dutch("label")] = None,
    author: Annotated[str | None, Dutch("schrijver")] = None,
    month: Annotated[str | None, Dutch("maand")] = None,
    featured: Annotated[bool, Dutch("uitgelicht")] = False,
    page: Annotated[int, Dutch("pagina")] = 1,
) -> Reply:
    """Show the posts of a place, the newest first."""
    standing = await call.place(place)
    who = None
    if author:
        who = (await call.author(author, await rooms_in(call.act, standing))).id
    since, until = _month(month) if month else (None, None)
    what = rows.Wanted((), tag and tag.lstrip("#").lower(), who, featured, since, until)
    found = await posts.listed(call.act, standing, what)
    name = standing.place.full_name
    if not found:
        return Reply(say("There are no posts in {place} that you can read.", place=name))
    echoes = await rows.echoes(call.act.index, [one.post.event for one in found])
    return shown_page(
        count(len(found), "One post in {place}:", "{n} posts in {place}:", place=name),
        found,
        page,
        lambda one: _line(one, echoes[one.post.event], with_place=standing.place.is_subsite),
        _again(standing.place.path, tag, author, month, featured=featured),
        value=lambda one: str(one.post.number),
        each="post show",
    )


def _again(
    path: str, tag: str | None, author: str | None, month: str | None, *, featured: bool
) -> str:
    """The line that shows the next page of the same list."""
    options = {"tag": tag, "author": author, "month": month}
    given = "".join(f" --{name} {value}" for name, value in options.items() if value)
    return f"posts {path}{given}{' --featured' if featured else ''}"


def _month(text: str) -> tuple[datetime, datetime]:
    try:
        first = datetime.strptime(text.strip(), "%Y-%m").replace(tzinfo=UTC)
    except ValueError:
        raise Refusal(
            say("“{text}” is not a month. Type it like this: `2026-11`.", text=brief(text))
        ) from None
    after = first.replace(year=first.year + first.month // 12, month=first.month % 12 + 1)
    return first, after


def _line(found: Found, echo: Echo, *, with_place: bool) -> Sentence:
    post = found.post
    return say(
        "**{title}** · {author} · {date} · {comments}{featured}{term}{place}",
        title=post.title,
        author=found.author.shown,
        date=post.posted_at.date(),
        comments=_comments(echo),
        featured=say(" · featured") if post.featured else Text(()),
        term=say(" · {state}", state=state_of(post)) if post.consultation else Text(()),
        place=say(" · {place}", place=found.standing.place.name) if with_place else Text(()),
    )


def _comments(echo: Echo) -> Sentence:
    return count(echo.comments, "{n} comment", "{n} comments")


@TABLE.command("post show", "blog toon", "blog tonen", "bericht toon")
async def show(call: Call, post: Annotated[str, Dutch("nummer")]) -> Reply:
    """Show a whole post, and what it called forth."""
    found = await posts.find(call.act, post)
    one, place = found.post, found.standing.place
    echo = (await rows.echoes(call.act.index, [one.event]))[one.event]
    facts: list[Sentence | Text] = [
        say(
            "Post {number} · {author} · {place} · {moment}",
            number=one.number,
            author=found.author.shown,
            place=place.full_name,
            moment=one.posted_at,
        )
    ]
    if one.edited_at:
        facts.append(say("Changed: {moment}", moment=one.edited_at))
    facts.append(say("Who reads along: {audience}", audience=await _audience(call, found.standing)))
    if one.tags:
        facts.append(say("Tags: {tags}", tags=" ".join(f"#{tag}" for tag in one.tags)))
    facts.append(
        say(
            "{comments}{reactions}{closed}",
            comments=_comments(echo),
            reactions="".join(f" · {key} {n}" for key, n in (echo.reactions or {}).items()),
            closed=say(" · comments are closed") if one.closed else Text(()),
        )
    )
    if term := cards.term_of(one):
        facts.append(term)
    facts.append(say("{link}", link=publishing.link_to(one, call.act.plein.server)))
    return Reply(
        paragraphs(
            say("**{title}**", title=one.title),
            lines(*facts),
            *outcome_of(one),
            say("{text}", text=Markdown(one.text)),
        )
    )


@TABLE.command("post comments", "blog reacties")
async def comments(
    call: Call,
    post: Annotated[str, Dutch("nummer")],
    *,
    page: Annotated[int, Dutch("pagina")] = 1,
) -> Reply:
    """Show what people say about a post."""
    found = await posts.find(call.act, post)
    said = await posts.comments(call.act, found)
    if not said:
        return Reply(say("Nobody has said anything about “{title}” yet.", title=found.post.title))
    return shown_page(
        count(
            len(said),
            "One comment on “{title}”:",
            "{n} comments on “{title}”:",
            title=found.post.title,
        ),
        said,
        page,
        lambda one: say(
            "{who} · {moment}: {text}",
            who=one[1].shown,
            moment=one[0].at,
            text=brief(" ".join(one[0].text.split()), 500),
        ),
        f"post comments {found.post.number}",
        value=lambda one: str(one[1].id),
    )


@TABLE.command("post title", "blog titel")
async def retitle(
    call: Call, post: Annotated[str, Dutch("nummer")], title: Annotated[str, Dutch("titel")]
) -> Reply:
    """Give a post of yours another title; its address stays."""
    found = await posts.find(call.act, post)
    async with call.act.locks.alone_in(found.standing.place.root.room):
        changed = await posts.retitled(call.act, found, title)
    return Reply(
        say("Post {number} is now called “{title}”.", number=changed.number, title=changed.title)
    )


@TABLE.command("post withdraw", "blog intrekken", "blog verwijderen")
async def withdraw(
    call: Call,
    post: Annotated[str, Dutch("nummer")],
    reason: Annotated[str, Dutch("reden")] = "",
    *,
    comments: Annotated[bool, Dutch("reacties")] = False,
) -> Reply:
    """Take a post away; with --comments also what was said about it."""
    room = await posts.room_to_withdraw(call.act, post)
    call.confirm(
        say("Post {post} is taken away for good, with its revisions. Is that right?", post=post),
        "withdraw",
        post,
        comments,
    )
    async with call.act.locks.alone_in(room):
        number = await posts.withdraw(call.act, post, reason, comments_too=comments)
    return Reply(say("Post {number} is withdrawn.", number=number))


@TABLE.command("post move", "blog verplaatsen", "blog verplaats")
async def move(
    call: Call, post: Annotated[str, Dutch("nummer")], place: Annotated[str, Dutch("plek")]
) -> Reply:
    """Bring a post to another place; a pointer stays where it stood."""
    target = await call.place(place)
    call.confirm(
        say(
            "Post {post} goes to {place}, where these read along: {audience}. What was said about "
            "it stays behind. Is that right?",
            post=post,
            place=target.place.full_name,
            audience=await _audience(call, target),
        ),
        "move",
        post,
        target.place.room,
    )
    async with call.act.locks.alone_in(target.place.root.room):
        moved = await publishing.move(call.act, post, target)
    return Reply(
        say(
            "Post {number} stands in {place} now: {link}",
            number=moved.number,
            place=target.place.full_name,
            link=publishing.link_to(moved, call.act.plein.server),
        )
    )


async def _audience(call: Call, standing: Standing) -> Sentence:
    sizes = await members.counts(call.act, [standing.place])
    return audience_of(standing.place, sizes.get(standing.place.room, 0))


@TABLE.command("post feature", "blog uitlichten", whom=Whom.STAFF)
async def feature(
    call: Call, post: Annotated[str, Dutch("nummer")], *, off: Annotated[bool, Dutch("uit")] = False
) -> Reply:
    """Put a post at the top of the list of its place; with --off no longer."""
    found = await posts.find(call.act, post)
    async with call.act.locks.alone_in(found.standing.place.root.room):
        await posts.feature(call.act, found, featured=not off)
    title = found.post.title
    return Reply(
        say("“{title}” is no longer featured.", title=title)
        if off
        else say("“{title}” is featured.", title=title)
    )


@TABLE.command("post close", "blog sluiten")
async def close(call: Call, post: Annotated[str, Dutch("nummer")]) -> Reply:
    """Close the comments of a post; what was said stays."""
    return await _close(call, post, closed=True)


@TABLE.command("post reopen", "blog heropenen")
async def reopen(call: Call, post: Annotated[str, Dutch("nummer")]) -> Reply:
    """Let people comment on a post again."""
    return await _close(call, post, closed=False)


async def _close(call: Call, post: str, *, closed: bool) -> Reply:
    found = await posts.find(call.act, post)
    async with call.act.locks.alone_in(found.standing.place.root.room):
        if closed and found.post.consultation:
            await consultations.close(call.act, found)
        else:
            await posts.close(call.act, found, closed=closed)
    title = found.post.title
    return Reply(
        say("The comments on “{title}” are closed.", title=title)
        if closed
        else say("Everybody can comment on “{title}” again.", title=title)
    )
