"""Direct chats: two people, of whom one is the bot."""

import asyncio
import logging

from plein_bot.actions.acts import Act
from plein_bot.actions.ports import HomeserverError, TokenRevoked
from plein_bot.domain.effects import CreateRoom, Invite, Say
from plein_bot.domain.events import Membership
from plein_bot.domain.ids import EventId, RoomId, UserId, server_of
from plein_bot.domain.sentences import Sentence, Text
from plein_bot.index import members, preferences, rooms

logger = logging.getLogger(__name__)

_THERE = (Membership.JOIN, Membership.INVITE)
_PATIENCE = 10.0
"""Seconds for a server elsewhere to take an invitation to a chat; it may be away for long."""


async def with_person(act: Act, person: UserId) -> RoomId:
    """The direct chat with somebody, made where there is none."""
    if room := await members.direct_chat(act.index, act.plein.bot, person):
        return room
    body = _chat_body(person, encrypted=await act.homeserver.has_keys(person))
    room = await act.homeserver.create_room(CreateRoom(f"chat:{person}", body), act.cause)

    async def is_made() -> bool:
        return bool(await members.of_room(act.index, room))

    await act.told_back(is_made)
    if (await members.of_room(act.index, room)).get(person) not in _THERE:
        # The homeserver died while it made the room, before it invited anybody.
        await act.perform([Invite(room, person)])

    async def is_known() -> bool:
        return await members.direct_chat(act.index, act.plein.bot, person) is not None

    await act.told_back(is_known)
    return room


async def is_encrypted(act: Act) -> bool:
    """Whether what the actor is told apart goes out encrypted.

    On the web it never counts as such: the homeserver may have read the link.
    """
    if act.on_web:
        return False
    room = await members.direct_chat(act.index, act.plein.bot, act.actor)
    if room is None:
        return await act.homeserver.has_keys(act.actor)
    return await rooms.is_encrypted(act.index, room)


def _chat_body(person: UserId, *, encrypted: bool) -> dict[str, object]:
    # Not the private presets: a homeserver may encrypt what is made with them (plans.room_body).
    state: dict[str, dict[str, str]] = {
        "m.room.join_rules": {"join_rule": "invite"},
        "m.room.guest_access": {"guest_access": "forbidden"},
        # Else clients call the chat by the alias that locks its making, and not by who is in it.
        "m.room.canonical_alias": {},
    }
    if encrypted:
        state["m.room.encryption"] = {"algorithm": "m.megolm.v1.aes-sha2"}
    return {
        "preset": "public_chat",
        "visibility": "private",
        "is_direct": True,
        "invite": [person],
        "initial_state": [
            {"type": kind, "state_key": "", "content": content} for kind, content in state.items()
        ],
    }


async def tell(act: Act, person: UserId, text: Sentence | Text, step: str) -> EventId | None:
    """Say something to one person, where nobody else reads it, in their language.

    None where there is nobody to hear it: who speaks through the relay has no chat with us.
    """
    if act.plein.is_relayed(person):
        return None
    room = await with_person(act, person)
    language = await preferences.language(act.index, person) or act.plein.language
    return await act.homeserver.say(Say(room, text, f"{step}:{person}", language), act.cause)


async def reach(act: Act, person: UserId, text: Sentence | Text, step: str) -> bool:
    """Tell one person, if they can be reached: what was done stands whether they can or not."""
    known = await members.direct_chat(act.index, act.plein.bot, person)
    # Only a new chat asks anything of another server.
    elsewhere = known is None and server_of(person) != act.plein.server
    try:
        async with asyncio.timeout(_PATIENCE if elsewhere else None):
            return await tell(act, person, text, step) is not None
    except TokenRevoked:
        raise
    except (HomeserverError, TimeoutError) as error:
        logger.warning("%s cannot be told: %s", person, error)
        return False
