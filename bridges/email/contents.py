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
