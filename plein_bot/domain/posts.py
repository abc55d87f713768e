"""Posts: long texts with an author, a place, revisions and comments (design 6).

A post is its author's own event wherever possible. What that event cannot carry (number, short
name, featured, closed) stands in events of the bot: the card in its thread, whose content has
`nl.plein.post`, and `nl.plein.note` events that refer to it.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from plein_bot.domain.archives import refuse_archived
from plein_bot.domain.consultations import Consultation
from plein_bot.domain.errors import Refusal
from plein_bot.domain.ids import EventId, RoomId, UserId
from plein_bot.domain.mutes import refuse_muted
from plein_bot.domain.people import Role
from plein_bot.domain.places import Posting
from plein_bot.domain.sentences import say
from plein_bot.domain.slugs import slug_from
from plein_bot.domain.standing import NoSuchPlace, Standing

MARK = "nl.plein.post"
NOTE = "nl.plein.note"
ATTACHMENT = "nl.plein.attachment"
"""Of a file that holds the whole text of a post: the post."""
LONGEST_TITLE = 200
LONGEST_SUMMARY = 280
MOST_TAGS = 20
_NOWHERE = EventId("")
LONGEST_PART = 8000
"""Characters, each of which may take six bytes of JSON."""

_TAG = re.compile(r"(?<![\w#&/])#(\w[\w-]{0,48}\w)", re.UNICODE)
_FENCE = re.compile(r"^(```|~~~).*?^\1|`[^`\n]+`", re.MULTILINE | re.DOTALL)
_TABLE = re.compile(r"^[ \t]*\|.*$", re.MULTILINE)
_MARKUP = re.compile(
    r"!\[[^\]]*\]\([^)]*\)|^[ \t]*#{1,6}(?=\s)|[*_`>|]|\[([^\]]*)\]\([^)]*\)", re.MULTILINE
)
_HEADING = re.compile(r"\A\s{0,3}#{1,6}(?:\s+|\Z)")
_PICTURE = re.compile(r"!\[([^\]\n]*)\]\(<?image:(\d+)>?(?: \"[^\"\n]*\")?\)")
_COVER = re.compile(r"!\[[^\]\n]*\]\(<?(mxc://[^\s)>]+)")


@dataclass(frozen=True, slots=True)
class Post:
    """A post as it stands. `event` is what its author wrote, `card` the bot's event about it.

    `text` is Markdown; `latest` is the event that made it what it is. `typed` when the first line
    was the command, which is no part of the text. `kept` when Plein keeps the text beside the
    event, of which it is no part: it was in a file, or the bot sent the post (`by_plein`).
    `consultation` where people are asked to think along.
    """

    number: int
    event: EventId
    card: EventId
    room: RoomId
    slug: str
    author: UserId
    title: str
    text: str
    tags: tuple[str, ...]
    posted_at: datetime
    edited_at: datetime | None = None
    featured: bool = False
    closed: bool = False
    typed: bool = False
    latest: EventId = _NOWHERE
    kept: bool = False
    consultation: Consultation | None = None

    @property
    def by_plein(self) -> bool:
        return self.card == self.event

    @property
    def summary(self) -> str:
        return summary_of(self.text)

    @property
    def cover(self) -> str | None:
        """The picture that stands for the post: the first one in it."""
        found = _COVER.search(self.text)
        return found[1] if found else None


@dataclass(frozen=True, slots=True)
class Said:
    """A revision of a post (the first text included) or a comment on it.

    `latest` is the event that made its text what it is.
    """

    event: EventId
    latest: EventId
    author: UserId
    at: datetime
    text: str


@dataclass(frozen=True, slots=True)
class Echo:
    """What a post called forth: comments that stand, and people per reaction."""

    comments: int = 0
    reactions: Mapping[str, int] | None = None


def clean_title(title: str) -> str:
    """The title in one line. Raises a Refusal for one that is empty or far too long."""
    clean = " ".join(unicodedata.normalize("NFC", _HEADING.sub("", title, count=1)).split())
    if not clean:
        raise Refusal(
            say("A post needs a title. Write it behind the command: `post My visit to Woudenberg`.")
        )
    if len(clean) > LONGEST_TITLE:
        raise Refusal(
            say(
                "This title has {n} characters; {most} fit. Make it shorter, and put the rest "
                "in the text.",
                n=len(clean),
                most=LONGEST_TITLE,
            )
        )
    return clean


def text_under(body: str) -> str:
    """What stands under the first line that is not empty: the command of a post in place."""
    _, _, under = body.lstrip().partition("\n")
    return under.strip("\n").rstrip()


def title_in(text: str) -> str | None:
    """The first line of a text as its title; None where it is no line to be a title."""
    first = text.strip().partition("\n")[0]
    plain = summary_of(_HEADING.sub("", first, count=1))
    return plain if plain and len(first) <= LONGEST_TITLE else None


def title_for(said: str, text: str, file: str) -> tuple[str, str]:
    """The title of what was in a document, and the text under it.

    What is too long to be a title stays in the text; without one, the file's name has to do.
    """
    if said and len(said) <= LONGEST_TITLE:
        return said, text
    whole = f"{said}\n\n{text}" if said else text
    stem = file.rpartition(".")[0] or file
    return " ".join(stem.replace("_", " ").split())[:LONGEST_TITLE], whole


def with_pictures(text: str, addresses: Mapping[int, str]) -> str:
    """A text from a document, with its pictures where they are now.

    One without an address is named: there it will be.
    """

    def placed(found: re.Match[str]) -> str:
        address = addresses.get(int(found[2]))
        return f"![{found[1]}]({address})" if address else f"🖼 {found[1]}".rstrip()

    return _PICTURE.sub(placed, text)


def tags_in(text: str) -> tuple[str, ...]:
    """`#words` outside code, in lower case and in their order, each once."""
    found = _TAG.findall(_FENCE.sub(" ", text))
    return tuple(dict.fromkeys(tag.lower() for tag in found if not tag.isdecimal()))[:MOST_TAGS]


def bare(text: str) -> str:
    """The words of a text without their markup; code stays as it is."""
    return _MARKUP.sub(lambda found: found[1] or "", text)


def summary_of(text: str) -> str:
    """The beginning, without its markup and tables, cut at a word."""
    words = bare(_TABLE.sub(" ", _FENCE.sub(" ", text))).split()
    whole = ""
    for word in words:
        if len(whole) + len(word) + 1 > LONGEST_SUMMARY:
            return f"{whole or word[:LONGEST_SUMMARY]}…"
        whole = f"{whole} {word}".strip()
    return whole


def shortened(text: str, most: int) -> str:
    """The beginning of a text for a preview; a block of code that is cut is closed."""
    if len(text) <= most:
        beginning = text
    else:
        beginning = text[:most].rpartition("\n")[0] or text[:most]
        beginning += "\n\n…"
    fences = re.findall(r"^(```|~~~)", beginning, re.MULTILINE)
    return beginning + (f"\n{fences[-1]}" if len(fences) % 2 else "")


def slug_for(title: str) -> str:
    """The short name that a title suggests. It never changes, whatever the title becomes."""
    return slug_from(title) or "blog"


def content_of(post: Post) -> dict[str, Any]:
    """`nl.plein.post` of the card."""
    content: dict[str, Any] = {
        "number": post.number,
        "slug": post.slug,
        "title": post.title,
        "tags": list(post.tags),
        "event": post.event,
        "author": post.author,
    }
    if post.typed:
        content["typed"] = True
    if post.kept and not post.by_plein:
        content["kept"] = True
    return content


def parts_of(text: str, version: int) -> tuple[dict[str, Any], ...]:
    """The notes that hold the text of a post that the bot sends: an event takes 64 KiB of JSON."""
    parts = [text[at : at + LONGEST_PART] for at in range(0, len(text), LONGEST_PART)] or [""]
    return tuple(
        {"text": part, "part": number, "of": len(parts), "version": version}
        for number, part in enumerate(parts, 1)
    )


def refuse_posting(standing: Standing) -> None:
    """Who may start a post in this place, and which places have posts at all."""
    place = standing.place
    if not standing.may_see:
        raise NoSuchPlace(place.path)
    if place.is_subsite:
        raise Refusal(
            say(
                "A post stands in a group, and {place} is a subsite. Post it in one of its "
                "groups: `group list {slug}`.",
                place=place.name,
                slug=place.slug,
            )
        )
    refuse_archived(place)
    if place.settings.encrypted:
        raise Refusal(
            say(
                "{place} is encrypted, so I cannot keep posts there. Choose another group.",
                place=place.full_name,
            )
        )
    if not standing.is_in:
        raise Refusal(
            say(
                "Only who takes part in {place} can post there. Type `join {path}`.",
                place=place.full_name,
                path=place.path,
            )
        )
    refuse_muted(standing)
    if not may_start(standing):
        raise Refusal(
            say(
                "In {place} only chosen people start posts; everybody may comment on them.",
                place=place.full_name,
            )
        )


def may_start(standing: Standing) -> bool:
    """Whether somebody may say something that is no comment."""
    settings = standing.place.settings
    if standing.power >= Role.MODERATOR.power or settings.posting is Posting.EVERYONE:
        return True
    return settings.posting is Posting.AUTHORS and standing.person.id in settings.authors


def may_comment(post: Post, standing: Standing) -> bool:
    """Where comments are closed, only those who may open them again say something."""
    is_author = post.author == standing.person.id
    return not post.closed or is_author or standing.power >= Role.MODERATOR.power


def refuse_changing(post: Post, standing: Standing, *, withdrawing: bool = False) -> None:
    """Authors look after their own posts, staff after all of a place.

    Whoever is muted can still take a post away.
    """
    if post.author != standing.person.id and standing.power < Role.MODERATOR.power:
        raise Refusal(
            say(
                "Only the author and the staff of {place} can do this.",
                place=standing.place.full_name,
            )
        )
    if not withdrawing:
        refuse_muted(standing)


def refuse_without_staff(standing: Standing) -> None:
    standing.require(Role.MODERATOR)
