"""Commands that send posts: drafts and whole texts from the direct chat, and what replaces them."""

from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from typing import Annotated

from plein_bot.actions import members, posts, publishing
from plein_bot.actions.acts import Act
from plein_bot.commands.calls import Call
from plein_bot.commands.drafts import current
from plein_bot.commands.replies import Choice, Reply
from plein_bot.commands.table import TABLE, Dutch
from plein_bot.commands.timers import when_due
from plein_bot.domain import consultations as consulting
from plein_bot.domain import drafts as rules
from plein_bot.domain import posts as post_rules
from plein_bot.domain.audiences import audience_behind, audience_of
from plein_bot.domain.drafts import Draft
from plein_bot.domain.errors import Refusal
from plein_bot.domain.events import Due
from plein_bot.domain.sentences import Markdown, Sentence, Text, lines, paragraphs, say
from plein_bot.domain.standing import Standing
from plein_bot.index import drafts as rows
from plein_bot.index import places as place_rows

_SHOWN = 1500
"""Characters of a text in a preview."""


@dataclass(frozen=True, slots=True)
class Moments:
    """When a post appears, is taken away, and closes for those who think along."""

    at: datetime | None = None
    until: datetime | None = None
    closes_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Wishes:
    """What was typed of where a post is to stand, and when; named as the options are."""

    place: str | None = None
    at: str | None = None
    until: str | None = None
    consult: str | None = None

    def read(self, call: Call, draft: Draft | None = None) -> Moments:
        """The moments that are meant; what the draft says counts where nothing was typed."""
        at = call.moment(self.at) if self.at else None
        closes_at = call.moment(self.consult, at_end=True) if self.consult else None
        until = call.moment(self.until) if self.until else draft.until if draft else None
        if draft and not closes_at and not self.until:
            closes_at = draft.closes_at
        consulting.refuse_both(until, closes_at)
        rules.refuse_moments(datetime.now(UTC), at, until or closes_at)
        return Moments(at, until, closes_at)


@TABLE.command(
    "draft publish", "concept plaatsen", "draft post", "draft schedule", "concept plannen"
)
async def publish(
    call: Call,
    number: Annotated[str, Dutch("nummer")] = "",
    *,
    place: Annotated[str | None, Dutch("plek")] = None,
    at: Annotated[str | None, Dutch("op")] = None,
    until: Annotated[str | None, Dutch("tot")] = None,
    consult: Annotated[str | None, Dutch("meedenken")] = None,
    title: Annotated[str | None, Dutch("titel")] = None,
) -> Reply:
    """Send a draft to a group: at once, or with --at, --until, --consult at moments you choose."""
    if done := await publishing.sent_before(call.act):
        ended, post = done
        return _changed(post) if ended.replaces else _placed(call, post)
    draft = await current(call, number)
    if title:
        draft = replace(draft, title=post_rules.clean_title(title))
        draft = await rows.change(call.act.index, draft, call.act.cause)
    rules.refuse_unfinished(draft)
    if draft.replaces:
        return await _replaced(call, draft)
    if place is None and draft.place:
        known = await place_rows.of_room(call.act.index, draft.place)
        place = known.path if known else None
    return await _send(call, draft, Wishes(place, at, until, consult))


async def written_here(call: Call, title: str, wishes: Wishes) -> Reply:
    """A whole post typed in the direct chat: asked where, shown, and sent after a yes."""
    if done := await publishing.sent_before(call.act):
        return _placed(call, done[1])
    rules.refuse_too_long(call.body)
    draft = Draft(0, call.act.actor, post_rules.clean_title(title), call.body)
    if not call.body:
        raise Refusal(
            say(
                "There is no text yet. Write it under the title, in the same message; or bit by "
                "bit: `draft start`."
            )
        )
    rules.refuse_unfinished(draft)
    return await _send(call, draft, wishes)


async def _send(call: Call, draft: Draft, wishes: Wishes) -> Reply:
    place = wishes.place or await _ask_place(call, draft)
    standing = await call.place(place)
    post_rules.refuse_posting(standing)
    wishes = replace(wishes, place=standing.place.path)
    moments = wishes.read(call, draft)
    call.confirm(
        await _preview(call, draft, standing, moments),
        (draft.number, draft.title, draft.text, standing.place.room, wishes),
        words=_retitled(draft, wishes),
    )
    if not draft.number:
        draft = await rows.begin(
            call.act.index, draft.person, draft.title, draft.text, call.act.cause
        )
    draft = replace(draft, until=moments.until, closes_at=moments.closes_at)
    async with call.act.locks.alone_in(standing.place.root.room):
        if moments.at:
            await publishing.plan(call.act, draft, standing, moments.at)
        else:
            return _placed(call, await publishing.publish(call.act, draft, standing))
    return Reply(
        say(
            "Planned: it appears in {place} on {moment}. To stop it: `draft discard {number}`.",
            place=standing.place.full_name,
            moment=moments.at,
            number=draft.number,
        )
    )


