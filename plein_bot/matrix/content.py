"""How does a text become the content of a message, and the content of a message a text?

Rules: Matrix specification, client-server API, "m.room.message msgtypes", "Rich replies" and
"User and room mentions".
"""

import html
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any
from urllib.parse import unquote

import nh3

from plein_bot.domain.effects import Say
from plein_bot.domain.events import Json
from plein_bot.domain.ids import EventId, UserId, user_id
from plein_bot.domain.polls import ENDS
from plein_bot.locale import markdown as markup
from plein_bot.locale.cleaning import cleaned

CAUSE = "nl.plein.cause"
# An event may take 65,536 bytes as canonical JSON. What the homeserver adds (ids, hashes,
# signatures) stays well under 4 kB; encryption makes four bytes out of three.
MOST = 60_000
MOST_ENCRYPTED = 44_000
# Markdown stands in an event twice, so more characters hardly ever fit; and a hostile text takes
# time that grows with the square of its length.
_WORTH_TRYING = 25_000
# Characters that fit in any event, whatever HTML they become.
_NEVER_TOO_LONG = 500
# Characters of an edited text that clients see that know no edits, where there is room for no more.
_SHORT = 200

_ONE_PARAGRAPH = re.compile(r"<p>((?:(?!<p>).)*)</p>", re.DOTALL)
_FALLBACK = re.compile(r"> (?:\* )?<@[^>\n]*>[^\n]*(?:\n>[^\n]*)*(?:\n\n?|$)")
# More in one line are no names typed by a person, and each costs a walk along the line.
_MOST_PILLS = 100
_LINK = re.compile(r'<a href="([^"]*)">([^<]*)</a>')
_PERSON = re.compile(
    r"(?:https?://matrix\.to/#/|matrix:u/)(?P<id>[^?/#]+)(?:\?.*)?", re.DOTALL | re.IGNORECASE
)


def notice(
    markdown: str,
    *,
    reply_to: EventId | None = None,
    extra: Mapping[str, Any] | None = None,
) -> Json:
    """The content of an `m.notice`.

    It says whom it mentions, and that is nobody, so that no name in it pings anyone; `extra` may
    say otherwise. Keys of `extra` win, but `reply_to` goes into the `m.relates_to` given there.
    """
    text = markdown.encode(errors="replace").decode()
    content: Json = {
        "msgtype": "m.notice",
        "body": markup.plain_text(text),
        "format": "org.matrix.custom.html",
        "formatted_body": to_html(text),
        "m.mentions": {},
        **(extra or {}),
    }
    return _replying(content, reply_to)


def _replying(content: Json, reply_to: EventId | None) -> Json:
    if reply_to is None:
        return content
    relation = {**content.get("m.relates_to", {}), "m.in_reply_to": {"event_id": reply_to}}
    return {**content, "m.relates_to": relation}


def replacing(content: Json, edited: EventId) -> Json:
    """The same notice in the place of an earlier one (specification, "Event replacements")."""
    new = {key: value for key, value in content.items() if key != "m.relates_to"}
    whole = {
        **new,
        # For clients that know no edits.
        "body": f"* {content['body']}",
        "formatted_body": f"* {content['formatted_body']}",
        "m.new_content": new,
        "m.relates_to": {"rel_type": "m.replace", "event_id": edited},
    }
    if fits(whole):
        return whole
    # It would stand there four times over. What is meant is in `m.new_content`, whole.
    short = {key: value for key, value in whole.items() if key not in ("format", "formatted_body")}
    return {**short, "body": f"{whole['body'][:_SHORT]}…"}


def image(
    source: Mapping[str, Any],
    alt: str,
    info: Mapping[str, Any],
    *,
    reply_to: EventId | None = None,
    extra: Mapping[str, Any] | None = None,
) -> Json:
    """The content of an `m.image`; `source` is its `url`, or its `file` where it is encrypted.

    The body is what clients give who do not see the image. Without a `filename` beside it, it is no
    caption: then it would be shown under the image too.
    """
    content: Json = {
        "msgtype": "m.image",
        "body": alt,
        "info": dict(info),
        "m.mentions": {},
        **source,
        **(extra or {}),
    }
    return _replying(content, reply_to)


