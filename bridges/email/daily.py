"""What does somebody get who wants one mail a day? All that was said since, in order."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import format_datetime

from bridges.common.words import in_words, say
from bridges.email.addresses import Keys
from bridges.email.composing import direct
from bridges.email.ghosts import Ghosts
from bridges.email.kinds import LOOP_HEADER
from bridges.email.store import mails, people
from bridges.email.store.database import Store
from bridges.email.store.mails import Mail, MailState
from bridges.email.store.people import Person

_SIGNATURE = "\n-- \n"


@dataclass(frozen=True, slots=True)
class Daily:
    store: Store
    ghosts: Ghosts
    keys: Keys
    domain: str
    wake: Callable[[], None]

    async def gather(self) -> None:
        """Make one mail of what is due for each, in one transaction with its parts being over."""
        async with self.store.session() as session:
            due = await mails.gathered(session, time.time())
        for user_id, parts in due.items():
            rooms = {part.room_id or "" for part in parts}
            there = {room for room in rooms if await self.ghosts.is_in(user_id, room)}
            readable = [part for part in parts if part.room_id in there]
            async with self.store.session() as session:
                person = await people.by_id(session, user_id)
                if person is not None and not person.paused and readable:
                    cause = f"daily:{user_id}:{readable[0].number}"
                    content = bytes(self._written(person, readable, cause))
                    mail = Mail(cause, person.address, content, user_id)
                    await mails.queue(session, mail, time.time())
                for part in parts:
                    await mails.becomes(session, part.number, MailState.SENT)
        self.wake()

    def _written(self, person: Person, parts: list[Mail], cause: str) -> EmailMessage:
        language = person.language
        written = EmailMessage()
        written["From"] = f"Plein <noreply@{self.domain}>"
        direct(written, person.address)
        written["Subject"] = in_words(say("What was said today"), language)
        written["Date"] = format_datetime(datetime.now(UTC))
        written["Message-ID"] = f"<{self.keys.derived('daily', cause)}@{self.domain}>"
        written["Auto-Submitted"] = "auto-generated"
        written[LOOP_HEADER] = self.domain
        texts = []
        stop = ""
        for part in parts:
            mail = message_from_bytes(part.content, policy=policy.default)
            assert isinstance(mail, EmailMessage)
            body = mail.get_body(("plain",))
            text = str(body.get_content()).rpartition(_SIGNATURE)[0] if body else ""
            texts.append(f"{mail['From']}\n{mail['Subject']}\n\n{text.strip()}")
            stop = str(mail["List-Unsubscribe"]).strip("<>")
        texts.append(f"{in_words(say('No more mail from here:'), language)} {stop}")
        hello = in_words(say("Hello,"), language)
        line = "\n\n" + "—" * 20 + "\n\n"
        written.set_content(f"{hello}{line}{line.join(texts)}\n")
        return written
