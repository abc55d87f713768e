"""Watching over a room: what somebody did lately becomes a hit, or nothing.

Given are the guards of the room and what happened there, in the homeserver's order. Moments are in
milliseconds. Of what is encrypted only the number counts: nobody here sees the words.
"""

import hashlib
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Any

from plein_bot.domain.events import Event, Membership
from plein_bot.domain.ids import EventId, UserId
from plein_bot.domain.protections import Guard, Mode, Number, Protection

SAID = (
    "m.room.message",
    "m.room.encrypted",
    "m.sticker",
    "m.poll.start",
    "org.matrix.msc3381.poll.start",
)
"""What counts as a message. An edit is one too, and so is a new name (`index/watching.py`);
reactions and answers to polls are none."""

MEDIA = ("m.image", "m.file", "m.video", "m.audio")

PAST = 10 * 60 * 1000
"""What is heard of so long after it happened is past: whoever moderates has seen it by then, and
nobody who still floods would be stopped by a mute."""

_MEMORY = 10 * 60 * 1000
_MOST_DEEDS = 5000
_SAME_WORDS_LAST = 60 * 1000
_SHORTEST = 30
"""Of shorter texts many people say the same, such as good wishes."""

_PILL = re.compile(r"https?://matrix\.to/#/(?:@|%40)[^\s\"'<>)]+|matrix:u/[^\s\"'<>)]+", re.I)
_LINK = re.compile(r"\bhttps?://|\bwww\.|\bmatrix:(?!u/)", re.I)


class Kind(Enum):
    SAID = auto()
    INVITED = auto()
    CAME = auto()


@dataclass(frozen=True, slots=True)
class Deed:
    """Something that somebody did. `words` stands for a text that is long enough to compare."""

    event: EventId
    person: UserId
    kind: Kind
    moment: int
    words: str = ""
    mentions: int = 0
    has_link: bool = False
    is_media: bool = False
    to_all: bool = False


@dataclass(frozen=True, slots=True)
class Hit:
    """Somebody did more than a protection allows. `since` is the first event that this is about."""

    protection: Protection
    mode: Mode
    person: UserId
    since: EventId
    moment: int


@dataclass(frozen=True, slots=True)
class Recent:
    """What happened lately in a room and counts for what comes next."""

    deeds: tuple[Deed, ...] = ()
    # Words that many accounts said at once, and when that last was.
    flooding: Mapping[str, int] = field(default_factory=dict)


def deed_of(event: Event, moment: int) -> Deed | None:
    """What an event is in the eyes of whoever guards; None where it is nothing to guard against."""
    if event.redacted:
        return None
    if event.type == "m.room.member" and event.state_key:
        return _move(event, event.state_key, moment)
    if event.type not in SAID or event.state_key is not None:
        return None
    contents = [event.content]
    if isinstance(new := event.content.get("m.new_content"), Mapping):
        contents.append(new)
    texts = [text for one in contents for text in _texts(one)]
    named = {user for one in contents for user in _named(one)}
    named |= {pill.group().casefold() for text in texts for pill in _PILL.finditer(text)}
    return Deed(
        event.event_id,
        event.sender,
        Kind.SAID,
        moment,
        words=_fingerprint(event.content.get("body")),
        mentions=len({_who(one) for one in named}),
        has_link=any(_LINK.search(_PILL.sub("", text)) for text in texts),
        is_media=event.type == "m.sticker" or event.content.get("msgtype") in MEDIA,
        to_all=any(_is_to_all(one) for one in contents),
    )


def _move(event: Event, person: str, moment: int) -> Deed | None:
    match event.content.get("membership"):
        case Membership.INVITE if event.sender != person:
            return Deed(event.event_id, event.sender, Kind.INVITED, moment)
        case Membership.JOIN | Membership.KNOCK if event.sender == person:
            return Deed(event.event_id, event.sender, Kind.CAME, moment)
        case _:
            return None


def _texts(content: Mapping[str, Any]) -> Iterator[str]:
    for key in ("body", "formatted_body"):
        if isinstance(text := content.get(key), str):
            yield text


def _named(content: Mapping[str, Any]) -> Iterator[str]:
    match content.get("m.mentions"):
        case {"user_ids": list(users)}:
            yield from (user for user in users if isinstance(user, str))
        case _:
            pass


def _who(named: str) -> str:
    """The same for a person by their ID and by a link to them."""
    return (
        re.sub(r"^(?:https?://matrix\.to/#/|matrix:u/)", "", named.casefold())
        .replace("%40", "@")
        .replace("%3a", ":")
        .lstrip("@")
        .partition("?")[0]
    )


def _is_to_all(content: Mapping[str, Any]) -> bool:
    match content.get("m.mentions"):
        case {"room": True}:
            return True
        case _:
            return False


