"""How is somebody of one side there on another?

As a ghost: an account of the relay's, with their name and what their side is called. It never has
more power than anybody who walks in.
"""

import asyncio
import logging
import weakref

from bridges.common.homeserver import HomeserverError, Json, Unanswered, safe
from bridges.homeserver.crossing import markup
from bridges.homeserver.crossing.kinds import File, Rule
from bridges.homeserver.crossing.policies import MEBIBYTE, Policy
from bridges.homeserver.files import Files
from bridges.homeserver.names import readable, shown
from bridges.homeserver.sides import Side, Sides
from bridges.homeserver.store import ghosts
from bridges.homeserver.store.database import Store
from bridges.homeserver.store.ghosts import Ghost
from bridges.homeserver.store.links import End

logger = logging.getLogger(__name__)

_LONGEST_NAME = 60
_PICTURES = Policy(largest=5 * MEBIBYTE, types=frozenset({"image/*"}))


class Barred(Exception):
    """The relay may not invite a ghost into a room; its staff can let it."""

    def __init__(self, end: End, person: str) -> None:
        super().__init__(f"the relay may not invite in {end.room} on {end.side}")
        self.end = end
        self.person = person


class Removed(Exception):
    """A ghost was removed from a room, and may not come back by itself."""


class Ghosts:
    def __init__(self, store: Store, sides: Sides, files: Files) -> None:
        self._store = store
        self._sides = sides
        self._files = files
        self._making: weakref.WeakValueDictionary[tuple[str, str], asyncio.Lock] = (
            weakref.WeakValueDictionary()
        )

    async def there(self, person: str, end: End) -> str | None:
        """The ghost of somebody in a room, if it is in there."""
        ghost = self._sides[end.side].ghost_of(person)
        async with self._store.session() as session:
            return ghost if await ghosts.is_in(session, end, ghost) else None

    async def ready(self, person: str, near: End, far: End) -> str:
        """The ghost of somebody in the room at `near`, with a name, in the room at `far`.

        Raises `Removed`, `Barred`.
        """
        side = self._sides[far.side]
        user_id = side.ghost_of(person)
        async with self._store.session() as session:
            if await ghosts.is_silenced(session, far, person):
                raise Removed(user_id)
            ghost = await ghosts.find(session, far.side, user_id)
            if ghost and ghost.registered and await ghosts.is_in(session, far, user_id):
                return user_id
        lock = self._making.setdefault((far.side, user_id), asyncio.Lock())
        async with lock:
            if not (ghost and ghost.registered):
                await self._make(side, user_id, person)
            if ghost is None or ghost.name is None:
                # Also where the account was made, and then a side did not answer.
                await self.takes_after(person, near, far.side)
            await self._walks_in(side, far, user_id, person)
        return user_id

    async def takes_after(
        self, person: str, near: End, far_side: str, profile: Json | None = None
    ) -> None:
        """Give a ghost the name and the picture that somebody has in a room; `profile` is what they
        have there."""
        here, there = self._sides[near.side], self._sides[far_side]
        user_id = there.ghost_of(person)
        if profile is None:
            profile = await self._profile(here, near, person)
        name = shown(_name(profile, person), here.label_of(person))
        async with self._store.session() as session:
            ghost = await ghosts.find(session, far_side, user_id)
        if ghost is None:
            return
        avatar = profile.get("avatar_url") or ""
        if ghost.name != name:
            await self._shows(there, user_id, "displayname", name)
        if (ghost.avatar or "") != avatar:
            uri = await self._brought(str(avatar), here, there)
            await self._shows(there, user_id, "avatar_url", uri)
        async with self._store.session() as session:
            known = Ghost(user_id, person, True, name, str(avatar))
            await ghosts.know(session, far_side, known)

    async def leaves(self, user_id: str, end: End) -> None:
        try:
            path = f"client/v3/rooms/{safe(end.room)}/leave"
            await self._sides[end.side].call("POST", path, {}, user=user_id)
        except HomeserverError as error:
            # Not there any more, which is what was wanted.
            if error.status not in {403, 404}:
                raise
        async with self._store.session() as session:
            await ghosts.left(session, end, user_id)

    async def is_out(self, user_id: str, end: End) -> bool:
        """Whether a ghost is not in a room any more, where it was thought to be.

        Raises `Removed` where somebody of that room made it go: that may not have come in yet.
        """
        side = self._sides[end.side]
        membership, by = await self._how(side, end, user_id)
        if membership == "join":
            return False
        async with self._store.session() as session:
            await ghosts.left(session, end, user_id)
        if membership == "ban" or (membership == "leave" and by not in ("", user_id, side.bot)):
            raise Removed(user_id)
        return True

    async def membership(self, end: End, user_id: str) -> str:
        """What the homeserver says that it is now; "leave" for who was never there."""
        membership, _ = await self._how(self._sides[end.side], end, user_id)
        return membership

    async def _how(self, side: Side, end: End, user_id: str) -> tuple[str, str]:
        """Somebody's membership, and who made it so."""
        path = f"client/v3/rooms/{safe(end.room)}/state/m.room.member/{safe(user_id)}"
        try:
            event = await side.call("GET", path, query={"format": "event"})
        except HomeserverError as error:
            if error.status in {403, 404}:
                return "leave", ""
            raise
        content = event.get("content")
        membership = content.get("membership") if isinstance(content, dict) else None
        return str(membership or "leave"), str(event.get("sender", ""))

    async def _shows(self, side: Side, user_id: str, key: str, value: str) -> None:
        try:
            path = f"client/v3/profile/{safe(user_id)}/{key}"
            await side.call("PUT", path, {key: value}, user=user_id)
        except HomeserverError as error:
            # Some homeservers let nobody change it; that keeps nobody from speaking.
            logger.info("%s takes no %s of %s: %s", side.name, key, user_id, error)

    async def _brought(self, uri: str, near: Side, far: Side) -> str:
        """The address of a picture on the far side; empty where it is none, or does not come."""
        if not markup.is_media(uri):
            return ""
        try:
            found = await self._files.bring(File(uri), near, far, _PICTURES)
        except (HomeserverError, Unanswered):
            return ""
        return "" if isinstance(found, Rule) else found

    async def _make(self, side: Side, user_id: str, person: str) -> None:
        body = {
            "type": "m.login.application_service",
            "username": user_id[1:].partition(":")[0],
            "inhibit_login": True,
        }
        try:
            await side.call("POST", "client/v3/register", body)
        except HomeserverError as error:
            if error.code != "M_USER_IN_USE":
                raise
        async with self._store.session() as session:
            await ghosts.know(session, side.name, Ghost(user_id, person, True, None, None))

    async def _profile(self, side: Side, end: End, person: str) -> Json:
        path = f"client/v3/rooms/{safe(end.room)}/state/m.room.member/{safe(person)}"
        try:
            return await side.call("GET", path)
        except HomeserverError as error:
            if error.status in {403, 404}:
                return {}
            raise

    async def _walks_in(self, side: Side, end: End, user_id: str, person: str) -> None:
        try:
            await side.call("POST", f"client/v3/join/{safe(end.room)}", {}, user=user_id)
        except HomeserverError as error:
            if error.status not in {403, 404}:
                raise
            await self._is_invited(side, end, user_id, person)
        async with self._store.session() as session:
            await ghosts.joined(session, end, user_id)

    async def _is_invited(self, side: Side, end: End, user_id: str, person: str) -> None:
        if await self.membership(end, user_id) == "ban":
            raise Removed(user_id)
        try:
            path = f"client/v3/rooms/{safe(end.room)}/invite"
            await side.call("POST", path, {"user_id": user_id})
            await side.call("POST", f"client/v3/join/{safe(end.room)}", {}, user=user_id)
        except HomeserverError as error:
            if error.status not in {403, 404}:
                raise
            raise Barred(end, person) from error


def _name(profile: Json, person: str) -> str:
    name = profile.get("displayname")
    given = readable(name)[:_LONGEST_NAME] if isinstance(name, str) else ""
    return given or person[1:].partition(":")[0]
