"""The `Homeserver` of actions, in memory: enforces what Plein relies on, and tells what happened.

Like a real one it tells a moment later, through the same door as the sync: an action that reads
what it wrote must wait until it is told back.
"""

import asyncio
import json
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import TypeVar, assert_never

from plein_bot.actions.ports import HomeserverError, Stream
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
from plein_bot.domain.events import Batch, Event, Membership, RoomUpdate, WholeRoom, Work
from plein_bot.domain.ids import EventId, RoomAlias, RoomId, UserId
from plein_bot.domain.media import Media
from plein_bot.index.database import Index
from plein_bot.index.intake import take_in
from plein_bot.locale import language
from plein_bot.matrix import content, parsing
from plein_bot.matrix.homeserver import CAUSE
from plein_bot.matrix.parsing import Reader
from tests.fakes.changes import Changes
from tests.fakes.media import MediaRepository
from tests.fakes.rooms import Json, Room, forbidden
from tests.fakes.sealing import Seals

T = TypeVar("T")
_THERE = (Membership.JOIN, Membership.INVITE)


class FakeHomeserver:
    """`step` is called before anything is done for Plein; it may raise, as a crash would."""

    def __init__(self, plein: Plein, index: Index) -> None:
        self.plein = plein
        self.index = index
        self.step: Callable[[], None] = lambda: None
        self.rooms: dict[RoomId, Room] = {}
        self.aliases: dict[RoomAlias, RoomId] = {}
        self.media = MediaRepository(plein.server)
        self.names: dict[UserId, str] = {}
        self.with_keys: set[UserId] = set()
        self.seals = Seals()
        self.done = Changes()
        self._reader = Reader(plein.bot, ("plein", plein.bot))
        self._told: dict[RoomId, int] = {}
        self._turn = asyncio.Lock()
        self._news = asyncio.Event()
        self._happened = asyncio.Event()

    # What Plein asks

    async def perform(self, effect: Effect, cause: str) -> None:
        match effect:
            case CreateRoom():
                await self.create_room(effect, cause)
            case Say():
                await self.say(effect, cause)
            case SendFile():
                await self.send_file(effect, cause)
            case _:
                self.step()
                self._do(effect, cause)
                self.done.note(effect, cause, self.rooms.get(getattr(effect, "room", RoomId(""))))
                self.changed()

    def _do(self, effect: Effect, cause: str) -> None:
        bot = self.plein.bot
        match effect:
            case PutState(room, kind, body, key):
                if kind == "m.room.canonical_alias" and (alias := body.get("alias")):
                    self._refuse_bad_alias(alias, room)
                self.room(room).puts(bot, kind, dict(body), key)
            case Invite(room, user):
                if self.room(room).membership(user) not in _THERE:
                    self.invite(room, bot, user)
            case Remove(room, user):
                if self.room(room).membership(user) not in (Membership.LEAVE, Membership.BAN):
                    self.remove(room, bot, user)
            case Ban(room, user):
                if self.room(room).membership(user) is not Membership.BAN:
                    self.ban(room, bot, user)
            case Unban(room, user):
                if self.room(room).membership(user) is Membership.BAN:
                    self.unban(room, bot, user)
            case PutAlias(alias, room):
                if self.aliases.setdefault(alias, self.room(room).id) != room:
                    raise HomeserverError("M_UNKNOWN", f"{alias} is taken", 409)
            case DropAlias(alias):
                self.aliases.pop(alias, None)
            case Publish(room, listed):
                self.room(room).listed = listed
            case Join(room, _):
                self.join(room, bot)
            case Leave(room):
                self.remove(room, bot, bot)
            case React(room, event, key):
                self._react(self.room(room), event, key, cause)
            case Note(room, about, body):
                relation = {"rel_type": "m.reference", "event_id": about}
                name = self._event(cause, f"note {about} {json.dumps(dict(body), sort_keys=True)}")
                self._sends_once(room, "nl.plein.note", {**body, "m.relates_to": relation}, name)
            case SendImage(room):
                mark = self.plein.mark(cause, f"image {effect.step} {room}")
                size = {"w": effect.width, "h": effect.height, "size": len(effect.data)}
                info = {"mimetype": effect.mime, **size}
                source = {"url": self.media.keep(effect.data)}
                alt = language(effect.language).plain(effect.alt)
                extra = {CAUSE: mark, **effect.content}
                body = content.image(source, alt, info, reply_to=effect.reply_to, extra=extra)
                self._sends_once(room, "m.room.message", body, EventId(f"${mark}"))
            case EndPoll(room, poll):
                words = language(effect.language).plain(effect.text)
                kind, body = content.poll_end(poll, words, stable=effect.stable)
                self._sends_once(room, kind, body, self._event(cause, f"end {poll}"))
            case Redact(room, event, reason):
                why = language(effect.language).plain(reason) if reason else ""
                self.room(room).redacts(bot, event, self._event(cause, f"redact {event}"), why)
            case CreateRoom() | Say() | SendFile():
                raise AssertionError("these are told by what they make")
            case _:
                assert_never(effect)

    def _sends_once(self, room: RoomId, kind: str, body: Json, event: EventId) -> None:
        if not self.room(room).knows(event):
            self.room(room).sends(self.plein.bot, kind, body, event)

    async def say(self, effect: Say, cause: str) -> EventId:
        self.step()
        mark = self.plein.mark(cause, f"say {effect.step} {effect.room}")
        room, event = self.room(effect.room), EventId(f"${mark}")
        if not room.knows(event):
            words = language(effect.language).markdown(effect.text)
            extra = {CAUSE: mark, **effect.content}
            said = content.notices(words, reply_to=effect.reply_to, edits=effect.edits, extra=extra)
            for part, one in enumerate(said):
                name = EventId(f"${mark}{part or ''}")
                room.sends(self.plein.bot, "m.room.message", one, name)
        self.changed()
        return event

    async def send_file(self, effect: SendFile, cause: str) -> EventId:
        self.step()
        mark = self.plein.mark(cause, f"file {effect.step} {effect.room}")
        body = content.file(
            {"url": self.media.keep(effect.data)},
            effect.name,
            {"mimetype": effect.mime, "size": len(effect.data)},
            reply_to=effect.reply_to,
            extra={CAUSE: mark, **effect.content},
        )
        self._sends_once(effect.room, "m.room.message", body, EventId(f"${mark}"))
        self.changed()
        return EventId(f"${mark}")

    def fits(self, effect: Say) -> bool:
        return content.is_one(language(effect.language).markdown(effect.text), effect)

    async def create_room(self, effect: CreateRoom, cause: str) -> RoomId:
        self.step()
        mark = self.plein.mark(cause, effect.step)
        lock = RoomAlias(f"#plein_{mark}:{self.plein.server}")
        if lock not in self.aliases:
            body = dict(effect.body)
            creation = {**body.get("creation_content", {}), CAUSE: mark}
            self.create(RoomId(f"!{mark}"), self.plein.bot, {**body, "creation_content": creation})
            self.done.note(effect, cause, self.rooms[RoomId(f"!{mark}")])
            self.aliases[lock] = RoomId(f"!{mark}")
        found = self.rooms[self.aliases[lock]]
        if found.creator != self.plein.bot or found.content("m.room.create")[CAUSE] != mark:
            raise HomeserverError("M_ROOM_IN_USE", f"{found.id} stands where ours should be")
        return found.id

    async def state(self, room: RoomId) -> tuple[Event, ...]:
        if self.room(room).membership(self.plein.bot) is not Membership.JOIN:
            raise forbidden(f"not in {room}")
        return self.room(room).standing()

    async def resolve(self, alias: RoomAlias) -> RoomId | None:
        return self.aliases.get(alias)

    async def is_listed(self, room: RoomId) -> bool:
        return self.room(room).listed

    async def has_keys(self, user: UserId) -> bool:
        return user in self.with_keys

    async def display_name(self, user: UserId) -> str | None:
        return self.names.get(user)

    async def message(self, room: RoomId, event: EventId) -> Event | None:
        timeline = self.rooms[room].timeline if room in self.rooms else []
        here = next((parsing.event(room, r) for r in timeline if r["event_id"] == event), None)
        spoken = here and here.type == "m.room.message" and not here.redacted
        return here if spoken else None

    def opened(self, sealed: Event) -> Event | None:
        return self.seals.opened(sealed)

    async def media_address(self) -> str:
        self.step()
        return self.media.address()

    async def store(self, url: str, data: bytes, mime: str, name: str) -> None:
        self.step()
        self.media.store(url, data)

    async def fetch(self, media: Media, limit: int) -> bytes:
        return self.media.fetch(media, limit)

    def stream(self, url: str) -> AbstractAsyncContextManager[Stream]:
        return self.media.stream(url)

    # What anybody does

    def room(self, room: RoomId) -> Room:
        if room not in self.rooms:
            raise forbidden(f"there is no {room}")
        return self.rooms[room]

    def create(self, room_id: RoomId, creator: UserId, body: Json) -> Room:
        """Make a room as the preset `public_chat` does, with what goes over it."""
        self.rooms[room_id] = room = Room(room_id, creator)
        room.listed = body.get("visibility") == "public"
        version = {"room_version": "12"}
        room.add(creator, "m.room.create", {**body.get("creation_content", {}), **version}, "")
        room.moves(creator, creator, Membership.JOIN, self._name(creator))
        levels = {"users": {}, "invite": 0, "kick": 50, "state_default": 50, "events_default": 0}
        levels |= body.get("power_level_content_override", {})
        room.add(creator, "m.room.power_levels", levels, "")
        first = {
            ("m.room.join_rules", ""): {"join_rule": "public"},
            ("m.room.history_visibility", ""): {"history_visibility": "shared"},
            ("m.room.guest_access", ""): {"guest_access": "forbidden"},
        }
        for one in body.get("initial_state", []):
            first[one["type"], one.get("state_key", "")] = one["content"]
        for kind in ("name", "topic"):
            if kind in body:
                first[f"m.room.{kind}", ""] = {kind: body[kind]}
        for (kind, key), state in first.items():
            room.puts(creator, kind, state, key)
        for user in body.get("invite", []):
            room.moves(creator, user, Membership.INVITE, self._name(user))
        self.changed()
        return room

    def join(self, room_id: RoomId, user: UserId) -> None:
        room = self.room(room_id)
        rules = room.content("m.room.join_rules")
        allowed = [self.rooms[rule["room_id"]] for rule in rules.get("allow", [])]
        invited = room.membership(user) in _THERE
        walks_in = rules.get("join_rule") == "public" or any(
            one.membership(user) is Membership.JOIN for one in allowed
        )
        if room.membership(user) is Membership.BAN or not (invited or walks_in):
            raise forbidden(f"{user} may not join {room_id}")
        room.moves(user, user, Membership.JOIN, self._name(user))
        self.changed()

    def knock(self, room_id: RoomId, user: UserId, reason: str) -> None:
        room = self.room(room_id)
        rule = room.content("m.room.join_rules").get("join_rule")
        if "knock" not in str(rule) or room.membership(user) in (*_THERE, Membership.BAN):
            raise forbidden(f"{user} cannot knock at {room_id}")
        room.moves(user, user, Membership.KNOCK, self._name(user), reason)
        self.changed()

    def invite(self, room_id: RoomId, sender: UserId, user: UserId) -> None:
        room = self.room(room_id)
        banned = room.membership(user) is Membership.BAN
        if room.membership(sender) is not Membership.JOIN or banned:
            raise forbidden(f"{sender} cannot invite {user} to {room_id}")
        if room.membership(user) is Membership.JOIN or room.power(sender) < room.needs("invite"):
            raise forbidden(f"{sender} may not invite {user} to {room_id}")
        room.moves(sender, user, Membership.INVITE, self._name(user))
        self.changed()

    def remove(self, room_id: RoomId, sender: UserId, user: UserId) -> None:
        """A kick, or leaving, which whoever is away already does without effect."""
        room = self.room(room_id)
        if room.membership(user) is Membership.BAN:
            raise forbidden(f"{user} is banned from {room_id}")
        if sender != user:
            self._refuse_without_power(room, "kick", sender, user)
        room.moves(sender, user, Membership.LEAVE, "")
        self.changed()

    def ban(self, room_id: RoomId, sender: UserId, user: UserId, reason: str = "") -> None:
        room = self.room(room_id)
        self._refuse_without_power(room, "ban", sender, user)
        room.moves(sender, user, Membership.BAN, "", reason)
        self.changed()

    def unban(self, room_id: RoomId, sender: UserId, user: UserId) -> None:
        room = self.room(room_id)
        if room.membership(user) is not Membership.BAN:
            raise forbidden(f"{user} is not banned from {room_id}")
        self._refuse_without_power(room, "ban", sender, user)
        room.moves(sender, user, Membership.LEAVE, "")
        self.changed()

    def _refuse_without_power(self, room: Room, verb: str, sender: UserId, user: UserId) -> None:
        if room.membership(sender) is not Membership.JOIN:
            raise forbidden(f"{sender} is not in {room.id}")
        powers = room.power(sender), room.power(user)
        if powers[0] < room.needs(verb) or powers[0] <= powers[1]:
            raise forbidden(f"{sender} may not {verb} {user}")

    def _react(self, room: Room, target: EventId, key: str, cause: str) -> None:
        relation = {"rel_type": "m.annotation", "event_id": target, "key": key}
        body = {"m.relates_to": relation}
        same = (raw for raw in room.timeline if raw["content"] == body)
        if not any(raw["sender"] == self.plein.bot for raw in same):
            event = self._event(cause, f"react {target} {key}")
            room.sends(self.plein.bot, "m.reaction", body, event)

    def _event(self, cause: str, step: str) -> EventId:
        return EventId(f"${self.plein.mark(cause, step)}")

    def _name(self, user: UserId) -> str:
        return self.names.get(user, user)

    def _refuse_bad_alias(self, alias: RoomAlias, room: RoomId) -> None:
        if self.aliases.get(alias) != room:
            raise HomeserverError("M_BAD_ALIAS", f"{alias} does not lead to {room}")

    # What Plein is told

    def changed(self) -> None:
        self._news.set()
        self._happened.set()
        self._happened = asyncio.Event()

    async def something_happens(self) -> None:
        """Wait for the next thing that anybody does."""
        await self._happened.wait()

    async def run(self) -> None:
        while True:
            await self._news.wait()
            self._news.clear()
            await self.settled()

    async def settled(self, keyed: frozenset[RoomId] = frozenset()) -> None:
        """Everything that happened is told, and stored; keys came for these rooms."""
        async with self._turn:
            told = [self._tell(room) for room in self.rooms.values()]
            updates = [update for update, _ in told if update]
            work = [one for _, found in told for one in found]
            if updates or keyed:
                batch = Batch("token", tuple(updates), tuple(work), keyed=keyed)
                await take_in(self.index, batch, self.plein.bot)

    def _tell(self, room: Room) -> tuple[RoomUpdate | WholeRoom | None, list[Work]]:
        heard, now = self._told.get(room.id, 0), room.membership(self.plein.bot)
        if heard == len(room.timeline) or (not heard and now is Membership.LEAVE):
            return None, []
        new = room.timeline[heard:]
        if now is Membership.INVITE:
            section = {"invite_state": {"events": [room.state["m.room.member", self.plein.bot]]}}
            found = parsing.invitation(self._reader, room.id, section)
            known = any(raw.get("state_key") == self.plein.bot for raw in new)
            return RoomUpdate(room.id, now), [found] if found and known else []
        self._told[room.id] = len(room.timeline)
        if now is not Membership.JOIN:
            mine = [raw for raw in new if raw.get("state_key") == self.plein.bot]
            last = new[: new.index(mine[-1]) + 1] if mine else []
            return RoomUpdate(room.id, now, parsing.events(room.id, last)), []
        managed = room.creator == self.plein.bot and "nl.plein.kind" in room.content(
            "m.room.create"
        )
        asks = new if heard else parsing.after_invitation(self.plein.bot, new)
        found_work = [parsing.work_of(self._reader, room.id, r, managed=managed) for r in asks]
        update = RoomUpdate(room.id, now, parsing.events(room.id, new))
        found_work.append(parsing.list_changed(update, managed=managed))
        return update, [one for one in found_work if one]
