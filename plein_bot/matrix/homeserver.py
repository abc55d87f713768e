"""Effects made true through the client-server API, each once."""

import asyncio
import json
import logging
from collections.abc import Iterable
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime, timedelta
from typing import Any, assert_never

from plein_bot.actions.ports import HomeserverError, Stream, TokenRevoked
from plein_bot.domain.deployment import Plein
from plein_bot.domain.effects import (
    Ban,
    CreateRoom,
    DropAlias,
    Effect,
    EndPoll,
    Invite,
    Join,
    Leave,
    Note,
    Publish,
    PutAlias,
    PutState,
    React,
    Redact,
    Remove,
    Say,
    SendFile,
    SendImage,
    Unban,
)
from plein_bot.domain.events import Event, Membership
from plein_bot.domain.ids import EventId, RoomAlias, RoomId, UserId, server_of
from plein_bot.domain.media import Media
from plein_bot.domain.posts import NOTE
from plein_bot.index import members, work
from plein_bot.index import rooms as room_rows
from plein_bot.index.database import Index
from plein_bot.locale import Language, language
from plein_bot.matrix import content, directory, parsing, rooms
from plein_bot.matrix.api import Api, path
from plein_bot.matrix.encryption import Encryption, decrypt_file
from plein_bot.matrix.media import coming, put_away

logger = logging.getLogger(__name__)

CAUSE = content.CAUSE
_LATE = timedelta(hours=1)
_THERE = (Membership.JOIN, Membership.INVITE)
_AWAY = (Membership.LEAVE, Membership.BAN)
_NOT_BANNED = tuple(one for one in Membership if one is not Membership.BAN)
# Over federation an invitation may be seen before the server that sent it lets us in.
_JOIN_PAUSES = (0.5, 1, 2, 4, 8, 16)


