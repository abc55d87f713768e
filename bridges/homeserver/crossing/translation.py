"""How does what somebody said here read on the far side?

What stays is what they wrote. What changes is every address: events, people, files and the room
have others there. What goes is what would give a ghost more than a voice, and marks of a relay.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bridges.homeserver.crossing import markup, sizes
from bridges.homeserver.crossing.kinds import (
    ATTACHMENT,
    MARK,
    POST,
    Copy,
    Crossing,
    Json,
    Kind,
    Rule,
    Said,
    named,
)
from bridges.homeserver.crossing.reading import files, mapping, mentioned, pinned, references

_DEEPEST = 40
_OWN = frozenset({POST, ATTACHMENT})
_DANGEROUS = (
    "com.beeper.",  # per_message_profile: speaks under another's name; linkpreviews: foreign files
    "m.per_message_profile",
    "org.matrix.msc4144.",
    "m.room.",  # looks like state, and some programs read it as such
    "io.element.",
    "im.vector.",
    "m.server_notice",
    "m.call",
    "m.key.",
    "membership",
)
_AUTHORS_ONLY = {Kind.EDIT, Kind.POLL_END}


@dataclass(frozen=True, slots=True)
class Known:
    """What was looked up for one event: `references`, `people` and `files` say of what.

    `server` is the name of the side that it stems from, `room` the far room, in which all `copies`
    stand. `people` gives the ID
    on the far side: of a ghost, or of whom a ghost of this side stands for. `media` gives far
    addresses of files that crossed. `pins` is what the far room has pinned now.
    """

    server: str
    room: str
    copies: Mapping[str, Copy] = field(default_factory=dict)
    people: Mapping[str, str] = field(default_factory=dict)
    media: Mapping[str, str] = field(default_factory=dict)
    pins: tuple[str, ...] = ()


def translated(said: Said, known: Known) -> Crossing | Rule:
    """What is to be sent on the far side, or why it does not cross."""
    mark = {"server": known.server, "room": named(said.room), "event_id": said.event}
    if said.kind is Kind.PINS:
        if not references(said) & known.copies.keys():
            return Rule.TARGET
        return Crossing(said.type, {"pinned": _pins(said, known), MARK: mark}, None, state=True)
    target = known.copies.get(said.target) if said.target else None
    if said.target and target is None:
        return Rule.TARGET
    if said.kind is Kind.REDACTION and target:
        return _redaction(said, target, mark)
    if said.kind in _AUTHORS_ONLY and target and target.author != said.sender:
        return Rule.NOT_THEIRS
    if any(file.needed and file.uri not in known.media for file in files(said)):
        return Rule.FILES
    content = _content(said.content, said, known)
    if relation := _relation(said, known):
        content["m.relates_to"] = relation
    if said.kind is Kind.EDIT:
        content["m.new_content"] = _content(mapping(said.content.get("m.new_content")), said, known)
    content[MARK] = mark
    fitting = sizes.fitting(content)
    if fitting is None:
        return Rule.TOO_LONG
    return Crossing(said.type, fitting, None if said.state else said.sender, state=said.state)


def _redaction(said: Said, target: Copy, mark: Json) -> Crossing | Rule:
    """The ghost that said it takes it back; also where a moderator here made it go.

    What stems from elsewhere is only hidden here: a moderator has no power over other rooms.
    """
    if target.author is None:
        return Rule.NOT_THEIRS
    content: Json = {"redacts": target.event, MARK: mark}
    # A moderator's reason is for the person and the staff, not for another organisation.
    reason = said.content.get("reason")
    if isinstance(reason, str) and said.sender == target.author:
        content["reason"] = sizes.clean(reason[:1000])
    return Crossing("m.room.redaction", content, target.author, redacts=target.event)


def _pins(said: Said, known: Known) -> list[str]:
    """What is pinned there, with what was pinned and unpinned here; what they pinned stays."""
    before, now = pinned(said.before or {}), pinned(said.content)
    there = [known.copies[one].event for one in before if one in known.copies and one not in now]
    kept = [one for one in known.pins if one not in there]
    added = [known.copies[one].event for one in now if one in known.copies and one not in before]
    return kept + [one for one in dict.fromkeys(added) if one not in kept]


def _content(content: Json, said: Said, known: Known) -> Json:
    """Everything but what it relates to, with the addresses of the far side."""
    kept = {
        key: value
        for key, value in content.items()
        if key not in ("m.relates_to", "m.new_content", "file") and _may_stay(key)
    }
    crossed: Json = sizes.clean(_walked(kept, known, 0))
    events = {one: copy.event for one, copy in known.copies.items()}
    for key in ("body", "formatted_body"):
        if isinstance(text := crossed.get(key), str):
            crossed[key] = markup.rewritten(
                text, {said.room: known.room}, events, known.people, known.media
            )
    if "m.mentions" in content:
        crossed["m.mentions"] = _mentions(content, known)
    _about(crossed, known)
    return crossed


def _may_stay(key: str) -> bool:
    if key.startswith("nl.plein."):
        return key in _OWN
    return not key.startswith(_DANGEROUS)


def _mentions(content: Json, known: Known) -> Json:
    people = [known.people[one] for one in mentioned(content) if one in known.people]
    mentions: Json = {"user_ids": list(dict.fromkeys(people))} if people else {}
    if mapping(content.get("m.mentions")).get("room") is True:
        # To everybody in the room: the homeserver asks whether the ghost may, and it may not.
        mentions["room"] = True
    return mentions


def _about(content: Json, known: Known) -> None:
    """Let a post, and the file with its text, name the event that is the post there."""
    post = content.get(POST)
    if isinstance(post, dict) and "event" in post:
        copy = known.copies.get(str(post["event"]))
        if copy:
            content[POST] = post | {"event": copy.event}
        else:
            content[POST] = {key: value for key, value in post.items() if key != "event"}
    if ATTACHMENT in content:
        copy = known.copies.get(str(content[ATTACHMENT]))
        if copy:
            content[ATTACHMENT] = copy.event
        else:
            del content[ATTACHMENT]


def _walked(value: Any, known: Known, depth: int) -> Any:
    """Addresses of files that have none there are no use to anybody, and tell of this server."""
    if depth > _DEEPEST:
        return None
    if isinstance(value, dict):
        walked = {key: _walked(one, known, depth + 1) for key, one in value.items()}
        return {
            key: one
            for key, one in walked.items()
            if not (one is None and markup.is_media(value[key]))
        }
    if isinstance(value, list):
        return [_walked(one, known, depth + 1) for one in value]
    if markup.is_media(value):
        return known.media.get(value)
    return value


def _relation(said: Said, known: Known) -> Json | None:
    """What it relates to there; None where that never crossed, and it stands by itself."""
    relation = mapping(said.content.get("m.relates_to"))
    how, target = relation.get("rel_type"), known.copies.get(str(relation.get("event_id")))
    answered = known.copies.get(str(mapping(relation.get("m.in_reply_to")).get("event_id")))
    reply: Json = {"m.in_reply_to": {"event_id": answered.event}} if answered else {}
    if how == "m.annotation" and target:
        key = str(relation.get("key"))
        key = known.media.get(key, key)
        return {"rel_type": how, "event_id": target.event, "key": sizes.clean(key)}
    if how in ("m.replace", "m.reference") and target:
        return {"rel_type": how, "event_id": target.event}
    if how == "m.thread" and target:
        falls_back = relation.get("is_falling_back") is True or not answered
        return {
            "rel_type": how,
            "event_id": target.event,
            "is_falling_back": falls_back,
            **(reply or {"m.in_reply_to": {"event_id": target.event}}),
        }
    if how == "m.thread" and relation.get("is_falling_back") is True:
        return None
    return reply or None
