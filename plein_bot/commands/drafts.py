"""Commands about drafts: writing a post in the direct chat, bit by bit, and sending it."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Annotated

from plein_bot.actions import publishing
from plein_bot.actions.acts import Act
from plein_bot.commands.calls import Call
from plein_bot.commands.pages import shown_page
from plein_bot.commands.replies import Reply
from plein_bot.commands.table import TABLE, Dutch
from plein_bot.domain import drafts as rules
from plein_bot.domain import posts as post_rules
from plein_bot.domain.drafts import Draft
from plein_bot.domain.errors import Refusal
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
from plein_bot.index import drafts as rows
from plein_bot.index import places as place_rows

_WORTH_ASKING = 80
"""Characters: what is shorter is rather a command with a mistake in it."""


def post_offered(text: str) -> Reply | None:
    """What to do with a text that is no command: of several lines, it may be meant as a post."""
    title = post_rules.title_in(text)
    if title is None or "\n" not in text.strip() or len(text) < _WORTH_ASKING:
        return None
    _, _, rest = text.strip().partition("\n")
    return Reply(
        say("What would you like to do with this? 1 Post 2 Nothing"),
        offers=(f"post {title}\n{rest}", ""),
    )


@TABLE.command("draft start", "concept nieuw", "concept start", "draft new")
async def start(call: Call, title: Annotated[str, Dutch("titel")] = "") -> Reply:
    """Start a post that you write bit by bit; the text may stand under this line."""
    clean = post_rules.clean_title(title) if title else ""
    rules.refuse_too_long(call.body)
    draft = await rows.begin(call.act.index, call.act.actor, clean, call.body, call.act.cause)
    return Reply(
        say(
            "Draft {number} is yours alone. Next: `draft add` with text, `draft title`, "
            "`draft show` and at last `draft publish`.",
            number=draft.number,
        )
    )


@TABLE.command("draft add", "concept erbij", "concept aanvullen")
async def add(call: Call, text: Annotated[str, Dutch("tekst")] = "") -> Reply:
    """Put more text under the draft that you changed last."""
    draft = await current(call)
    more = "\n".join(part for part in (text, call.body) if part)
    if not more:
        raise Refusal(say("Type the text behind it: `draft add Today I was in Woudenberg.`"))
    rules.refuse_too_long(draft.text + more)
    draft = await rows.append(call.act.index, draft, more, call.act.cause)
    return Reply(
        count(
            len(draft.text.split()),
            "Draft {number} has one word now.",
            "Draft {number} has {n} words now.",
            number=draft.number,
        )
    )


@TABLE.command("draft title", "concept titel")
async def title(call: Call, title: Annotated[str, Dutch("titel")]) -> Reply:
    """Give the draft a title."""
    draft = replace(await current(call), title=post_rules.clean_title(title))
    draft = await rows.change(call.act.index, draft, call.act.cause)
    return Reply(say("Draft {number} is called “{title}”.", number=draft.number, title=draft.title))


@TABLE.command("draft place", "concept plek")
async def put(call: Call, place: Annotated[str, Dutch("plek")]) -> Reply:
    """Choose where the draft is to stand; it is sent once you publish it."""
    draft = await current(call)
    standing = await call.place(place)
    post_rules.refuse_posting(standing)
    changed = replace(draft, place=standing.place.room)
    draft = await rows.change(call.act.index, changed, call.act.cause)
    return Reply(
        say("Draft {number} is for {place}.", number=draft.number, place=standing.place.full_name)
    )


@TABLE.command("draft expire", "concept tot", "draft until")
async def expire(call: Call, moment: Annotated[str, Dutch("moment")]) -> Reply:
    """Choose until when it is to stand, as a post; then it is withdrawn."""
    draft = await current(call)
    until = call.moment(moment)
    rules.refuse_moments(datetime.now(UTC), draft.publish_at, until)
    changed = replace(draft, until=until)
    draft = await rows.change(call.act.index, changed, call.act.cause)
    return Reply(
        say(
            "Once it is posted, draft {number} stands until {moment}.",
            number=draft.number,
            moment=until,
        )
    )


@TABLE.command("draft text", "concept tekst")
async def text(call: Call, text: Annotated[str, Dutch("tekst")] = "") -> Reply:
    """Give the draft another text, in the place of what it had."""
    draft = await current(call)
    whole = "\n".join(part for part in (text, call.body) if part)
    if not whole:
        raise Refusal(say("Type the text behind it, or under it in the same message."))
    rules.refuse_too_long(whole)
    draft = await rows.change(call.act.index, replace(draft, text=whole), call.act.cause)
    return Reply(say("Draft {number} has its new text.", number=draft.number))


@TABLE.command("draft show", "concept toon", "concept tonen", "draft preview", "concept voorbeeld")
async def show(call: Call, number: Annotated[str, Dutch("nummer")] = "") -> Reply:
    """Show a draft as it will look."""
    draft = await current(call, number)
    where = await _place_of(call.act, draft)
    facts: list[Sentence | Text] = [say("Draft {number}", number=draft.number)]
    if where:
        facts.append(say("For: {place}", place=where))
    if draft.publish_at:
        facts.append(say("Planned: {moment}", moment=draft.publish_at))
    if draft.until:
        facts.append(say("Until: {moment}", moment=draft.until))
    if draft.closes_at:
        facts.append(say("Think along until: {moment}", moment=draft.closes_at))
    return Reply(
        paragraphs(
            lines(*facts),
            say("**{title}**", title=draft.title or "…"),
            say("{text}", text=Markdown(post_rules.with_pictures(draft.text, {}) or "…")),
        )
    )


async def _place_of(act: Act, draft: Draft) -> str | None:
    place = await place_rows.of_room(act.index, draft.place) if draft.place else None
    return place.full_name if place else None


@TABLE.command("drafts", "concepten", "draft list")
async def listing(call: Call) -> Reply:
    """Show what you are writing."""
    mine = await rows.of_person(call.act.index, call.act.actor)
    if not mine:
        return Reply(say("You have no drafts. Start one: `draft start My visit to Woudenberg`."))
    return shown_page(
        say("Your drafts:"),
        mine,
        1,
        lambda draft: say(
            "Draft {number} · **{title}** · {words}{planned}",
            number=draft.number,
            title=draft.title or "…",
            words=count(len(draft.text.split()), "{n} word", "{n} words"),
            planned=say(" · planned: {moment}", moment=draft.publish_at)
            if draft.publish_at
            else Text(()),
        ),
        "drafts",
        value=lambda draft: str(draft.number),
        each="draft show",
    )


@TABLE.command("draft discard", "concept weggooien", "concept verwijderen")
async def discard(call: Call, number: Annotated[str, Dutch("nummer")] = "") -> Reply:
    """Throw a draft away; one that was planned is not sent."""
    if gone := await rows.ended_by(call.act.index, call.act.cause):
        return Reply(say("Draft {number} is gone.", number=gone.number))
    draft = await current(call, number)
    call.confirm(
        say(
            "Draft {number} “{title}” is thrown away. Is that right?",
            number=draft.number,
            title=draft.title,
        ),
        "discard",
        draft.number,
    )
    await publishing.discard(call.act, draft)
    return Reply(say("Draft {number} is gone.", number=draft.number))


async def current(call: Call, number: str = "") -> Draft:
    """The draft of this number, else the one that the person changed last."""
    mine = await rows.of_person(call.act.index, call.act.actor)
    wanted = number.strip().removeprefix("#")
    for draft in mine:
        if not wanted or wanted == str(draft.number):
            return draft
    if wanted:
        raise Refusal(
            say("You have no draft {number}. Your drafts: `drafts`.", number=brief(wanted))
        )
    raise Refusal(say("You have no drafts. Start one: `draft start My visit to Woudenberg`."))
