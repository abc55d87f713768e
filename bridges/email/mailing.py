"""How does what is said in a room become mail, and for whom?"""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email.parser import BytesHeaderParser
from html import escape

from bridges.common.homeserver import Homeserver, HomeserverError, safe
from bridges.common.words import in_words, say
from bridges.email.addresses import Keys, PlaceAddress, is_address
from bridges.email.charsets import one_line, readable
from bridges.email.choices import Ways
from bridges.email.composing import (
    Attached,
    Outgoing,
    compose,
    goes_along,
    is_too_large,
    message_id,
)
from bridges.email.contents import (
    Json,
    Said,
    edited,
    is_command,
    is_edit,
    newest,
    relations,
    shows_the_same,
    spoken,
    without_fallback,
)
from bridges.email.markup import for_mail
from bridges.email.store import mails, people, threads
from bridges.email.store.database import Store
from bridges.email.store.events import Event
from bridges.email.store.mails import Mail, MailState
from bridges.email.store.people import Choice, Person, Room
from bridges.email.store.threads import Known, Reply

logger = logging.getLogger(__name__)

POST = "nl.plein.post"
_TEXTS = {"m.text", "m.notice", "m.emote"}
_FILES = {"m.file", "m.image", "m.audio", "m.video"}
_SUBJECT = 70
_EVENT = "event:"
"""How the cause of a mail begins that is a message."""
_VERSION = "X-Plein-Edit"


