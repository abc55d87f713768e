"""How does a mail become messages of its author's ghost, each once?"""

import asyncio
import html
import json
import logging
from dataclasses import dataclass
from typing import Any

from bridges.common.homeserver import (
    LONGEST,
    Homeserver,
    HomeserverError,
    Unanswered,
    safe,
)
from bridges.common.words import in_words, say
from bridges.email.letters import Attachment, Letter
from bridges.email.markup import with_pictures
from bridges.email.store import letters, threads
from bridges.email.store.database import Store
from bridges.email.store.letters import Stored
from bridges.email.store.people import Person
from bridges.email.store.threads import Known

logger = logging.getLogger(__name__)

Json = dict[str, Any]
MARK = "nl.plein.email"
"""In the content of what a ghost says: which mail it is, and which part of it."""

# Bytes of text in one event, which may have 65,536 with all that stands around it.
_MOST = 40_000


@dataclass(frozen=True, slots=True)
class Thread:
    """`answered` is the event that the mail answers, `root` the one that its thread hangs under."""

    root: str
    answered: str
    subject: str


class Saying:
    def __init__(self, homeserver: Homeserver, store: Store) -> None:
        self._homeserver = homeserver
        self._store = store

    async def say(
        self, letter: Letter, stored: Stored, person: Person, room: str, thread: Thread | None
    ) -> str:
        """Say a mail in a room, and then its files under it; give the event that it became."""
        async with self._store.session() as session:
            cause = letters.short(await letters.identity_of(session, stored.number))
        # The homeserver forgets transaction ids when it is stopped; the room does not forget.
        said = await self._said_before(room, person.user_id, cause) if stored.tries > 1 else {}
        first: str | None = None
        for step, content in enumerate(await self._contents(letter, stored, person, thread)):
            under = thread or (Thread(first, first, letter.subject) if first else None)
            event = said.get(step) or await self._send(
                room, person, cause, step, marked(content, cause, step, under)
            )
            first = first or event
        assert first, "a mail becomes one message at least"
        async with self._store.session() as session:
            if letter.message_id:
                subject = thread.subject if thread else letter.subject
                root = thread.root if thread else first
                await threads.know(session, Known(letter.message_id, first, room, root, subject))
        return first

    async def _contents(
        self, letter: Letter, stored: Stored, person: Person, thread: Thread | None
    ) -> list[Json]:
        contents: list[Json] = []
        title = "" if thread else " ".join(letter.subject.split())
        text, whole = letter.text.strip(), letter.text
        too_long = len(text.encode()) > _MOST
        if too_long:
            text = text.encode()[: _MOST // 8].decode(errors="ignore").rstrip() + " …"
        markup, shown = "", frozenset[int]()
        # An event has 64 KiB for both; and a picture without a word is a picture.
        if text and len(text.encode()) + len((letter.html or "").encode()) <= _MOST:
            markup, shown = await self._with_pictures(letter, stored, person)
        if text or title or not letter.attachments:
            empty = in_words(say("(This mail has no text.)"), person.language)
            contents.append(message(title, text or ("" if title else empty), markup))
        if too_long:
            name = in_words(say("Whole message.txt"), person.language)
            contents.append(
                await self._file(stored, person, 999, name, "text/plain", whole.encode())
            )
        for part, attachment in enumerate(letter.attachments):
            if part not in shown:
                contents.append(await self._attachment(stored, person, part, attachment))
        return contents

    async def _with_pictures(
        self, letter: Letter, stored: Stored, person: Person
    ) -> tuple[str, frozenset[int]]:
        """The HTML with its pictures where the media repository has them, and which these are."""
        addresses: dict[str, str] = {}
        shown = set()
        for part, one in enumerate(letter.attachments):
            if not one.inline:
                continue
            try:
                uri = await self._upload(stored, person, part, one.name, one.mime, one.data)
            except HomeserverError as error:
                if error.status != 413:
                    raise
                continue  # Too large; it is said below, where files are.
            addresses[one.content_id or ""] = uri
            shown.add(part)
        return with_pictures(letter.html or "", addresses), frozenset(shown)

    async def _attachment(
        self, stored: Stored, person: Person, part: int, attachment: Attachment
    ) -> Json:
        name = attachment.name or in_words(say("File {n}", n=part + 1), person.language)
        try:
            return await self._file(stored, person, part, name, attachment.mime, attachment.data)
        except HomeserverError as error:
            if error.status != 413:
                raise
            sentence = say("The file {name} is too large to be placed here.", name=name)
            return message("", in_words(sentence, person.language), "")

    async def _file(
        self, stored: Stored, person: Person, part: int, name: str, mime: str, data: bytes
    ) -> Json:
        uri = await self._upload(stored, person, part, name, mime, data)
        kind = "m.image" if mime in {"image/png", "image/jpeg", "image/gif"} else "m.file"
        return {
            "msgtype": kind,
            "body": name,
            "filename": name,
            "url": uri,
            "info": {"mimetype": mime, "size": len(data)},
        }

    async def _upload(
        self, stored: Stored, person: Person, part: int, name: str, mime: str, data: bytes
    ) -> str:
        """Take an address, write it down, and then fill it: so a file is there only once."""
        async with self._store.session() as session:
            uri = await letters.upload(session, stored.number, part)
        if uri is None:
            made = await self._homeserver.call("POST", "media/v1/create", {}, user=person.user_id)
            uri = str(made["content_uri"])
            async with self._store.session() as session:
                await letters.took_address(session, stored.number, part, uri)
        server, _, media = uri.removeprefix("mxc://").partition("/")
        try:
            await self._homeserver.call(
                "PUT",
                f"media/v3/upload/{safe(server)}/{safe(media)}",
                user=person.user_id,
                query={"filename": name},
                data=data,
                mime=mime,
            )
        except HomeserverError as error:
            if error.code != "M_CANNOT_OVERWRITE_MEDIA":
                raise
        return uri

    async def _send(self, room: str, person: Person, cause: str, step: int, content: Json) -> str:
        """Say it; where no answer comes the room is looked through before it is said again, for
        the homeserver may have been stopped between hearing and answering it."""
        path = f"client/v3/rooms/{safe(room)}/send/m.room.message/{safe(f'{cause}-{step}')}"
        wait = 0.0
        while True:
            try:
                answer = await self._homeserver.call(
                    "PUT", path, content, user=person.user_id, tries=1
                )
            except Unanswered as trouble:
                logger.info("It is not known whether a mail was said: %s", trouble)
                said = await self._said_before(room, person.user_id, cause)
                if step in said:
                    return said[step]
                await asyncio.sleep(wait)
                wait = min(max(1.0, 2 * wait), LONGEST)
            else:
                return str(answer["event_id"])

    async def _said_before(self, room: str, user_id: str, cause: str) -> dict[int, str]:
        """What the ghost has said of this mail already: the event of each step."""
        query = {"dir": "b", "limit": "100", "filter": json.dumps({"senders": [user_id]})}
        path = f"client/v3/rooms/{safe(room)}/messages"
        page = await self._homeserver.call("GET", path, user=user_id, query=query)
        said: dict[int, str] = {}
        for event in page.get("chunk", []):
            mark = event.get("content", {}).get(MARK)
            if isinstance(mark, dict) and mark.get("cause") == cause:
                said[int(mark.get("step", 0))] = str(event["event_id"])
        return said


def message(title: str, text: str, markup: str) -> Json:
    """The content of what a mail says; a subject that begins a thread stands above it."""
    plain = "\n\n".join(part for part in (title, text) if part)
    shown = markup or html.escape(text).replace("\n", "<br>")
    above = f"<p><strong>{html.escape(title)}</strong></p>" if title else ""
    content: Json = {"msgtype": "m.text", "body": plain, "m.mentions": {}}
    if above or markup:
        content["format"] = "org.matrix.custom.html"
        content["formatted_body"] = above + shown
    return content


def marked(content: Json, cause: str, step: int, thread: Thread | None) -> Json:
    content = content | {MARK: {"cause": cause, "step": step}}
    if thread:
        content["m.relates_to"] = {
            "rel_type": "m.thread",
            "event_id": thread.root,
            "is_falling_back": True,
            "m.in_reply_to": {"event_id": thread.answered},
        }
    return content
