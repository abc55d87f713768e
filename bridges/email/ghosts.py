"""How does somebody who writes by mail exist in Matrix?

As a ghost: an account of the bridge's, with a name that they chose and no trace of their address.
"""

import asyncio
import logging

from bridges.common.homeserver import Homeserver, HomeserverError, Unanswered, safe
from bridges.common.words import in_words, say
from bridges.email.contents import Json, edited
from bridges.email.places import NoPlace, Places
from bridges.email.store import letters, people
from bridges.email.store.database import Store
from bridges.email.store.mails import Mail
from bridges.email.store.people import Person, Room

logger = logging.getLogger(__name__)

# Joining is answered for now by 502 where a homeserver does not find its way; not for ever.
_TRIES = 3


class Ghosts:
    def __init__(self, homeserver: Homeserver, store: Store, places: Places) -> None:
        self._homeserver = homeserver
        self._store = store
        self._places = places
        self._making = asyncio.Lock()

    async def exists(self, person: Person) -> None:
        """Make the account where it is not there yet, and name it."""
        if person.registered:
            return
        async with self._making:
            localpart = person.user_id[1:].partition(":")[0]
            body = {
                "type": "m.login.application_service",
                "username": localpart,
                "inhibit_login": True,
            }
            try:
                await self._homeserver.call("POST", "client/v3/register", body)
            except HomeserverError as error:
                if error.code != "M_USER_IN_USE":
                    raise
            await self.named(person)
            async with self._store.session() as session:
                await people.registered(session, person.user_id)

    async def named(self, person: Person) -> None:
        name = person.name or in_words(say("Participant"), person.language)
        shown = in_words(say("{name} (by e-mail)", name=name), person.language)
        path = f"client/v3/profile/{safe(person.user_id)}/displayname"
        await self._homeserver.call("PUT", path, {"displayname": shown}, user=person.user_id)

    async def walks_in(self, user_id: str, room: str) -> bool:
        """Join, as anybody may. False where the room lets nobody walk in."""
        return await self._comes(f"client/v3/join/{safe(room)}", user_id)

    async def knocks(self, user_id: str, room: str) -> bool:
        """Ask to come in. False where the room takes no questions."""
        return await self._comes(f"client/v3/knock/{safe(room)}", user_id)

    async def _comes(self, path: str, user_id: str) -> bool:
        chances = 2
        while chances:
            try:
                await self._homeserver.call("POST", path, {}, user=user_id, tries=_TRIES)
            except HomeserverError as error:
                if error.status not in {403, 404}:
                    raise
                return False
            except Unanswered as error:
                # It may be away, and nobody is turned down for that: wait until it is there.
                await self._homeserver.call("GET", "client/versions")
                chances -= error.status is not None
            else:
                return True
        return False

    async def is_in(self, user_id: str, room: str) -> bool:
        """Whether the homeserver says that the ghost is in the room now."""
        path = f"client/v3/rooms/{safe(room)}/state/m.room.member/{safe(user_id)}"
        try:
            member = await self._homeserver.call("GET", path, user=user_id)
        except HomeserverError as error:
            if error.status in {403, 404}:
                return False
            raise
        return member.get("membership") == "join"

    async def may_have(self, mail: Mail) -> bool:
        """Whether a ghost is in the room of a mail now, and may read there what it tells."""
        if not (mail.user_id and mail.room_id and await self.is_in(mail.user_id, mail.room_id)):
            return False
        if mail.event_id is None:
            return True
        content = await self._content(mail.user_id, mail.room_id, mail.event_id)
        if content and (original := edited(content)):
            return bool(await self._content(mail.user_id, mail.room_id, original))
        return bool(content)

    async def _content(self, user_id: str, room: str, event_id: str) -> Json | None:
        """What an event says, as a ghost may read it. It is empty once it is redacted."""
        path = f"client/v3/rooms/{safe(room)}/event/{safe(event_id)}"
        try:
            event = await self._homeserver.call("GET", path, user=user_id)
        except HomeserverError as error:
            if error.status in {403, 404}:
                return None
            raise
        content = event.get("content")
        return content if isinstance(content, dict) else None

    async def settles(self, user_id: str, room: str) -> None:
        """A ghost has joined: take part, if it is a place. Raises `NoPlace`, and is out then."""
        try:
            place = await self._places.look(room, user_id)
        except NoPlace as error:
            await self.leaves(user_id, room, say_why(error))
            raise
        async with self._store.session() as session:
            await people.know_room(session, place)
            await people.joined(session, room, user_id)
            await letters.let_in(session, user_id, room)

    async def chats(self, user_id: str, room: str) -> list[tuple[str, str]]:
        """A ghost has joined a chat with Plein; what was said there before, with the events."""
        async with self._store.session() as session:
            await people.know_room(session, Room(room, "", "", "Plein"))
            await people.joined(session, room, user_id)
        path = f"client/v3/rooms/{safe(room)}/messages"
        query = {"dir": "b", "limit": "20"}
        page = await self._homeserver.call("GET", path, user=user_id, query=query)
        return [
            (str(event["event_id"]), str(event["content"]["body"]))
            for event in reversed(page.get("chunk", []))
            if event.get("type") == "m.room.message" and "body" in event.get("content", {})
        ]

    async def leaves(self, user_id: str, room: str, why: str = "") -> None:
        path = f"client/v3/rooms/{safe(room)}/leave"
        body = {"reason": why} if why else {}
        try:
            await self._homeserver.call("POST", path, body, user=user_id)
        except HomeserverError as error:
            # Not there any more, which is what was wanted.
            if error.status not in {403, 404}:
                raise
        async with self._store.session() as session:
            await people.left(session, room, user_id)

    async def leaves_all(self, user_id: str) -> None:
        answer = await self._homeserver.call("GET", "client/v3/joined_rooms", user=user_id)
        for room in answer.get("joined_rooms", []):
            await self.leaves(user_id, str(room))


def say_why(error: NoPlace) -> str:
    """The reason in the room, in English: it is for whoever set the room up."""
    if error.encrypted:
        return "This room is encrypted; mail would take that away."
    return "Mail goes only to and from rooms of Plein."
