"""Is the conversation in rooms that are linked the same? Compared field by field.

Of the relay only what everybody sees in a room is used: ghosts are called after the person, and
what they say names the event that it is of. What is in each room is told in names that mean the
same everywhere, and then has to be equal. Nothing here asks a homeserver (`readers.py` does) or
imports the relay.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

Json = dict[str, Any]
Name = tuple[str, str]
"""What was said, by where it was said first: server and event there."""

MARKER = "nl.plein.relayed"

GHOSTS = "relay_"
BOT = "plein-relay"
POLLS = ("m.poll.", "org.matrix.msc3381.poll.")
SAID = ("m.room.message", "m.sticker", "m.reaction", "m.room.redaction")

_ID = re.compile(
    r"mxc://[^\s\"'<>?#/]+/[\w-]+"
    r"|\$[A-Za-z0-9_-]{43}(?![\w-])"
    r"|![A-Za-z0-9_-]{43}(?![\w-])"
    r"|@[a-z0-9._=/+-]+:[a-z0-9.-]*[a-z0-9]"
)


def named(room: str) -> str:
    """What a mark calls a room."""
    return hashlib.sha256(room.encode()).hexdigest()[:24]


@dataclass(frozen=True, slots=True)
class Reading:
    """A room as it reads on one server: all of its timeline in order, and its state now.

    `files` has the hash of the bytes behind each `mxc://` address in it; `label` is what ghosts of
    this server's people have behind their name.
    """

    server: str
    room: str
    label: str
    events: tuple[Json, ...]
    state: Mapping[tuple[str, str], Json]
    files: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Thing:
    """An event in names that mean the same everywhere. Redacted, it has no content to compare."""

    name: Name
    kind: str
    sender: str
    content: Any
    redacted: bool

    @property
    def target(self) -> Name | None:
        """What this is about, where it makes no sense without: an edit, a reaction, a vote …"""
        if not isinstance(self.content, dict):
            return None
        relation = self.content.get("m.relates_to") or {}
        if self.kind == "m.room.redaction":
            return _name(self.content.get("redacts"))
        if relation.get("rel_type") in ("m.replace", "m.annotation", "m.reference"):
            return _name(relation.get("event_id"))
        return None

    @property
    def answers(self) -> list[Name]:
        """What this is said in reply to; it can be said without."""
        relation = self.content.get("m.relates_to") if isinstance(self.content, dict) else None
        if not isinstance(relation, dict) or self.target:
            return []
        found = (relation.get("event_id"), (relation.get("m.in_reply_to") or {}).get("event_id"))
        return [name for one in found if (name := _name(one))]


def ghost_of(user: str, server: str) -> str:
    """Who somebody is on another server."""
    localpart, _, home = user[1:].partition(":")
    kept = re.sub(r"[^a-z0-9._/+-]", lambda one: f"={ord(one[0]):02x}", localpart)
    return f"@{GHOSTS}{home}_{kept}:{server}"


def is_ghost(user: str) -> bool:
    return user.startswith(f"@{GHOSTS}")


def is_said(event: Json) -> bool:
    """Whether it is of the kinds that cross, and nobody's state."""
    kind = str(event["type"])
    return "state_key" not in event and (kind in SAID or kind.startswith(POLLS))


