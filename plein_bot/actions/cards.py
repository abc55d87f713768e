"""What Plein says of a post in its room: its card, or the post itself where Plein sends it.

A text that does not fit in an event is told in short, and stands whole in a file beside it.
"""

from dataclasses import dataclass, field
from typing import Any

from plein_bot.actions import people
from plein_bot.actions.acts import Act
from plein_bot.domain import posts as rules
from plein_bot.domain.effects import Redact, Say, SendFile
from plein_bot.domain.ids import EventId
from plein_bot.domain.people import Person
from plein_bot.domain.posts import Post
from plein_bot.domain.sentences import Markdown, Sentence, Text, lines, paragraphs, say
from plein_bot.index import post_events

_SOME_EVENT = EventId(f"${'x' * 43}")


@dataclass(frozen=True, slots=True)
class Card:
    """`content` is added to the event. `is_whole` where all of the text is in it."""

    text: Sentence | Text
    content: dict[str, Any] = field(default_factory=dict)
    is_whole: bool = True

    def said(self, act: Act, post: Post, step: str, edits: EventId | None = None) -> Say:
        return Say(
            post.room, self.text, step, act.plein.language, edits=edits, content=self.content
        )


async def card_of(act: Act, post: Post) -> Card:
    """The card of a post; of one whose text Plein keeps, that is the text."""
    facts = rules.content_of(post)
    if not post.kept:
        return Card(_line(post), {rules.MARK: facts})
    author = await people.recognise(act, post.author)
    content: dict[str, Any] = {rules.MARK: facts}
    if post.by_plein:
        del facts["event"]
        content["msgtype"] = "m.text"
    whole = Card(_whole(post, author), content)
    # It must fit when it is changed as well, and an edit says more.
    if act.homeserver.fits(whole.said(act, post, "card", edits=_SOME_EVENT)):
        return whole
    return Card(_in_short(post, author), content, is_whole=False)


def _line(post: Post) -> Sentence | Text:
    """So that every client shows that it is a post."""
    tags = " ".join(f"#{tag}" for tag in post.tags)
    line = (
        say("**{title}** · post {number} · {tags}", title=post.title, number=post.number, tags=tags)
        if tags
        else say("**{title}** · post {number}", title=post.title, number=post.number)
    )
    term = term_of(post)
    return lines(line, term) if term else line


def term_of(post: Post) -> Sentence | None:
    """Until when people can think along; None where nobody asks them to."""
    consultation = post.consultation
    if consultation is None:
        return None
    if consultation.ended_at is None:
        return say("💬 Think along until {moment}.", moment=consultation.closes_at)
    if consultation.outcome:
        return say(
            "💬 People could think along until {date}. What was done with it stands in the thread.",
            date=consultation.ended_at.date(),
        )
    return say("💬 People could think along until {date}.", date=consultation.ended_at.date())


def _whole(post: Post, author: Person) -> Text:
    return paragraphs(
        say("**{title}**", title=post.title),
        _under_title(post, author),
        say("{text}", text=Markdown(post.text)),
    )


def _in_short(post: Post, author: Person) -> Text:
    return paragraphs(
        say("**{title}**", title=post.title),
        _under_title(post, author),
        say("{text}", text=post.summary),
        say("This is a long text: all of it stands in the file with it."),
    )


def _under_title(post: Post, author: Person) -> Sentence | Text:
    term = term_of(post)
    return lines(byline(post, author), term) if term else byline(post, author)


def byline(post: Post, author: Person) -> Sentence:
    return say("{author} · post {number}", author=author.shown, number=post.number)


async def attach(act: Act, post: Post, key: str) -> None:
    """Put the whole text beside a post in a file, in the place of what was there before.

    `key` and not the cause makes it the same file when it is sent again.
    """
    text = f"# {post.title}\n\n{post.text}\n"
    relation: dict[str, Any] = {"rel_type": "m.reference", "event_id": post.event}
    if not post.by_plein:
        relation |= {"rel_type": "m.thread", "is_falling_back": True}
    file = SendFile(
        post.room,
        text.encode(),
        "text/markdown",
        f"{post.slug}.md",
        "whole",
        content={rules.ATTACHMENT: post.event, "m.relates_to": relation},
    )
    sent = await act.homeserver.send_file(file, key)

    async def told() -> bool:
        return sent in await post_events.attachments(act.index, post.room, post.event)

    await act.told_back(told)
    await detach(act, post, but=sent)


async def detach(act: Act, post: Post, but: EventId | None = None) -> None:
    """Take away files that are no longer what the post says."""
    now = await post_events.attachments(act.index, post.room, post.event)
    await act.perform_together(Redact(post.room, one) for one in now if one != but)