class MatrixHomeserver:
    """The `Homeserver` of actions. What is read to decide how to send stands in the index."""

    def __init__(
        self,
        api: Api,
        index: Index,
        plein: Plein,
        zone: str,
        encryption: Encryption | None = None,
    ) -> None:
        self._api = api
        self._index = index
        self._plein = plein
        self._zone = zone
        self._encryption = encryption

    async def perform(self, effect: Effect, cause: str) -> None:
        match effect:
            case CreateRoom():
                await self.create_room(effect, cause)
            case Say():
                await self.say(effect, cause)
            case SendImage():
                await self._send_image(effect, cause)
            case SendFile():
                await self.send_file(effect, cause)
            case EndPoll(room, poll):
                words = self._words(effect.language).plain(effect.text)
                kind, body = content.poll_end(poll, words, stable=effect.stable)
                txn = self._plein.mark(cause, f"end {poll}")
                await self._api.call("PUT", path("v3/rooms/{}/send/{}/{}", room, kind, txn), body)
            case PutState(room, kind, body, key):
                where = path("v3/rooms/{}/state/{}/{}", room, kind, key)
                await self._api.call("PUT", where, body)
            case Invite(room, user):
                await self._move(room, "invite", user, _THERE)
            case Remove(room, user):
                await self._move(room, "kick", user, _AWAY)
            case Ban(room, user):
                await self._move(room, "ban", user, (Membership.BAN,))
            case Unban(room, user):
                await self._move(room, "unban", user, _NOT_BANNED)
            case PutAlias(alias, room):
                await self._put_alias(alias, room)
            case DropAlias(alias):
                await self._drop_alias(alias)
            case Publish(room, listed):
                await directory.publish(self._api, room, listed=listed)
            case Join(room, via=()):
                await self._join(room)
            case Join(room, via):
                abroad = any(server != self._plein.server for server in via)
                await self._api.call(
                    "POST", path("v3/join/{}", room), query={"via": via}, abroad=abroad
                )
            case Leave(room):
                await self._api.call("POST", path("v3/rooms/{}/leave", room))
            case Note(room, about, body):
                await self._note(room, about, dict(body), cause)
            case React(room, event, key):
                await self._react(room, event, key, cause)
            case Redact(room, event, reason):
                txn = self._plein.mark(cause, f"redact {event}")
                where = path("v3/rooms/{}/redact/{}/{}", room, event, txn)
                body = {"reason": self._words(effect.language).plain(reason)} if reason else {}
                await self._api.call("PUT", where, body)
            case _:
                assert_never(effect)

    async def say(self, effect: Say, cause: str) -> EventId:
        """Send a notice, in as many events as it needs; the event of the first is told."""
        mark = self._plein.mark(cause, f"say {effect.step} {effect.room}")
        if said := await self._said_before(effect.room, mark, cause):
            return said
        encrypted = await self._is_encrypted(effect.room)
        words = self._words(effect.language).markdown(effect.text)
        notices = content.notices(
            words,
            reply_to=effect.reply_to,
            edits=effect.edits,
            extra={CAUSE: mark, **effect.content},
            encrypted=encrypted,
        )
        sent = [
            await self._send(effect.room, one, f"{mark}{part or ''}", encrypted=encrypted)
            for part, one in enumerate(notices)
        ]
        return sent[0]

    def fits(self, effect: Say) -> bool:
        return content.is_one(self._words(effect.language).markdown(effect.text), effect)

    async def _send_image(self, effect: SendImage, cause: str) -> None:
        mark = self._plein.mark(cause, f"image {effect.step} {effect.room}")
        if await self._said_before(effect.room, mark, cause):
            return
        info = {
            "mimetype": effect.mime,
            "size": len(effect.data),
            "w": effect.width,
            "h": effect.height,
        }
        encrypted = await self._is_encrypted(effect.room)
        source = await put_away(self._api, effect.data, effect.mime, effect.name, sealed=encrypted)
        body = content.image(
            source,
            self._words(effect.language).plain(effect.alt),
            info,
            reply_to=effect.reply_to,
            extra={CAUSE: mark, **effect.content},
        )
        await self._send(effect.room, body, mark, encrypted=encrypted)

    async def send_file(self, effect: SendFile, cause: str) -> EventId:
        mark = self._plein.mark(cause, f"file {effect.step} {effect.room}")
        if said := await self._said_before(effect.room, mark, cause):
            return said
        encrypted = await self._is_encrypted(effect.room)
        body = content.file(
            await put_away(self._api, effect.data, effect.mime, effect.name, sealed=encrypted),
            effect.name,
            {"mimetype": effect.mime, "size": len(effect.data)},
            reply_to=effect.reply_to,
            extra={CAUSE: mark, **effect.content},
        )
        return await self._send(effect.room, body, mark, encrypted=encrypted)

    async def message(self, room: RoomId, event: EventId) -> Event | None:
        try:
            raw = await self._api.call("GET", path("v3/rooms/{}/event/{}", room, event))
        except HomeserverError as error:
            if error.status in (400, 403, 404):
                return None
            raise
        if raw.get("type") == "m.room.encrypted" and self._encryption:
            raw = self._encryption.decrypt(raw, room) or raw
        found = parsing.event(room, raw)
        spoken = found and found.type == "m.room.message" and not found.redacted
        return found if spoken else None

    def opened(self, sealed: Event) -> Event | None:
        return parsing.unsealed(self._encryption.decrypt, sealed) if self._encryption else None

    async def media_address(self) -> str:
        return await self._api.media_address()

    async def store(self, url: str, data: bytes, mime: str, name: str) -> None:
        await self._api.upload(url, data, mime, name)

    async def fetch(self, media: Media, limit: int) -> bytes:
        data = await self._api.download(media.url, limit=limit)
        return data if media.key is None else decrypt_file(data, media.key)

    def stream(self, url: str) -> AbstractAsyncContextManager[Stream]:
        return coming(self._api, url)

    def _words(self, code: str) -> Language:
        return language(code, self._zone)

    async def _is_encrypted(self, room: RoomId) -> bool:
        return bool(self._encryption) and await room_rows.is_encrypted(self._index, room)

    async def _send(
        self, room: RoomId, body: dict[str, Any], txn: str, *, encrypted: bool
    ) -> EventId:
        kind = "m.room.message"
        if encrypted:
            # The mark outside the ciphertext too, so that a late second try finds it.
            mark = {CAUSE: body[CAUSE]}
            kind, body = "m.room.encrypted", {**await self._seal(room, kind, body), **mark}
        where = path("v3/rooms/{}/send/{}/{}", room, kind, txn)
        return EventId((await self._api.call("PUT", where, body))["event_id"])

    async def _seal(self, room: RoomId, kind: str, body: dict[str, Any]) -> dict[str, Any]:
        assert self._encryption, "only who has keys says that a room is encrypted"
        there = await members.of_room(self._index, room)
        readers = [user for user, membership in there.items() if membership in _THERE]
        return await self._encryption.encrypt(room, readers, kind, body)

    async def _said_before(self, room: RoomId, mark: str, cause: str) -> EventId | None:
        """The homeserver forgets transaction ids after a day; before that we look for ourselves."""
        since = await work.received_at(self._index, cause)
        if since is None or since >= datetime.now(UTC) - _LATE:
            return None
        return await rooms.find_said(self._api, room, self._plein.bot, {CAUSE: mark})

    async def _note(self, room: RoomId, about: EventId, body: dict[str, Any], cause: str) -> None:
        relation = {"rel_type": "m.reference", "event_id": about}
        txn = self._plein.mark(cause, f"note {about} {json.dumps(body, sort_keys=True)}")
        kind, body = NOTE, {**body, "m.relates_to": relation}
        if await self._is_encrypted(room):
            # A description or a folder tells what is in a file.
            kind, body = "m.room.encrypted", await self._seal(room, kind, body)
        await self._api.call("PUT", path("v3/rooms/{}/send/{}/{}", room, kind, txn), body)

    async def _react(self, room: RoomId, event: EventId, key: str, cause: str) -> None:
        relation = {"rel_type": "m.annotation", "event_id": event, "key": key}
        txn = self._plein.mark(cause, f"react {event} {key}")
        where = path("v3/rooms/{}/send/{}/{}", room, "m.reaction", txn)
        try:
            await self._api.call("PUT", where, {"m.relates_to": relation})
        except HomeserverError as error:
            if error.code != "M_DUPLICATE_ANNOTATION":
                raise

    async def create_room(self, effect: CreateRoom, cause: str) -> RoomId:
        mark = self._plein.mark(cause, effect.step)
        lock = RoomAlias(f"#plein_{mark}:{self._plein.server}")
        creation = {**effect.body.get("creation_content", {}), CAUSE: mark}
        body = {**effect.body, "room_alias_name": f"plein_{mark}", "creation_content": creation}
        while True:
            try:
                return RoomId((await self._api.call("POST", "v3/createRoom", body))["room_id"])
            except HomeserverError as error:
                if error.code != "M_ROOM_IN_USE":
                    raise
            if made := await self._made_before(lock, mark):
                return made
            if made := await self._entered(lock):
                return made
            # A homeserver that died in the middle left an alias without a room.
            await self._drop_alias(lock)

    async def _made_before(self, lock: RoomAlias, mark: str) -> RoomId | None:
        """The room behind the lock, once the bot is in it; None where it never will be."""
        for pause in (0.0, 0.2, 0.4, 0.8, 1.6, 3.2):
            await asyncio.sleep(pause)
            room = await self.resolve(lock)
            if room is None:
                return None
            try:
                standing = await self.state(room)
            except HomeserverError:
                continue  # Not in it yet: the homeserver is still making it, or never will.
            self._refuse_foreign(room, standing, mark)
            return room
        return None

    async def _entered(self, lock: RoomAlias) -> RoomId | None:
        """The room behind the lock, entered by its maker; None where there is none to enter.

        A homeserver that died in the middle left a room that nobody is in. It is taken as it is
        rather than made anew: should it be in the making after all, there is still only one.
        """
        if (room := await self.resolve(lock)) is None:
            return None
        try:
            await self._api.call("POST", path("v3/rooms/{}/join", room))
        except TokenRevoked:
            raise
        except HomeserverError as error:
            logger.warning("%s was begun and cannot be entered: %s", room, error)
            return None
        return room

    def _refuse_foreign(self, room: RoomId, standing: Iterable[Event], mark: str) -> None:
        create = next((one for one in standing if one.type == "m.room.create"), None)
        if create is None or create.sender != self._plein.bot or create.content.get(CAUSE) != mark:
            raise HomeserverError("M_ROOM_IN_USE", f"{room} stands where ours should be")

    async def _move(
        self, room: RoomId, verb: str, user: UserId, enough: tuple[Membership, ...]
    ) -> None:
        """Invite, kick, ban or unban; a refusal is none where things stand that way already."""
        where = path(f"v3/rooms/{{}}/{verb}", room)
        try:
            # Only an invitation is first shown to the homeserver of whoever it is for.
            abroad = verb == "invite" and server_of(user) != self._plein.server
            await self._api.call("POST", where, {"user_id": user}, abroad=abroad)
        except HomeserverError:
            if await self._membership(room, user) not in enough:
                raise

    async def _membership(self, room: RoomId, user: UserId) -> Membership:
        where = path("v3/rooms/{}/state/{}/{}", room, "m.room.member", user)
        try:
            return Membership((await self._api.call("GET", where))["membership"])
        except HomeserverError as error:
            if error.status == 404:
                return Membership.LEAVE
            raise

    async def _join(self, room: RoomId) -> None:
        for pause in _JOIN_PAUSES:
            try:
                await self._api.call("POST", path("v3/rooms/{}/join", room))
            except HomeserverError as error:
                logger.info("%s does not let us in yet: %s", room, error)
                await asyncio.sleep(pause)
            else:
                return
        await self._api.call("POST", path("v3/rooms/{}/join", room))

    async def _put_alias(self, alias: RoomAlias, room: RoomId) -> None:
        try:
            where = path("v3/directory/room/{}", alias)
            await self._api.call("PUT", where, {"room_id": room})
        except HomeserverError:
            if await self.resolve(alias) != room:
                raise

    async def _drop_alias(self, alias: RoomAlias) -> None:
        try:
            await self._api.call("DELETE", path("v3/directory/room/{}", alias))
        except HomeserverError as error:
            if error.status != 404:
                raise

    async def state(self, room: RoomId) -> tuple[Event, ...]:
        return await rooms.state(self._api, room)

    async def resolve(self, alias: RoomAlias) -> RoomId | None:
        try:
            # One that is of another homeserver only that one knows.
            abroad = alias.partition(":")[2] != self._plein.server
            where = path("v3/directory/room/{}", alias)
            found = await self._api.call("GET", where, abroad=abroad)
        except HomeserverError as error:
            if error.status == 404:
                return None
            raise
        return RoomId(found["room_id"])

    async def is_listed(self, room: RoomId) -> bool:
        found = await self._api.call("GET", path("v3/directory/list/room/{}", room))
        return found.get("visibility") == "public"

    async def has_keys(self, user: UserId) -> bool:
        if self._encryption is None:
            return False
        found = await self._api.call("POST", "v3/keys/query", {"device_keys": {user: []}})
        return bool(found.get("device_keys", {}).get(user))

    async def display_name(self, user: UserId) -> str | None:
        try:
            profile = await self._api.call("GET", path("v3/profile/{}", user), timeout=10)
        except HomeserverError:
            return None
        name = profile.get("displayname")
        return name if isinstance(name, str) else None
