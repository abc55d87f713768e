"""Drafts: posts that are being written in a direct chat, until they are sent."""

from dataclasses import dataclass
from datetime import datetime

from plein_bot.domain.errors import Refusal
from plein_bot.domain.ids import RoomId, UserId
from plein_bot.domain.posts import summary_of
from plein_bot.domain.sentences import say

PUBLISH = "post.publish"
EXPIRE = "post.expire"
LONGEST = 1_000_000
"""Characters: a book of some 400 pages."""


@dataclass(frozen=True, slots=True)
class Draft:
    """`publish_at` once it is planned. `replaces` is the post of which it is the next version.

    As a post it is taken away at `until`, or people are asked to think along until `closes_at`.
    """

    number: int
    person: UserId
    title: str
    text: str
    place: RoomId | None = None
    publish_at: datetime | None = None
    until: datetime | None = None
    closes_at: datetime | None = None
    replaces: int | None = None

    @property
    def key(self) -> str:
        """What the number of its post hangs on (`index/post_numbers`)."""
        return f"draft:{self.number}"

    @property
    def timer(self) -> str:
        return f"{PUBLISH}:{self.number}"


def refuse_unfinished(draft: Draft) -> None:
    if not draft.title:
        raise Refusal(
            say("This draft has no title yet. Give it one: `draft title My visit to Woudenberg`.")
        )
    if not summary_of(draft.text):
        raise Refusal(say("This draft has no text yet. Add some: `draft add Today I was in …`."))


def refuse_too_long(text: str) -> None:
    if len(text) > LONGEST:
        raise Refusal(
            say("This is longer than a post can be: {most} characters at most.", most=LONGEST)
        )


def refuse_moments(now: datetime, publish_at: datetime | None, until: datetime | None) -> None:
    if until and until <= (publish_at or now):
        raise Refusal(say("A post cannot end before it begins. Choose a later moment to end."))