def file(
    source: Mapping[str, Any],
    name: str,
    info: Mapping[str, Any],
    *,
    reply_to: EventId | None = None,
    extra: Mapping[str, Any] | None = None,
) -> Json:
    """The content of an `m.file`; `source` is its `url`, or its `file` where it is encrypted."""
    content: Json = {
        "msgtype": "m.file",
        "body": name,
        "filename": name,
        "info": dict(info),
        "m.mentions": {},
        **source,
        **(extra or {}),
    }
    return _replying(content, reply_to)


def poll_end(poll: EventId, text: str, *, stable: bool) -> tuple[str, Json]:
    """The type and the content of what closes a poll, under the names that the poll itself has."""
    relation = {"rel_type": "m.reference", "event_id": poll}
    if stable:
        return ENDS[0], {"m.relates_to": relation, "m.text": [{"body": text}]}
    named = {ENDS[1]: {}, "org.matrix.msc1767.text": text, "body": text}
    return ENDS[1], {"m.relates_to": relation, **named}


def to_html(markdown: str) -> str:
    """HTML that clients show; a single paragraph is bare, for clients that set paragraphs apart."""
    clean = cleaned(markdown)
    alone = _ONE_PARAGRAPH.fullmatch(clean)
    return alone[1] if alone else clean