def _retitled(draft: Draft, wishes: Wishes) -> dict[str, tuple[str, str]]:
    """`title …` in the place of a yes: the same once more, with another title."""
    options = asdict(wishes)
    given = "".join(f" --{name} {value}" for name, value in options.items() if value)
    if draft.number:
        line = (f"draft publish {draft.number}{given} --title ", "")
    else:
        line = ("post ", f"{given}\n{draft.text}")
    return {"title": line, "titel": line}


def _placed(call: Call, post: post_rules.Post) -> Reply:
    return Reply(
        say(
            "Posted: {link}. To change it: `post edit {number}`.",
            link=publishing.link_to(post, call.act.plein.server),
            number=post.number,
        )
    )


async def _ask_place(call: Call, draft: Draft) -> str:
    found = await publishing.places_to_post(call.act)
    if not found:
        raise Refusal(say("There is no group where you can post. Look around: `subsite list`."))
    sizes = await members.counts(call.act, [one.place for one in found])
    return call.ask(
        "place",
        say("Title: “{title}”. Where?", title=draft.title),
        tuple(
            Choice(
                say(
                    "{place} ({audience})",
                    place=one.place.full_name,
                    audience=audience_behind(one.place, sizes.get(one.place.room, 0)),
                ),
                one.place.path,
            )
            for one in found
        ),
        otherwise=".",
    )


async def _preview(call: Call, draft: Draft, standing: Standing, moments: Moments) -> Text:
    sizes = await members.counts(call.act, [standing.place])
    facts: list[Sentence | Text] = [
        say(
            "Who reads along: {audience}",
            audience=audience_of(standing.place, sizes.get(standing.place.room, 0)),
        ),
        say("For: {place}", place=standing.place.full_name),
    ]
    if moments.at:
        facts.append(say("It appears on {moment}.", moment=moments.at))
    if moments.until:
        facts.append(say("It is withdrawn on {moment}.", moment=moments.until))
    if moments.closes_at:
        facts.append(
            say(
                "People can think along until {moment}; then the comments and the polls under it "
                "close.",
                moment=moments.closes_at,
            )
        )
    return paragraphs(
        say("This is how it looks:"),
        say("**{title}**", title=draft.title),
        say("{text}", text=Markdown(_shown(draft))),
        lines(*facts),
        say("Post it? yes / no / title …"),
    )


def _shown(draft: Draft) -> str:
    """The beginning of the text; pictures come once it is sent."""
    return post_rules.shortened(post_rules.with_pictures(draft.text, {}), _SHOWN)


async def _replaced(call: Call, draft: Draft) -> Reply:
    """The draft of a post that stands takes its place."""
    found = await posts.find(call.act, str(draft.replaces))
    call.confirm(
        paragraphs(
            say("This is how it looks:"),
            say("**{title}**", title=draft.title),
            say("{text}", text=Markdown(_shown(draft))),
            say("Put it in the place of post {number}?", number=found.post.number),
        ),
        draft.number,
        draft.text,
        draft.title,
    )
    async with call.act.locks.alone_in(found.standing.place.root.room):
        post = await publishing.replace_text(call.act, draft, found.standing)
    return _changed(post)


def _changed(post: post_rules.Post) -> Reply:
    return Reply(say("Post {number} is changed.", number=post.number))


@TABLE.command("post edit", "blog wijzig", "blog wijzigen", "blog bewerken")
async def edit(call: Call, post: Annotated[str, Dutch("nummer")]) -> Reply:
    """Change a post that I sent for you: it becomes a draft again, and then takes its place."""
    found = await posts.find(call.act, post)
    one = found.post
    post_rules.refuse_changing(one, found.standing)
    if not one.kept:
        raise Refusal(
            say(
                "“{title}” is a message of yours: edit it in your client, and the post follows. "
                "Another title: `post title {number} …`.",
                title=one.title,
                number=one.number,
            )
        )
    draft = await rows.begin(
        call.act.index, call.act.actor, one.title, one.text, call.act.cause, one.number
    )
    return Reply(
        say(
            "Post {number} is draft {draft} now; what stands there stays until you publish. "
            "Change it: `draft text`, `draft add` or `draft title`; then `draft publish`.",
            number=one.number,
            draft=draft.number,
        )
    )


@when_due(rules.PUBLISH)
async def _publish_due(act: Act, timer: Due) -> None:
    await publishing.due(act, int(timer.subject["draft"]))


@when_due(rules.EXPIRE)
async def _expire_due(act: Act, timer: Due) -> None:
    await publishing.expire(act, int(timer.subject["post"]))
