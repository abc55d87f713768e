"""What does the content of an event say, and what does it belong to? Pure."""

from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Said:
    """A message as it is mailed."""

    event_id: str
    sender: str
    content: Json
    at: float
    root: str | None
    answered: str | None
    version: str = ""
    """The edit that `content` is of; empty where nothing was changed."""


def newest(raw: Json) -> tuple[Json, str]:
    """What an event now says, and by which edit of its sender's, as the homeserver gives both."""
    content = raw["content"]
    unsigned = raw.get("unsigned")
    known = unsigned.get("m.relations") if isinstance(unsigned, dict) else None
    edit = known.get("m.replace") if isinstance(known, dict) else None
    told = edit.get("content") if isinstance(edit, dict) else None
    new = told.get("m.new_content") if isinstance(told, dict) else None
    if not isinstance(edit, dict) or not isinstance(new, dict) or not new:
        return content, ""
    if edit.get("sender") != raw.get("sender") or not isinstance(edit.get("event_id"), str):
        return content, ""
    return new, edit["event_id"]


def shows_the_same(one: Json, other: Json) -> bool:
    """Whether whoever reads both sees no difference."""
    return _shown(one) == _shown(other)


def _shown(content: Json) -> tuple[str, ...]:
    keys = ("msgtype", "body", "formatted_body", "url", "filename")
    return tuple(" ".join(str(content.get(key) or "").split()) for key in keys)


def relations(content: Json) -> tuple[str | None, str | None]:
    """The thread that a message stands in, and what it answers. A reply makes a thread by mail."""
    relation = content.get("m.relates_to")
    if not isinstance(relation, dict):
        return None, None
    reply = relation.get("m.in_reply_to")
    answered = reply.get("event_id") if isinstance(reply, dict) else None
    answered = answered if isinstance(answered, str) else None
    root = relation.get("event_id") if relation.get("rel_type") == "m.thread" else answered
    return (root if isinstance(root, str) else None), answered


def is_edit(content: Json) -> bool:
    relation = content.get("m.relates_to")
    return isinstance(relation, dict) and relation.get("rel_type") == "m.replace"


def edited(content: Json) -> str | None:
    """The event in whose place another stands; None where it is no edit."""
    relation = content.get("m.relates_to")
    event_id = relation.get("event_id") if isinstance(relation, dict) else None
    return event_id if is_edit(content) and isinstance(event_id, str) else None


def is_command(content: Json) -> bool:
    return str(content.get("body", "")).lstrip().lower().startswith("!plein")


def spoken(content: Json) -> str:
    """The text of a message; of a command that is a post, without the command."""
    body = str(content.get("body") or "")
    if is_command(content):
        first, _, rest = body.partition("\n")
        title = " ".join(first.split()[2:])
        return "\n\n".join(filter(None, [title, rest.strip()]))
    return body


def without_fallback(body: str) -> str:
    """Without what older clients quote above an answer: by mail it stands in the thread."""
    rows = body.split("\n")
    while rows and rows[0].startswith(">"):
        rows = rows[1:]
    return "\n".join(rows).strip("\n") or body