@dataclass(frozen=True, slots=True)
class Mailing:
    homeserver: Homeserver
    store: Store
    keys: Keys
    ways: Ways
    bot: str
    attached: int
    daily_at: int
    wake: Callable[[], None]

    async def mail(self, event: Event) -> None:
        """Mail a message to everybody in its room who wants it and did not write it."""
        async with self.store.session() as session:
            readers = await people.members(session, event.room_id)
            room = await people.room(session, event.room_id)
        if room is None or not readers:
            return
        if is_edit(event.content):
            await self._mail_edit(event, room, readers)
            return
        said = _said(event)
        wanted = {Choice.EACH, Choice.DAILY}
        if event.sender == self.bot:
            if POST not in event.content:
                return
            wanted.add(Choice.POSTS)
            if said.root is not None:
                # A card: the post is what it hangs under, and was mailed when it was said, but
                # for those who want posts only, and where the line was a command.
                post = await self._event(event.room_id, said.root, readers[0].user_id)
                if post is None or post.sender == self.bot:
                    return
                if not is_command(post.content):
                    wanted = {Choice.POSTS}
                said = post
        elif is_command(event.content):
            return
        for person in readers:
            reachable = not person.paused and is_address(person.address)
            if person.choice in wanted and reachable and person.user_id != said.sender:
                await self._to(person, room, said)
        self.wake()

    async def _mail_edit(self, event: Event, room: Room, readers: list[Person]) -> None:
        """Mail what somebody changed to those who want that, and were mailed what it was."""
        original, content = edited(event.content), event.content.get("m.new_content")
        if original is None or not isinstance(content, dict):
            return
        for person in readers:
            if not person.edits or person.choice is Choice.NONE or person.paused:
                continue
            async with self.store.session() as session:
                mailed = await threads.reply(session, self._token(original, person))
            if mailed is None or mailed.event_id != original:
                continue
            async with self.store.session() as session:
                if await mails.waits(session, _cause(original, person)):
                    continue  # It goes out as it says by then.
            # Anybody can send an edit of what is another's; it is none.
            was = await self._event(room.room_id, original, person.user_id)
            if was is not None and was.sender == event.sender:
                before = await self._before(event, original, person.user_id)
                if before is not None and shows_the_same(before, content):
                    continue
                root = was.root or original
                now = Said(event.event_id, was.sender, content, event.at, root, original)
                await self._to(person, room, now, instead_of=original)
        self.wake()

    def _token(self, event_id: str, person: Person) -> str:
        return self.keys.derived("reply", f"{event_id}\0{person.user_id}")

    async def _to(
        self, person: Person, room: Room, said: Said, instead_of: str | None = None
    ) -> None:
        """Write a mail and queue it in one transaction with what its answer will be known by.

        Nobody gets what the homeserver would not give them now: said before they came, or redacted.
        """
        now = await self._event(room.room_id, said.event_id, person.user_id)
        if now is None:
            return
        if instead_of is None:
            said = replace(said, content=now.content, version=now.version)
        mail, known = await self._written(person, room, said, instead_of)
        daily = person.choice is Choice.DAILY
        moment = time.time()
        async with self.store.session() as session:
            await mails.queue(
                session,
                Mail(
                    _cause(said.event_id, person),
                    person.address,
                    mail,
                    person.user_id,
                    room.room_id,
                    said.event_id,
                    MailState.GATHERED if daily else MailState.QUEUED,
                    next_hour(moment, self.daily_at) if daily else 0.0,
                ),
                moment,
            )
            await threads.know(session, known)
            token = self._token(said.event_id, person)
            await threads.give_reply(
                session, Reply(token, person.user_id, known.event_id, room.room_id)
            )

    async def current(self, mail: Mail, person: Person) -> bytes | None:
        """A mail as its message is now: the homeserver is asked, as an edit, or that one was
        redacted, may not have been told to us yet. None where the message is gone."""
        if not mail.cause.startswith(_EVENT) or mail.room_id is None or mail.event_id is None:
            return mail.content
        now = await self._event(mail.room_id, mail.event_id, person.user_id)
        async with self.store.session() as session:
            room = await people.room(session, mail.room_id)
        if now is None or room is None:
            return None
        if BytesHeaderParser().parsebytes(mail.content).get(_VERSION, "") == now.version:
            return mail.content
        content, _ = await self._written(person, room, now, None)
        return content

    async def _written(
        self, person: Person, room: Room, said: Said, instead_of: str | None
    ) -> tuple[bytes, Known]:
        """The mail of a message, and what it is known by when it is answered."""
        async with self.store.session() as session:
            thread = await threads.of_event(session, said.root) if said.root else []
            answered = await threads.of_event(session, said.answered) if said.answered else []
        subject = thread[0].subject if thread else await self._subject(room, said, person)
        name_of_mail = message_id(said.event_id, self.ways.domain)
        token = self._token(said.event_id, person)
        references = list(dict.fromkeys(one.message_id for one in [*thread, *answered]))
        name = await self._name(room.room_id, said.sender, person.user_id)
        text, markup, files = await self._body(said, person)
        if instead_of is not None:
            told = in_words(say("Changed afterwards. Instead, it now says:"), person.language)
            text = f"{told}\n\n{text}"
            markup = f"<p><em>{escape(told)}</em></p>{markup}" if markup else ""
        leave = self.keys.link("leave", person.user_id, room.room_id)
        address = PlaceAddress(room.subsite, room.group).local if room.subsite else "noreply"
        mail = compose(
            Outgoing(
                message_id=name_of_mail,
                sender_name=name,
                place_name=room.name,
                place_address=f"{address}@{self.ways.domain}",
                reply_to=f"r+{token}@{self.ways.domain}",
                recipient=person.address,
                subject=subject,
                answers=bool(said.root),
                references=tuple(references),
                text=text,
                html=markup,
                attachments=files,
                date=datetime.fromtimestamp(said.at, UTC),
                unsubscribe=f"{self.ways.public_url}/mail/leave/{leave}",
                choose=self.ways.page(person.user_id, person.renewed),
                choose_by_mail=self.ways.address(person.user_id, person.renewed),
                language=person.language,
            )
        )
        if said.version:
            mail[_VERSION] = said.version
        root = said.root or said.event_id
        # Whoever answers a change answers what was changed.
        answers = instead_of or said.event_id
        return bytes(mail), Known(name_of_mail, answers, room.room_id, root, subject)

    async def _before(self, event: Event, original: str, reader: str) -> Json | None:
        """What a message said before an edit; None where that is not known."""
        path = f"rooms/{safe(event.room_id)}/relations/{safe(original)}/m.replace"
        try:
            page = await self.homeserver.call(
                "GET", f"client/v1/{path}", user=reader, query={"dir": "b", "limit": "50"}
            )
            path = f"client/v3/rooms/{safe(event.room_id)}/event/{safe(original)}"
            first = await self.homeserver.call("GET", path, user=reader)
        except HomeserverError:
            return None
        edits = [one for one in page.get("chunk", []) if one.get("sender") == event.sender]
        ids = [one.get("event_id") for one in edits]
        if event.event_id not in ids or page.get("next_batch"):
            return None
        earlier = edits[ids.index(event.event_id) + 1 :]
        content = earlier[0]["content"].get("m.new_content") if earlier else first.get("content")
        return content if isinstance(content, dict) else None

    async def _subject(self, room: Room, said: Said, person: Person) -> str:
        """The first line of what a thread began with."""
        first = said
        if said.root and (root := await self._event(room.room_id, said.root, person.user_id)):
            first = root
        rows = readable(spoken(first.content)).splitlines()
        line = next((one.strip() for one in rows if one.strip()), "").strip("#* ")
        short = line if len(line) <= _SUBJECT else f"{line[: _SUBJECT - 1].rstrip()}…"
        return f"[{room.name}] {short}" if short else f"[{room.name}]"

    async def _body(self, said: Said, person: Person) -> tuple[str, str, tuple[Attached, ...]]:
        content = said.content
        if content.get("msgtype") not in _FILES:
            markup = str(content.get("formatted_body") or "")
            text = spoken(content)
            if "<mx-reply>" in markup:
                text = without_fallback(text)
            return text, for_mail(markup), ()
        name = one_line(readable(str(content.get("filename") or content.get("body") or "")))
        info = content.get("info")
        size = info.get("size") if isinstance(info, dict) else None
        caption = str(content.get("body") or "") if content.get("filename") else ""
        caption = "" if one_line(caption) == name else caption
        data = None
        if isinstance(size, int) and size <= self.attached:
            data = await self._fetched(str(content.get("url", "")), person.user_id)
        if data is None:
            told = in_words(is_too_large(name), person.language)
            return "\n\n".join(filter(None, [caption, told])), "", ()
        told = in_words(goes_along(name), person.language)
        mime = info.get("mimetype") if isinstance(info, dict) else None
        file = Attached(name, str(mime or "application/octet-stream"), data)
        return "\n\n".join(filter(None, [caption, told])), "", (file,)

    async def _fetched(self, uri: str, user_id: str) -> bytes | None:
        """What stands at an address, if it is no larger than it says."""
        data = bytearray()
        try:
            async with self.homeserver.media(uri, user_id) as answer:
                async for chunk in answer.content.iter_chunked(2**16):
                    data += chunk
                    if len(data) > self.attached:
                        return None
        except HomeserverError:
            return None
        return bytes(data)

    async def _name(self, room_id: str, user_id: str, reader: str) -> str:
        path = f"client/v3/rooms/{safe(room_id)}/state/m.room.member/{safe(user_id)}"
        try:
            member = await self.homeserver.call("GET", path, user=reader)
        except HomeserverError:
            return user_id
        return str(member.get("displayname") or user_id)

    async def _event(self, room_id: str, event_id: str, reader: str) -> Said | None:
        """An event as a ghost may read it; None where it may not, or it is gone."""
        path = f"client/v3/rooms/{safe(room_id)}/event/{safe(event_id)}"
        try:
            raw = await self.homeserver.call("GET", path, user=reader)
        except HomeserverError as error:
            if error.status in {403, 404}:
                return None
            raise
        content = raw.get("content")
        if not isinstance(content, dict) or not content:
            return None
        at = raw.get("origin_server_ts")
        moment = at / 1000 if isinstance(at, int) else time.time()
        root, answered = relations(content)
        now, version = newest(raw)
        return Said(event_id, str(raw.get("sender", "")), now, moment, root, answered, version)


def _cause(event_id: str, person: Person) -> str:
    return f"{_EVENT}{event_id}:{person.user_id}"


def _said(event: Event) -> Said:
    root, answered = relations(event.content)
    return Said(event.event_id, event.sender, event.content, event.at, root, answered)


def next_hour(now: float, hour: int) -> float:
    moment = datetime.fromtimestamp(now, UTC)
    due = moment.replace(hour=hour, minute=0, second=0, microsecond=0)
    return (due if due > moment else due + timedelta(days=1)).timestamp()
