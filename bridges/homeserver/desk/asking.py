"""Who asks the relay for something, where, and of which room are they the staff?"""

import base64
import hashlib
import hmac
from dataclasses import dataclass

from bridges.common.words import Sentence, say
from bridges.homeserver.desk import rooms
from bridges.homeserver.desk.refusals import Refused
from bridges.homeserver.desk.staff import Room, is_staff, lets_in
from bridges.homeserver.sides import Side, SideAway, Sides
from bridges.homeserver.store.links import Link


@dataclass(frozen=True, slots=True)
class Asked:
    """A line that somebody typed; `alone` in the direct chat with the relay."""

    side: Side
    room: str
    event_id: str
    person: str
    alone: bool


async def managed(asked: Asked, room_id: str) -> Room:
    """The room that the person manages. Raises `Refused`, with the same words whether they do not
    manage it, or the relay does not know it."""
    side = asked.side
    room = await rooms.look(side, room_id, asked.person)
    if room is not None and is_staff(room, asked.person):
        return room
    if room_id == asked.room:
        raise Refused(say("Only who may ban people and change the settings of this room decides."))
    raise Refused(
        say(
            "You do not manage that room, or I am not in it. Its staff invite {bot} there.",
            bot=side.bot,
        )
    )


def suitable(room: Room, named: Sentence | None = None) -> Room:
    """Raises `Refused` for a room that cannot be shared; `named` is what it is called then."""
    name = named or Sentence("“{name}”", {"name": room.shown})
    if room.encrypted:
        raise Refused(
            say(
                "{name} is encrypted, and then I read nothing that I could carry over. "
                "Encryption cannot be turned off: choose or make a room without it.",
                name=name,
            )
        )
    if room.replaced:
        raise Refused(say("{name} goes on in another room. Choose that one.", name=name))
    return room


async def over_there(side: Side, room_id: str, *users: str) -> Room | None:
    """A room of the others. Raises `Refused` where their homeserver does not answer, so that
    nobody who has something to stop waits for it."""
    try:
        return await rooms.look(side, room_id, *users)
    except SideAway:
        raise away(side) from None


def away(side: Side) -> Refused:
    name = side.label or side.server_name
    return Refused(
        say("The homeserver of {name} does not answer now. Please try again later.", name=name)
    )


def meant(sides: Sides, near: Side, text: str) -> Side:
    """Another side, by its name in the configuration, its homeserver or what it is called."""
    wanted = text.strip().casefold()
    others = [side for side in sides.values() if side.name != near.name]
    for side in others:
        if wanted in (side.name, side.server_name.casefold(), side.label.casefold() or side.name):
            return side
    raise Refused(
        say(
            "Whom do you mean by “{name}”? I can share rooms with: {names}.",
            name=text[:60],
            names=", ".join(f"{one.name} ({one.label or one.server_name})" for one in others),
        )
    )


async def of_link(asked: Asked, number: int, room_id: str) -> Room:
    """As `managed`, for a room that they know by the number of its link. Whether there is such a
    link is not for everybody to know."""
    try:
        return await managed(asked, room_id)
    except Refused:
        if room_id == asked.room:
            raise
        raise no_link(asked, number) from None


def no_link(asked: Asked, number: int | None) -> Refused:
    """The same for a link that is not there, and one that is none of theirs."""
    if number is None:
        return Refused(say("Which link do you mean? `!relay list` shows their numbers."))
    if asked.alone:
        return Refused(
            say(
                "You manage no room with link {number}, or I am not in it. Its staff invite {bot} "
                "there.",
                number=number,
                bot=asked.side.bot,
            )
        )
    return Refused(say("There is no link {number} of this room.", number=number))


def key(secret: bytes, link: Link) -> str:
    """What an offer that names no room is accepted with: a number can be guessed, this cannot."""
    named = f"offer {link.number} {link.offering.room} {link.since}"
    made = hmac.digest(secret, named.encode(), hashlib.sha256)
    return base64.b32encode(made).decode().lower()[:12]


def is_key(secret: bytes, link: Link, words: tuple[str, ...]) -> bool:
    wanted = key(secret, link)
    return any(hmac.compare_digest(word.casefold().encode(), wanted.encode()) for word in words)


def lacking(room: Room, side: Side, others: str) -> tuple[Sentence, ...]:
    """What the staff have to give the relay's account before people come over."""
    if lets_in(room, side.bot):
        return ()
    return (
        say(
            "People of {others} cannot come in yet: I may not invite anybody here. Give {bot} the "
            "role of moderator, or let members invite.",
            others=others,
            bot=side.bot,
        ),
    )
