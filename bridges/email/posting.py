"""What becomes of a mail that came in?

It is read, judged, and then said by its author's ghost: once, in the thread that it answers. Until
its author has proven that the address is theirs (`confirming`), it waits.
"""

import asyncio
import logging
import time
from dataclasses import dataclass, replace

from bridges.common.homeserver import HomeserverError
from bridges.common.words import Sentence, say
from bridges.email import headers
from bridges.email import letters as reading
from bridges.email.addresses import (
    BounceAddress,
    ChoiceAddress,
    ConfirmAddress,
    Keys,
    OurAddress,
    PlaceAddress,
    ReplyAddress,
    is_own,
    meaning,
    normal,
)
from bridges.email.answers import Answers
from bridges.email.authentication import Verdict, verdict
from bridges.email.choices import Ways, standing, wish
from bridges.email.confirming import Confirming, TooManyQuestions
from bridges.email.ghosts import Ghosts
from bridges.email.letters import Letter, Mailbox
from bridges.email.places import NoPlace, Places
from bridges.email.private import Private
from bridges.email.saying import Saying, Thread
from bridges.email.store import letters, mails, people, threads
from bridges.email.store.database import Store
from bridges.email.store.letters import LetterState, Stored
from bridges.email.store.people import Person

logger = logging.getLogger(__name__)

# Tries of a mail that fails by no doing of the homeserver's or its author's.
_MOST = 5
# Mails that were not placed, of which somebody hears in a day; and choices, apart from these.
_ANSWERS, _CHOICES = 10, 10
_HOUR, _DAY = 3600.0, 86_400.0
_BY_PEOPLE = {reading.Kind.ORDINARY, reading.Kind.CALENDAR}