def _fingerprint(body: object) -> str:
    text = " ".join(body.split()).casefold() if isinstance(body, str) else ""
    return (
        hashlib.sha256(text.encode(errors="replace")).hexdigest() if len(text) >= _SHORTEST else ""
    )


def judge(
    recent: Recent, new: Iterable[Deed], guards: Mapping[Protection, Guard], present: int = 0
) -> tuple[tuple[Hit, ...], Recent]:
    """What the new deeds, after those that came before, amount to; and what to remember.

    What was counted in a hit does not count again. `present` is how many are in the room, for who
    calls all of them at once.
    """
    deeds = list(recent.deeds)
    flooding = dict(recent.flooding)
    known = {deed.event for deed in deeds}
    hits: list[Hit] = []
    for deed in new:
        if deed.event in known:
            continue
        deeds.append(deed)
        for hit, counted in _hits(deed, deeds, flooding, guards, present):
            hits.append(hit)
            deeds = [one for one in deeds if one.event not in counted]
    return tuple(hits), _kept(deeds, flooding)


_Found = tuple[Hit, Collection[EventId]]


def _hits(
    deed: Deed,
    deeds: list[Deed],
    flooding: dict[str, int],
    guards: Mapping[Protection, Guard],
    present: int,
) -> Iterator[_Found]:
    match deed.kind:
        case Kind.SAID:
            if guard := guards.get(Protection.FLOOD):
                yield from _floods(guard, deed, deeds, flooding)
            yield from _in_itself(deed, guards, present)
        case Kind.INVITED:
            if guard := guards.get(Protection.INVITATIONS):
                own = _lately(guard, deed, deeds, of=deed.person)
                if len(own) > guard[Number.PEOPLE]:
                    yield _hit(guard, deed, own[0]), _events(own)
        case Kind.CAME:
            if guard := guards.get(Protection.JOINS):
                came = _lately(guard, deed, deeds)
                if len({one.person for one in came}) > guard[Number.PEOPLE]:
                    yield _hit(guard, deed, came[0]), _events(came)


def _floods(
    guard: Guard, deed: Deed, deeds: list[Deed], flooding: dict[str, int]
) -> Iterator[_Found]:
    if deed.words and deed.moment - flooding.get(deed.words, -_MEMORY) < _SAME_WORDS_LAST:
        flooding[deed.words] = deed.moment
        yield _hit(guard, deed, deed), {deed.event}
        return
    if deed.words:
        same = [one for one in _lately(guard, deed, deeds) if one.words == deed.words]
        first = {one.person: one for one in reversed(same)}
        if len(first) >= guard[Number.ACCOUNTS]:
            flooding[deed.words] = deed.moment
            for one in first.values():
                yield _hit(guard, deed, one), _events(same)
            return
    own = _lately(guard, deed, deeds, of=deed.person)
    # Who sends the pictures of an afternoon sends them one after the other.
    if sum(1 if one.is_media else 2 for one in own) > 2 * guard[Number.MESSAGES]:
        yield _hit(guard, deed, own[0]), _events(own)


def _in_itself(deed: Deed, guards: Mapping[Protection, Guard], present: int) -> Iterator[_Found]:
    """What one message alone may be; whether its sender is new is not known here."""
    if guard := guards.get(Protection.MENTIONS):
        called = max(deed.mentions, present if deed.to_all else 0)
        if called > guard[Number.PEOPLE]:
            yield _hit(guard, deed, deed), ()
    if deed.has_link and (guard := guards.get(Protection.LINKS)):
        yield _hit(guard, deed, deed), ()
    if deed.is_media and (guard := guards.get(Protection.MEDIA)):
        yield _hit(guard, deed, deed), ()


def _lately(guard: Guard, deed: Deed, deeds: list[Deed], of: UserId | None = None) -> list[Deed]:
    begin = deed.moment - guard[Number.SECONDS] * 1000
    return [
        one
        for one in deeds
        if one.kind is deed.kind and one.moment >= begin and of in (None, one.person)
    ]


def _events(deeds: Iterable[Deed]) -> frozenset[EventId]:
    return frozenset(one.event for one in deeds)


def _hit(guard: Guard, deed: Deed, since: Deed) -> Hit:
    return Hit(guard.protection, guard.mode, since.person, since.event, deed.moment)


def _kept(deeds: list[Deed], flooding: dict[str, int]) -> Recent:
    if not deeds and not flooding:
        return Recent()
    now = max((*flooding.values(), *(one.moment for one in deeds)))
    return Recent(
        tuple(one for one in deeds[-_MOST_DEEDS:] if now - one.moment < _MEMORY),
        {words: at for words, at in flooding.items() if now - at < _MEMORY},
    )