def fits(content: Mapping[str, Any], *, encrypted: bool = False) -> bool:
    """Whether the homeserver takes an event with this content."""
    canonical = json.dumps(content, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return len(canonical.encode()) <= (MOST_ENCRYPTED if encrypted else MOST)


def notices(
    markdown: str,
    *,
    reply_to: EventId | None = None,
    edits: EventId | None = None,
    extra: Mapping[str, Any] | None = None,
    encrypted: bool = False,
) -> list[Json]:
    """As many notices as the text needs, cut between paragraphs, else lines, else words.

    The first is the reply; each carries `extra`. One that takes the place of another is not cut.
    Raises ValueError where `extra` alone is too large.
    """
    if edits:
        return [replacing(notice(markdown, extra=extra), edits)]
    if len(markdown) <= _WORTH_TRYING:
        content = notice(markdown, reply_to=reply_to, extra=extra)
        if fits(content, encrypted=encrypted):
            return [content]
        if len(markdown) < _NEVER_TOO_LONG:
            raise ValueError("there is no room for text beside the extra content")
    first, second = _halves(markdown)
    return [
        *notices(first, reply_to=reply_to, extra=extra, encrypted=encrypted),
        *notices(second, extra=extra, encrypted=encrypted),
    ]


def is_one(markdown: str, effect: Say) -> bool:
    """Whether `notices` makes one event of it, in a room without encryption."""
    if len(markdown) > MOST:
        return False
    extra = {CAUSE: "x" * 64, **effect.content}
    said = notices(markdown, reply_to=effect.reply_to, edits=effect.edits, extra=extra)
    return len(said) == 1 and fits(said[0])


@dataclass(frozen=True, slots=True)
class Message:
    """What somebody sent, as far as it is text.

    `text` is as typed. `with_ids` is the same with the pills in its first line written as Matrix
    IDs, so that a name of several words reads as one person. `pills` are the people linked in the
    text, in order; `mentions` whom the event says it mentions: with a reply that is also the author
    of what it answers.
    """

    text: str
    with_ids: str
    pills: tuple[UserId, ...] = ()
    mentions: tuple[UserId, ...] = ()
    reply_to: EventId | None = None
    thread: EventId | None = None
    edits: EventId | None = None


def message(content: Mapping[str, Any]) -> Message | None:
    """Read the content of an `m.room.message`; None where it holds no text.

    Of an edit the new text is read. Anybody can send anything: what is not as the specification
    says counts as absent.
    """
    relation = _mapping(content.get("m.relates_to"))
    edits = _event(relation.get("event_id")) if relation.get("rel_type") == "m.replace" else None
    thread = _event(relation.get("event_id")) if relation.get("rel_type") == "m.thread" else None
    reply_to = _event(_mapping(relation.get("m.in_reply_to")).get("event_id"))
    said = _mapping(content.get("m.new_content")) if edits else content
    text = said.get("body")
    if not isinstance(text, str):
        return None
    # Only replies have a fallback (until v1.12 of the specification); others quote on purpose.
    if reply_to and (fallback := _FALLBACK.match(text)):
        text = text[fallback.end() :]
    if thread and relation.get("is_falling_back") is True:
        reply_to = None  # Only there to show a thread to clients that know none.
    people = _people(said.get("formatted_body"))
    listed = _mapping(said.get("m.mentions")).get("user_ids")
    named = listed if isinstance(listed, list) else []
    mentions = [user_id(each) for each in named if isinstance(each, str)]
    return Message(
        text=text,
        with_ids=_with_ids(text, people),
        pills=tuple(dict.fromkeys(person for person, _ in people)),
        mentions=tuple(dict.fromkeys(filter(None, mentions))),
        reply_to=reply_to,
        thread=thread,
        edits=edits,
    )


def _halves(markdown: str) -> tuple[str, str]:
    """Cut at the best place about the middle. Nothing is lost but the line break or space there."""
    lines = markdown.split("\n")
    starts = [0, *accumulate(len(line) + 1 for line in lines)]
    blocks = markup.blocks(markdown)
    middle = len(markdown) / 2
    # An indented line continues a list or a quotation, and would be code on its own.
    unindented = [start for start in starts[1:-1] if not markdown[start : start + 1].isspace()]
    for places in ([starts[first] for first, _, _ in blocks], unindented):
        if places:
            cut = min(places, key=lambda place: abs(place - middle))
            if len(markdown) / 4 <= cut <= 3 * len(markdown) / 4:
                first, second = markdown[:cut], markdown[cut:]
                line = starts.index(cut)
                fence = next((a for a, b, kind in blocks if kind == "fence" and a < line < b), None)
                if fence is None:
                    return _without_break(first), second.lstrip("\n")
                opening = lines[fence]
                marks = re.match(r"\s*(`{3,}|~{3,})", opening)
                return f"{first}{marks[1] if marks else '```'}", f"{opening}\n{second}"
    # A cut through an escape or an entity would turn a character into markup.
    atoms = [m.end() for m in re.finditer(r"\\.|&#?\w+;|.", markdown, re.DOTALL)][:-1]
    spaces = [place for place in atoms if markdown[place - 1] == " "]
    near = [place for place in spaces if len(markdown) / 4 <= place <= 3 * len(markdown) / 4]
    cut = min(near or atoms or [1], key=lambda place: abs(place - middle))
    return _without_break(markdown[:cut]), markdown[cut:]


def _without_break(markdown: str) -> str:
    """Without the line break at the end, also where a backslash makes it a hard one."""
    text = markdown.rstrip("\n")
    backslashes = len(text) - len(text.rstrip("\\"))
    return text[:-1] if backslashes % 2 else text


def _people(formatted: object) -> list[tuple[UserId, str]]:
    """The people linked in HTML with the label of each; not those in the quotation of a reply."""
    if not isinstance(formatted, str):
        return []
    # The parser of browsers, made into one canonical form: what is nested or broken is so no more.
    links = nh3.clean(
        formatted,
        tags={"a"},
        attributes={"a": {"href"}},
        clean_content_tags={"mx-reply", "script", "style"},
        url_schemes={"https", "http", "matrix"},
        link_rel=None,
    )
    people = []
    for link in _LINK.finditer(links):
        found = _PERSON.fullmatch(html.unescape(link[1]))
        name = unquote(found["id"]) if found else ""
        person = user_id(name if name.startswith("@") else f"@{name}") if name else None
        if person:
            people.append((person, html.unescape(link[2])))
    return people


def _with_ids(text: str, people: Sequence[tuple[UserId, str]]) -> str:
    line, newline, under = text.partition("\n")
    done = ""
    for person, label in people[:_MOST_PILLS]:
        name = re.escape(label.removeprefix("@"))
        # Some clients write a pill as a Markdown link in the body.
        pill = re.search(rf"\[@?{name}\]\([^()\s]*\)|(?<!\w)@?{name}(?!\w)", line)
        if pill and name:
            done += line[: pill.start()] + person
            line = line[pill.end() :]
    return done + line + newline + under


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _event(value: object) -> EventId | None:
    return EventId(value) if isinstance(value, str) and value else None
