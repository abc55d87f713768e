"""What becomes of an event that came in? Of a message a mail to every ghost's person, once."""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass

from bridges.common.words import Sentence, say
from bridges.email.addresses import GHOSTS
from bridges.email.answers import Answers
from bridges.email.ghosts import Ghosts, say_why
from bridges.email.mailing import Mailing
from bridges.email.places import NoPlace, Places
from bridges.email.store import events, mails, people, threads
from bridges.email.store.database import Store
from bridges.email.store.events import Event

logger = logging.getLogger(__name__)

# Tries of an event that fails by no doing of the homeserver's.
_MOST = 5
_PLACE_STATE = {"nl.plein.group", "m.room.name", "m.room.tombstone", "m.room.encryption"}


@dataclass(frozen=True, slots=True)
class Attend:
    """Does what waits in `events`, room by room."""

    store: Store
    ghosts: Ghosts
    places: Places
    mailing: Mailing
    answers: Answers
    server_name: str
    bot: str
    letters_wake: Callable[[], None]

    async def rooms(self) -> list[str]:
        async with self.store.session() as session:
            return await events.rooms(session, time.time())

    async def attend(self, room_id: str) -> None:
        async with self.store.session() as session:
            event = await events.begin(session, room_id)
        if event is None:
            return
        try:
            await self._attend(event)
        except Exception:
            logger.exception("Event %s failed, for the %d. time", event.event_id, event.tries)
            if event.tries < _MOST:
                async with self.store.session() as session:
                    await events.later(session, event.number, time.time() + 2**event.tries)
                return
            logger.error("Event %s is given up", event.event_id)
        async with self.store.session() as session:
            await events.done(session, event.number)

    async def _attend(self, event: Event) -> None:
        match event.kind:
            case "m.room.member" if self._is_ghost(event.state_key or ""):
                await self._moved(event, event.state_key or "")
            case "m.room.redaction" if event.redacts:
                async with self.store.session() as session:
                    await mails.withdraw(session, event.redacts)
                    await threads.withdraw(session, event.redacts)
            case "m.room.message" if event.sender == self.bot and await self._is_chat(event):
                body = event.content.get("body")
                if isinstance(body, str):
                    await self._pass_on(event.room_id, event.event_id, body)
            case "m.room.message":
                await self.mailing.mail(event)
            case kind if kind in _PLACE_STATE and event.state_key == "":
                await self._look_again(event.room_id)
            case _:
                pass

    def _is_ghost(self, user_id: str) -> bool:
        return user_id.startswith(f"@{GHOSTS}") and user_id.endswith(f":{self.server_name}")

    async def _moved(self, event: Event, ghost: str) -> None:
        match event.content.get("membership"):
            case "invite":
                await self._invited(event, ghost)
            case "join":
                await self._joined(event, ghost)
            case "leave" | "ban":
                # It may be long ago; what counts is how things are now.
                if not await self.ghosts.is_in(ghost, event.room_id):
                    async with self.store.session() as session:
                        await people.left(session, event.room_id, ghost)
            case _:
                pass

    async def _invited(self, event: Event, ghost: str) -> None:
        """Plein invites whom somebody invited through it; from others a ghost takes nothing."""
        if event.sender != self.bot or not await self.ghosts.walks_in(ghost, event.room_id):
            await self.ghosts.leaves(ghost, event.room_id)

    async def _joined(self, event: Event, ghost: str) -> None:
        async with self.store.session() as session:
            if await people.is_member(session, event.room_id, ghost):
                return
            person = await people.by_id(session, ghost)
        if person is None:
            await self.ghosts.leaves(ghost, event.room_id)
            return
        if not await self.ghosts.is_in(ghost, event.room_id):
            return
        if await self.places.is_chat(event.room_id, ghost):
            for event_id, body in await self.ghosts.chats(ghost, event.room_id):
                await self._pass_on(event.room_id, event_id, body)
            return
        try:
            await self.ghosts.settles(ghost, event.room_id)
        except NoPlace as error:
            await self._tell_no_place(event, ghost, error)
        self.letters_wake()

    async def _is_chat(self, event: Event) -> bool:
        async with self.store.session() as session:
            room = await people.room(session, event.room_id)
        return room is not None and not room.group

    async def _pass_on(self, room_id: str, event_id: str, body: str) -> None:
        async with self.store.session() as session:
            members = await people.members(session, room_id)
        for person in members:
            event = (room_id, event_id)
            await self.answers.pass_on(event, person.address, person.language, body)

    async def _tell_no_place(self, event: Event, ghost: str, error: NoPlace) -> None:
        async with self.store.session() as session:
            person = await people.by_id(session, ghost)
        if person is not None and error.encrypted:
            await self.answers.tell(
                f"encrypted:{event.event_id}",
                person.address,
                person.language,
                "",
                _ENCRYPTED,
            )

    async def _look_again(self, room_id: str) -> None:
        """What a place is called, where it goes on, and whether it still takes mail."""
        async with self.store.session() as session:
            members = await people.members(session, room_id)
        for person in members:
            try:
                place = await self.places.look(room_id, person.user_id)
            except NoPlace as error:
                logger.info("%s takes no mail any more: %s", room_id, error)
                await self.ghosts.leaves(person.user_id, room_id, say_why(error))
                continue
            async with self.store.session() as session:
                await people.know_room(session, place)
            return


_ENCRYPTED: Sentence = say(
    "You were invited to a place that is encrypted. Nobody can read it by mail, so you do not take "
    "part there."
)
