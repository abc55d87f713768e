"""What did somebody say, and of which other events, people and files does it speak?

Anybody can send anything: what is not as the specification says counts as absent, or stays here.
"""

from collections.abc import Iterator
from typing import Any

from bridges.homeserver.crossing import markup
from bridges.homeserver.crossing.kinds import (
    ATTACHMENT,
    MARK,
    POST,
    File,
    Json,
    Kind,
    Rule,
    Said,
    Unread,
)

TEXTS = frozenset({"m.text", "m.notice", "m.emote", "m.location"})
FILES = frozenset({"m.file", "m.image", "m.audio", "m.video"})
_POLLS = "m.poll.", "org.matrix.msc3381.poll."
_POLL_KINDS = {"start": Kind.POLL, "response": Kind.VOTE, "end": Kind.POLL_END}
_STATE = {
    "m.room.topic": Kind.TOPIC,
    "m.room.name": Kind.TOPIC,
    "m.room.avatar": Kind.TOPIC,
    "m.room.pinned_events": Kind.PINS,
}
_LONGEST_KEY = 500  # characters of a reaction; Synapse takes no more
_ANSWERS_TO = {Kind.VOTE, Kind.POLL_END}


def read(event: Json) -> Said | Unread:
    """What an event says, as it came from the homeserver.

    Whether its sender is a ghost of this relay, and what memberships mean, is not asked here.
    """
    content, kind = event.get("content"), str(event.get("type"))
    if kind == "m.room.encrypted":
        return Unread(Rule.ENCRYPTED)
    if not isinstance(content, dict) or not all(
        isinstance(event.get(name), str) for name in ("event_id", "room_id", "sender")
    ):
        return Unread(Rule.UNKNOWN)
    if MARK in content:
        return Unread(Rule.RELAYED)
    if "state_key" in event:
        return _state(event, kind, content)
    if kind == "m.room.redaction":
        target = _text(content.get("redacts")) or _text(event.get("redacts"))
        return _said(event, Kind.REDACTION, content, target) if target else Unread(Rule.UNKNOWN)
    return _message(event, kind, content)


def _state(event: Json, kind: str, content: Json) -> Said | Unread:
    if kind not in _STATE or event["state_key"] != "":
        return Unread(Rule.UNKNOWN)
    before = mapping(event.get("unsigned")).get("prev_content")
    before = before if isinstance(before, dict) else None
    return _said(event, _STATE[kind], content, state=True, before=before)


def _message(event: Json, kind: str, content: Json) -> Said | Unread:
    relation = mapping(content.get("m.relates_to"))
    target, how = _text(relation.get("event_id")), relation.get("rel_type")
    if kind == "m.reaction":
        key = _text(relation.get("key"))
        if how != "m.annotation" or not target or not key or len(key) > _LONGEST_KEY:
            return Unread(Rule.UNKNOWN)
        return _said(event, Kind.REACTION, content, target)
    found = _kind_of(kind, content)
    if how == "m.replace" and found not in _ANSWERS_TO:
        new = mapping(content.get("m.new_content"))
        becomes = _kind_of(kind, new)
        if not target or not isinstance(becomes, Kind):
            return Unread(becomes if isinstance(becomes, Rule) else Rule.UNKNOWN)
        return _said(event, Kind.EDIT, content, target, post=POST in new or POST in content)
    if isinstance(found, Rule):
        return Unread(found)
    if found in _ANSWERS_TO:
        known = how == "m.reference" and target
        return _said(event, found, content, target) if known else Unread(Rule.UNKNOWN)
    return _said(event, found, content, post=POST in content or ATTACHMENT in content)


def _kind_of(kind: str, content: Json) -> Kind | Rule:
    """What the content of a message is, without what it relates to."""
    for prefix in _POLLS:
        if kind.startswith(prefix):
            return _POLL_KINDS.get(kind.removeprefix(prefix), Rule.UNKNOWN)
    if kind == "m.sticker":
        return _file_kind(content)
    if kind != "m.room.message" or not isinstance(content.get("body"), str):
        return Rule.UNKNOWN
    called = _text(content.get("msgtype"))
    if called in FILES:
        return _file_kind(content)
    if called not in TEXTS:
        # Verification of a device, a server's own notices: not for another server's people.
        return Rule.UNKNOWN
    return Kind.POST if POST in content else Kind.MESSAGE