class Comparison:
    """All readings of what should be one conversation."""

    def __init__(self, *readings: Reading) -> None:
        self.readings = readings
        self.people = {
            ghost_of(user, there.server): user
            for here in readings
            for there in readings
            if here is not there
            for user in members(here)
            if not is_ghost(user)
        }
        self._redactions = {
            (one.server, event["event_id"]): (one.server, _redacted(event))
            for one in readings
            for event in one.events
            if event["type"] == "m.room.redaction" and not is_ghost(event["sender"])
        }
        self.things = {one.server: list(self._things(one)) for one in readings}
        self.said = {
            server: {thing.name: thing for thing in things}
            for server, things in self.things.items()
        }

    def missing(self) -> list[Name]:
        """What has not come everywhere yet."""
        return [
            name
            for here in self.readings
            for there in self.readings
            for name in self._natives(here.server)
            if name not in self.said[there.server] and not self._excused(name, there.server)
        ]

    def differences(self) -> list[str]:
        """Everything that is not as it should be; nothing, if all is well."""
        found = [f"this did not come: {self.said[name[0]][name]}" for name in self.missing()]
        for here in self.readings:
            found += self._doubled(here.server)
            found += self._unnamed(here)
            found += self._elsewhere(here)
            for there in self.readings:
                if here is not there:
                    found += self._compared(here.server, there.server)
                    found += self._order(here.server, there.server)
                    found += self._guests(here, there)
        return found + self._state()

    def excused(self) -> int:
        """How much is not everywhere because it was taken back before it got there."""
        return sum(
            name not in self.said[there]
            for here in self.said
            for there in self.said
            for name in self._natives(here)
        )

    def _natives(self, server: str) -> list[Name]:
        return [one.name for one in self.things[server] if one.name[0] == server]

    def _excused(self, name: Name, there: str) -> bool:
        thing = self.said[name[0]][name]
        target = thing.target
        if thing.redacted:
            return True
        # In a ring the target is not always of the same server: all that counts is that it is not
        # there to be edited, and had a reason not to be.
        return (
            target is not None
            and target not in self.said[there]
            and (target not in self.said[target[0]] or self._excused(target, there))
        )

    def _doubled(self, server: str) -> list[str]:
        counted = Counter(thing.name for thing in self.things[server])
        return [f"{name} is {n} times in {server}" for name, n in counted.items() if n > 1]

    def _unnamed(self, here: Reading) -> Iterator[str]:
        """What nobody said where it is said to be said, and what does not say where that is."""
        for thing in self.things[here.server]:
            origin = self.said.get(thing.name[0], {}).get(thing.name)
            if origin is None:
                yield f"{thing.name} in {here.server} was never said: {thing}"
            elif origin.sender != thing.sender:
                yield f"{thing.name} is by {origin.sender}, in {here.server} by {thing.sender}"

    def _elsewhere(self, here: Reading) -> Iterator[str]:
        """What names a room that is not the one it was said in."""
        rooms = {one.server: one.room for one in self.readings}
        for event in here.events:
            marker = event["content"].get(MARKER)
            if not (is_ghost(event["sender"]) and is_said(event) and isinstance(marker, dict)):
                continue
            if named(rooms.get(str(marker.get("server")), "")) != marker.get("room"):
                yield f"{event['event_id']} in {here.server} is said to be of {marker}"

    def _compared(self, here: str, there: str) -> Iterator[str]:
        for name in self._natives(here):
            one, other = self.said[here][name], self.said[there].get(name)
            if other is None:
                continue
            if one.redacted != other.redacted:
                yield f"{name} is redacted in {here if one.redacted else there} only"
            elif one.kind != other.kind:
                yield f"{name} is {one.kind} in {here}, {other.kind} in {there}"
            elif not one.redacted:
                mine, others = one.content, other.content
                if any(answered not in self.said[there] for answered in one.answers):
                    mine, others = _unrelated(mine), _unrelated(others)
                yield from (f"{name} {what}" for what in _different(mine, others, here, there))

    def _order(self, here: str, there: str) -> Iterator[str]:
        both = set(self._natives(here)) & self.said[there].keys()
        one, other = (
            [thing.name for thing in self.things[server] if thing.name in both]
            for server in (here, there)
        )
        for first, second in zip(one, other, strict=False):
            if first != second:
                yield f"in {there} {second} comes where {here} has {first}"
                return

    def _guests(self, here: Reading, there: Reading) -> Iterator[str]:
        """Everybody here is there as a ghost, under their own name."""
        others = members(there)
        for user, member in members(here).items():
            if is_ghost(user) or user.startswith(f"@{BOT}:"):
                continue
            ghost = ghost_of(user, there.server)
            mine, its = member.get("membership"), others.get(ghost, {}).get("membership", "leave")
            if (mine == "join") != (its == "join"):
                yield f"{user} is {mine} in {here.server}, and {its} in {there.server}"
            elif mine == "join":
                named = f"{member.get('displayname')} ({here.label})"
                if others[ghost].get("displayname") != named:
                    yield f"{named} is called {others[ghost].get('displayname')} in {there.server}"

    def _state(self) -> list[str]:
        found = []
        first = self.readings[0]
        for kind in ("m.room.topic", "m.room.pinned_events"):
            values = [self._state_of(one, kind) for one in self.readings]
            found += [
                f"{kind} is {values[0]} in {first.server}, {value} in {other.server}"
                for other, value in zip(self.readings, values, strict=True)
                if value != values[0]
            ]
        return found

    def _state_of(self, one: Reading, kind: str) -> Any:
        content = one.state.get((kind, ""), {})
        if kind == "m.room.topic":
            return content.get("topic")
        return self._translated(content.get("pinned", []), one, self._names(one))

    def _names(self, one: Reading) -> dict[str, Name]:
        found = {}
        for event in one.events:
            name = self._name_of(event, one)
            if name is not None:
                found[str(event["event_id"])] = name
        return found

    def _name_of(self, event: Json, one: Reading) -> Name | None:
        if not is_ghost(event["sender"]):
            return (one.server, event["event_id"])
        marker = event["content"].get(MARKER)
        if isinstance(marker, dict):
            return (str(marker.get("server")), str(marker.get("event_id")))
        because = (event.get("unsigned") or {}).get("redacted_because")
        if because:
            # Its content went with the redaction, which tells which redaction it is of.
            first = self._name_of(because, one)
            return self._redactions.get(first) if first else None
        return None

    def _things(self, one: Reading) -> Iterator[Thing]:
        names = self._names(one)
        for event in one.events:
            if not is_said(event) or event["sender"].startswith(f"@{BOT}:"):
                continue
            event_id = str(event["event_id"])
            content = {key: value for key, value in event["content"].items() if key != MARKER}
            if event["type"] == "m.room.redaction":
                content["redacts"] = _redacted(event)
            yield Thing(
                names.get(event_id, (one.server, f"{event_id} without a name")),
                event["type"],
                self.people.get(str(event["sender"]), str(event["sender"])),
                self._translated(content, one, names),
                "redacted_because" in (event.get("unsigned") or {}),
            )

    def _translated(self, value: Any, one: Reading, names: Mapping[str, Name]) -> Any:
        """Every ID in it, wherever it stands, in a name that means the same everywhere."""

        def put(found: re.Match[str]) -> str:
            what = found[0]
            if what.startswith("$"):
                return "event:" + "|".join(names.get(what, ("?", what)))
            if what.startswith("mxc://"):
                return f"file:{one.files.get(what, what)}"
            if what.startswith("!"):
                return "room" if what == one.room else what
            return self.people.get(what, what)

        if isinstance(value, dict):
            return {key: self._translated(part, one, names) for key, part in value.items()}
        if isinstance(value, list):
            return [self._translated(part, one, names) for part in value]
        if isinstance(value, str):
            return _ID.sub(put, unquote(value) if "matrix.to" in value else value)
        return value


def members(one: Reading) -> dict[str, Json]:
    return {user: content for (kind, user), content in one.state.items() if kind == "m.room.member"}


def _redacted(event: Json) -> str:
    # Room version 11 moved it into the content.
    return str(event["content"].get("redacts") or event.get("redacts"))


def _name(told: object) -> Name | None:
    if not isinstance(told, str) or not told.startswith("event:"):
        return None
    server, _, event = told.removeprefix("event:").partition("|")
    return (server, event)


def _unrelated(content: Any) -> Any:
    """Without the relation, and without the words that quote what it was to."""
    return {
        key: value
        for key, value in content.items()
        if key not in ("m.relates_to", "body", "formatted_body", "format")
    }


def _different(one: Any, other: Any, here: str, there: str, path: str = "") -> Iterator[str]:
    if isinstance(one, dict) and isinstance(other, dict):
        for key in sorted(one.keys() | other.keys()):
            where = f"{path}.{key}"
            yield from _different(one.get(key), other.get(key), here, there, where)
    elif one != other:
        yield f"{path} is {one!r} in {here}, {other!r} in {there}"