@dataclass(frozen=True, slots=True)
class Post:
    """Does what waits in `letters`, lane by lane."""

    store: Store
    keys: Keys
    ghosts: Ghosts
    places: Places
    answers: Answers
    ways: Ways
    confirming: Confirming
    saying: Saying
    domain: str
    server_name: str
    language: str
    authserv_id: str | None
    bounces: int = 3

    async def lanes(self) -> list[str]:
        async with self.store.session() as session:
            return await letters.lanes(session, time.time())

    async def attend(self, lane: str) -> None:
        async with self.store.session() as session:
            stored = await letters.begin(session, lane)
        if stored is None:
            return
        try:
            state, room = await self._attend(stored)
        except TooManyQuestions:
            logger.warning("Mail %d waits: very many people are asked about mail", stored.number)
            async with self.store.session() as session:
                await letters.apart(session, stored.number, time.time() + _HOUR / 4)
            return
        except Exception:
            logger.exception("Mail %d failed, for the %d. time", stored.number, stored.tries)
            await self._failed(stored)
            return
        async with self.store.session() as session:
            await letters.becomes(session, stored.number, state, room)

    async def _failed(self, stored: Stored) -> None:
        """It is tried again later. It may be this mail only: those of others in its place do not
        wait for it."""
        async with self.store.session() as session:
            if stored.tries >= _MOST:
                await letters.becomes(session, stored.number, LetterState.ASIDE)
            else:
                await letters.apart(session, stored.number, time.time() + 2**stored.tries)

    async def _attend(self, stored: Stored) -> tuple[LetterState, str | None]:
        # Reading a large mail takes seconds.
        letter = await asyncio.to_thread(
            reading.read,
            stored.content,
            mail_from=stored.sender,
            ours=frozenset({self.domain}),
        )
        target = meaning(stored.recipient, self.domain)
        if not isinstance(letter, Letter) or target is None:
            logger.info("Mail %d cannot be read", stored.number)
            return LetterState.REFUSED, None
        if isinstance(target, BounceAddress):
            await self._came_back(letter, target)
            return LetterState.DONE, None
        if (
            letter.kind not in _BY_PEOPLE
            or letter.sender is None
            or is_own(letter.sender.address, self.domain)
        ):
            logger.info("Mail %d was written by no person: %s", stored.number, letter.kind)
            return LetterState.REFUSED, None
        if stored.author != f"@{self.keys.ghost(letter.sender.address)}:{self.server_name}":
            logger.warning("Mail %d is not by who it was taken in for", stored.number)
            return LetterState.REFUSED, None
        if isinstance(target, ConfirmAddress):
            await self.confirming.answered(letter, stored, target)
            return LetterState.DONE, None
        if isinstance(target, ChoiceAddress):
            return await self._chooses(letter, stored, target, letter.sender)
        return await self._take(letter, stored, target, letter.sender)

    async def _take(
        self, letter: Letter, stored: Stored, target: OurAddress, sender: Mailbox
    ) -> tuple[LetterState, str | None]:
        address = normal(sender.address)
        async with self.store.session() as session:
            person = await people.by_address(session, address)
            reply = (
                await threads.reply(session, target.token)
                if isinstance(target, ReplyAddress)
                else None
            )
        judged = verdict(letter.results, self.authserv_id, address)
        # Whoever has a reply address has the mailbox that it was mailed to.
        proven = reply is not None and person is not None and reply.user_id == person.user_id
        if judged is Verdict.REFUSE:
            logger.info("Mail %d is forged, by the word of its domain", stored.number)
            return LetterState.REFUSED, None
        doubted = judged is Verdict.DOUBT and not proven and not stored.vouched
        room = await self._room(stored.author, target, reply)
        if person is None or not person.confirmed or doubted:
            if await self._may_come(stored.author, target, room):
                return await self.confirming.ask(letter, stored, target, sender), None
            if self.authserv_id is None or judged is not Verdict.ACCEPT:
                # Whoever they are, it would be mail that they never asked for.
                logger.info("Mail %d goes nowhere, and may be forged", stored.number)
                return LetterState.REFUSED, None
            return await self._write_back(letter, stored, address, person, self._not_there(target))
        async with self.store.session() as session:
            await people.wrote(session, person.user_id)
        if letter.sealed and not letter.text:
            return await self._tell(
                letter,
                stored,
                person,
                say("Your mail is encrypted, so it cannot be placed. Send it without encryption."),
            )
        await self.ghosts.exists(person)
        if room is None:
            return await self._tell(letter, stored, person, self._not_there(target))
        if not await self._is_in(person.user_id, room):
            return await self._lets_in(letter, stored, person, room, target)
        return await self._say(letter, stored, person, room, reply)

    async def _may_come(self, user_id: str, target: OurAddress, room: str | None) -> bool:
        """Whether a message can come of it, once its author says that it is theirs."""
        if room is None or isinstance(target, PlaceAddress):
            return room is not None
        return await self._is_in(user_id, room)

    async def _room(
        self, user_id: str, target: OurAddress, reply: threads.Reply | None
    ) -> str | None:
        """Where it is to be said. What goes on elsewhere is followed."""
        async with self.store.session() as session:
            rooms = await people.rooms_of(session, user_id)
            room = reply.room_id if reply else None
            if isinstance(target, PlaceAddress):
                room = self.places.among(rooms, target)
            for _ in range(10):
                known = await people.room(session, room) if room else None
                if known is None or known.replaced_by is None:
                    break
                room = known.replaced_by
        if room is None and isinstance(target, PlaceAddress):
            room = await self.places.by_alias(target)
        return room

    async def _is_in(self, user_id: str, room: str) -> bool:
        async with self.store.session() as session:
            return await people.is_member(session, room, user_id)

    async def _lets_in(
        self, letter: Letter, stored: Stored, person: Person, room: str, target: OurAddress
    ) -> tuple[LetterState, str | None]:
        """Whoever writes to a place in sight wants in. Elsewhere one has to be invited."""
        place = target.path if isinstance(target, PlaceAddress) else ""
        if not isinstance(target, PlaceAddress) or room != await self.places.by_alias(target):
            return await self._tell(letter, stored, person, self._not_there(target))
        if await self.ghosts.walks_in(person.user_id, room):
            try:
                await self.ghosts.settles(person.user_id, room)
            except NoPlace:
                return await self._tell(letter, stored, person, self._not_there(target))
            return await self._say(letter, stored, person, room, None)
        if await self.ghosts.knocks(person.user_id, room):
            await self.answers.tell(
                f"knocked:{room}:{person.user_id}",
                person.address,
                person.language,
                letter.subject,
                say("In {place} one asks to take part. I asked it for you.", place=place),
                say("Your message waits until you are let in, for seven days."),
            )
            return LetterState.KNOCKING, room
        return await self._tell(letter, stored, person, self._not_there(target))

    async def _say(
        self,
        letter: Letter,
        stored: Stored,
        person: Person,
        room: str,
        reply: threads.Reply | None,
    ) -> tuple[LetterState, str | None]:
        thread = await self._thread(letter, room, reply)
        if thread is None and not await self.places.may_start(room, person.user_id):
            return await self._tell(
                letter,
                stored,
                person,
                say("Only some people start something there. Your message was not placed."),
                say("You do take part: what they write comes to you, and you can answer it."),
                *await self._elsewhere(person, room),
            )
        if (letter.message_id or "").lower().endswith(f"@{self.domain.lower()}"):
            # Only we give those out.
            letter = replace(letter, message_id=None)
        private = Private(self.keys, self.domain, self.ways.public_url)
        # A large one takes a while, as reading does.
        letter = await asyncio.to_thread(private.without, letter)
        try:
            await self.saying.say(letter, stored, person, room, thread)
        except HomeserverError as error:
            if error.status != 403:
                raise
            if not await self.ghosts.is_in(person.user_id, room):
                async with self.store.session() as session:
                    await people.left(session, room, person.user_id)
            return await self._tell(
                letter,
                stored,
                person,
                say("You cannot write there now. It may be closed, or only others write there."),
            )
        return LetterState.DONE, room

    async def _elsewhere(self, person: Person, room: str) -> list[Sentence]:
        """To which addresses somebody can write who may start nothing in this room."""
        async with self.store.session() as session:
            rooms = await people.rooms_of(session, person.user_id)
        here = next((one.subsite for one in rooms if one.room_id == room), "")
        others = [one for one in rooms if one.room_id != room]
        found = await self.places.where_to_start(others, person.user_id, here)
        addresses = ", ".join(f"{one.local}@{self.domain}" for one in found)
        return (
            [say("You can start something at: {addresses}", addresses=addresses)] if found else []
        )

    async def _thread(
        self, letter: Letter, room: str, reply: threads.Reply | None
    ) -> Thread | None:
        """The one of the address that it was sent to, which only we give out; else by what it
        answers, the nearest first, which anybody may write there."""
        answered = [letter.in_reply_to or "", *reversed(letter.references)]
        async with self.store.session() as session:
            found = await threads.first_known(session, [one for one in answered if one], room)
            if reply is not None and reply.room_id == room:
                mailed = next(iter(await threads.of_event(session, reply.event_id)), None)
                if mailed is not None and (found is None or found.root != mailed.root):
                    found = mailed
        return Thread(found.root, found.event_id, found.subject) if found else None

    async def _came_back(self, letter: Letter, target: BounceAddress) -> None:
        """It counts only where it is about them: who has mail passed on to others, whose mailbox
        is gone, is still there."""
        localpart = self.keys.returned(target.token, time.time())
        gone = {headers.normal(bounce.address).lower() for bounce in letter.bounces if bounce.hard}
        async with self.store.session() as session:
            person = await people.by_id(session, f"@{localpart}:{self.server_name}")
            if person is not None and headers.normal(person.address).lower() in gone:
                await people.bounced(session, person.user_id, time.time(), self.bounces)

    async def _chooses(
        self, letter: Letter, stored: Stored, target: ChoiceAddress, sender: Mailbox
    ) -> tuple[LetterState, str | None]:
        """Somebody says what they want by mail, or asks what they can say. Only they have that
        address, so whoever writes there from theirs is not asked whether it was them."""
        localpart, renewed = self.ways.chooser(target.token) or ("", 0)
        forged = verdict(letter.results, self.authserv_id, normal(sender.address)) is Verdict.REFUSE
        if forged or stored.author != f"@{localpart}:{self.server_name}":
            return LetterState.REFUSED, None
        async with self.store.session() as session:
            person = await people.by_id(session, stored.author)
        if person is None or person.renewed != renewed:
            return LetterState.REFUSED, None
        wanted = wish([*letter.text.splitlines(), letter.subject])
        async with self.store.session() as session:
            if wanted.choice is not None or wanted.edits is not None:
                await people.choose(session, stored.author, wanted.choice, wanted.edits)
            else:
                await people.wrote(session, stored.author)
            person = await people.by_id(session, stored.author)
        if person is None:
            return LetterState.REFUSED, None
        await self._write_back(
            letter,
            stored,
            person.address,
            person,
            *standing(person),
            say("To change it, answer with one of: each, daily, posts, none, edits yes, edits no."),
            say("Or choose on this page:"),
            self.ways.page(person.user_id, person.renewed),
            reply_to=self.ways.address(person.user_id, person.renewed),
            about="chosen",
            most=_CHOICES,
        )
        return LetterState.DONE, None

    async def _tell(
        self, letter: Letter, stored: Stored, person: Person, *said: Sentence
    ) -> tuple[LetterState, str | None]:
        return await self._write_back(letter, stored, person.address, person, *said)

    async def _write_back(
        self,
        letter: Letter,
        stored: Stored,
        address: str,
        person: Person | None,
        *said: Sentence | str,
        reply_to: str | None = None,
        about: str = "told",
        most: int = _ANSWERS,
    ) -> tuple[LetterState, str | None]:
        """Say what became of a mail; not endlessly, as others may write in somebody's name."""
        async with self.store.session() as session:
            told = await mails.caused(session, address, f"{about}:", time.time() - _DAY)
        if told < most:
            await self.answers.tell(
                f"{about}:{stored.number}",
                address,
                person.language if person else self.language,
                letter.subject,
                *said,
                stranger=person is None,
                reply_to=reply_to,
            )
        return LetterState.REFUSED, None

    def _not_there(self, target: OurAddress) -> Sentence:
        """The same for a place that is not there and one that they are not in."""
        if isinstance(target, PlaceAddress):
            return say(
                "There is no place {place} in which you take part. Your message was not placed.",
                place=target.path,
            )
        return say("You do not take part there any more. Your message was not placed.")