def _file_kind(content: Json) -> Kind | Rule:
    if "file" in content or "thumbnail_file" in mapping(content.get("info")):
        return Rule.ENCRYPTED
    return Kind.FILE if markup.is_media(content.get("url")) else Rule.UNKNOWN


def _said(
    event: Json,
    kind: Kind,
    content: Json,
    target: str | None = None,
    *,
    post: bool = False,
    state: bool = False,
    before: Json | None = None,
) -> Said:
    at = event.get("origin_server_ts")
    return Said(
        kind,
        str(event["type"]),
        event["room_id"],
        event["event_id"],
        event["sender"],
        at if isinstance(at, int) else 0,
        content,
        target,
        post,
        state,
        before,
    )


def references(said: Said) -> frozenset[str]:
    """The events of this room that it speaks of: of each, the copy is to be looked up."""
    relation = mapping(said.content.get("m.relates_to"))
    found = [said.target, relation.get("event_id")]
    found.append(mapping(relation.get("m.in_reply_to")).get("event_id"))
    found.append(said.content.get(ATTACHMENT))
    for part in _parts(said.content):
        found.append(mapping(part.get(POST)).get("event"))
        for text in _texts(part):
            found += markup.events_in(text, said.room)
    if said.kind is Kind.PINS:
        found += pinned(said.content) + pinned(said.before or {})
    return frozenset(one for one in found if isinstance(one, str) and one)


def people(said: Said) -> frozenset[str]:
    """Whom it names by their ID: of each, the ID on the far side is to be looked up."""
    found: list[str] = []
    for part in _parts(said.content):
        found += mentioned(part)
        for text in _texts(part):
            found += markup.people_in(text)
    return frozenset(found)


def files(said: Said) -> tuple[File, ...]:
    """The files that it shows, each address once."""
    found: dict[str, File] = {}
    for part in _parts(said.content):
        for file in _files(said, part):
            known = found.get(file.uri)
            if known is None or (file.needed and not known.needed):
                found[file.uri] = file
    return tuple(found.values())


def size(said: Said) -> int:
    """Bytes of the files that it shows, as declared, or characters of its text: for the audit."""
    declared = [file.size for file in files(said) if file.size is not None]
    return sum(declared) or len(str(said.content.get("body", "")))


def brings(said: Said) -> str | None:
    """The event whose text a post is, where another one says so: Plein's account does.

    Where only posts cross, that event crosses first, as a post.
    """
    event = mapping(said.content.get(POST)).get("event")
    return _text(event) if said.kind is Kind.POST else None


def belongs_to(said: Said) -> str | None:
    """What it changes, or is a file of: it is of a post where that is one."""
    if said.kind is Kind.EDIT:
        return said.target
    return _text(said.content.get(ATTACHMENT)) if POST not in said.content else None


def pinned(content: Json) -> list[str]:
    listed = content.get("pinned")
    return [one for one in listed if isinstance(one, str)] if isinstance(listed, list) else []


def mentioned(content: Json) -> list[str]:
    listed = mapping(content.get("m.mentions")).get("user_ids")
    return [one for one in listed if isinstance(one, str)] if isinstance(listed, list) else []


def mapping(value: Any) -> Json:
    return value if isinstance(value, dict) else {}


def _parts(content: Json) -> list[Json]:
    """The content, and that which takes the place of an earlier one."""
    return [content, mapping(content.get("m.new_content"))]


def _texts(content: Json) -> Iterator[str]:
    for key in ("body", "formatted_body"):
        if isinstance(text := content.get(key), str):
            yield text


def _files(said: Said, content: Json) -> Iterator[File]:
    info = mapping(content.get("info"))
    if markup.is_media(url := content.get("url")):
        name = _text(content.get("filename")) or _text(content.get("body")) or ""
        size = info.get("size")
        yield File(
            str(url),
            _text(info.get("mimetype")),
            size if isinstance(size, int) and size >= 0 else None,
            name,
        )
    if markup.is_media(url := info.get("thumbnail_url")):
        about = mapping(info.get("thumbnail_info"))
        yield File(str(url), _text(about.get("mimetype")), needed=False)
    if isinstance(formatted := content.get("formatted_body"), str):
        for uri in markup.pictures_in(formatted):
            yield File(uri, needed=False)
    key = mapping(content.get("m.relates_to")).get("key")
    if said.kind is Kind.REACTION and markup.is_media(key):
        yield File(str(key))


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None
