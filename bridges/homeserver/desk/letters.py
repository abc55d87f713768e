"""What is written down with a decision, to be said when it stands?

Each has a cause made of the event that led to it: done again after an interruption, it is the same.
"""

from collections.abc import Iterable

from bridges.common.words import Sentence
from bridges.homeserver.desk.wording import message, rules_at
from bridges.homeserver.sides import Side
from bridges.homeserver.store import notices
from bridges.homeserver.store.links import Link, LinkState
from bridges.homeserver.store.notices import Notice

TO_STAFF = "to the staff"
STATE = "nl.plein.relay"
"""The state of a room that tells programs of its links."""


def answer(
    side: Side, room: str, event_id: str, *paragraphs: Sentence, reply: bool = True
) -> Notice:
    content = message(paragraphs, side.language, event_id if reply else "")
    return Notice(notices.first_of(event_id), side.name, content, room)


def told(side: Side, room: str, cause: str, *paragraphs: Sentence) -> Notice:
    """Said in a room to everybody there."""
    return Notice(f"{cause}:{room}", side.name, message(paragraphs, side.language), room)


def apart(side: Side, person: str, cause: str, *paragraphs: Sentence) -> Notice:
    """Said to one person, where nobody else reads it."""
    content = message(paragraphs, side.language)
    return Notice(f"{cause}:{person}", side.name, content, person=person)


def to_staff(side: Side, room: str, cause: str, about: str, *paragraphs: Sentence) -> Notice:
    """Said to each of the staff of a room apart, if `about` speaks there. Who they are is asked
    when it goes out: their homeserver may be away now."""
    content = {"about": about, "message": message(paragraphs, side.language)}
    return Notice(f"{cause}:staff:{room}", side.name, content, room, kind=TO_STAFF)


def file(side: Side, room: str, event_id: str, name: str, text: str) -> Notice:
    content = {"name": name, "mimetype": "text/csv", "text": text}
    return Notice(f"{event_id}:file", side.name, content, room, kind="file")


def states(link: Link, sides: dict[str, Side], cause: str) -> Iterable[Notice]:
    """What programs read of a link, in each of its rooms; where the relay may write it."""
    if link.accepting is None or link.accepted_by is None:
        return  # An offer is nothing yet.
    for end, other in ((link.offering, link.accepting), (link.accepting, link.offering)):
        side, far = sides[end.side], sides[other.side]
        content: dict[str, object] = {"state": link.state.value}
        if link.state in (LinkState.ACTIVE, LinkState.PAUSED):
            content["with"] = {"server": far.server_name, "name": far.label}
            content["rules"] = rules_at(link, end).document()
        yield Notice(
            f"{cause}:state:{end.room}",
            side.name,
            content,
            end.room,
            kind=STATE,
            state_key=f"{link.number} {side.bot}",
        )
