"""What does somebody get who wants one mail a day? All that was said since, place by place."""

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import format_datetime

from bridges.common.words import in_words, say
from bridges.email.addresses import Keys
from bridges.email.choices import Ways
from bridges.email.composing import Attached, attach, direct, goes_along, is_too_large
from bridges.email.ghosts import Ghosts
from bridges.email.kinds import LOOP_HEADER
from bridges.email.store import mails, people
from bridges.email.store.database import Store
from bridges.email.store.mails import DAILY, Mail
from bridges.email.store.people import Person

STOP = "stop"
_SIGNATURE = "\n-- \n"
_LINE = "\n\n" + "—" * 20 + "\n\n"


@dataclass(frozen=True, slots=True)
class Daily:
    store: Store
    ghosts: Ghosts
    keys: Keys
    ways: Ways
    attached: int
    """Bytes of files that go along with one mail."""
    current: Callable[[Mail, Person], Awaitable[bytes | None]]
    """A mail as what it tells is now."""

    async def gather(self) -> None:
        """Queue one for each for whom something is due: once, however long it takes to go out.

        Its texts stay by themselves until then, so that what is redacted meanwhile is not in it.
        """
        now = time.time()
        async with self.store.session() as session:
            for user_id, first in (await mails.gathered(session, now)).items():
                person = await people.by_id(session, user_id)
                if person is not None:
                    cause = f"{DAILY}{user_id}:{first}"
                    await mails.queue(session, Mail(cause, person.address, b"", user_id), now)

    async def written(self, mail: Mail, person: Person) -> bytes | None:
        """What goes out now; None where its reader may have nothing of it any more."""
        async with self.store.session() as session:
            parts = await mails.parts(session, mail)
        by_room: dict[str, list[bytes]] = {}
        for part in parts:
            if await self.ghosts.may_have(part) and (now := await self.current(part, person)):
                by_room.setdefault(part.room_id or "", []).append(now)
        if not by_room:
            return None
        texts = [in_words(say("Hello,"), person.language)]
        files: list[Attached] = []
        for room_id, said in by_room.items():
            texts += [self._text(_read(part), person.language, files) for part in said]
            texts[-1] += f"\n\n{await self._leave(person, room_id)}"
        stop = f"{self.ways.public_url}/mail/stop/{self.keys.link(STOP, person.user_id)}"
        choose = in_words(say("Choose what you get by mail:"), person.language)
        texts.append(
            f"{choose} {self.ways.page(person.user_id, person.renewed)}\n"
            f"{in_words(say('No more mail at all:'), person.language)} {stop}"
        )
        return bytes(self._mail(person, _LINE.join(texts), files, stop, mail.cause))

    def _text(self, mail: EmailMessage, language: str, files: list[Attached]) -> str:
        """What was said, and where one answers it. Its files come with the others, as far as all
        of them together are not too large."""
        body = mail.get_body(("plain",))
        text = str(body.get_content()).rpartition(_SIGNATURE)[0] if body else ""
        for one in mail.iter_attachments():
            name, data = one.get_filename() or "", one.get_payload(decode=True)
            if not isinstance(data, bytes):
                continue
            if sum(len(file.data) for file in files) + len(data) <= self.attached:
                files.append(Attached(name, one.get_content_type(), data))
            else:
                along, larger = (in_words(f(name), language) for f in (goes_along, is_too_large))
                text = text.replace(along, larger)
        answer = f"{in_words(say('Answer:'), language)} {mail['Reply-To']}"
        return f"{mail['From']}\n{mail['Subject']}\n\n{text.strip()}\n\n{answer}"

    async def _leave(self, person: Person, room_id: str) -> str:
        async with self.store.session() as session:
            room = await people.room(session, room_id)
        told = in_words(say("Leave {place}:", place=room.name if room else "—"), person.language)
        token = self.keys.link("leave", person.user_id, room_id)
        return f"{told} {self.ways.public_url}/mail/leave/{token}"

    def _mail(
        self, person: Person, text: str, files: list[Attached], stop: str, cause: str
    ) -> EmailMessage:
        mail = EmailMessage()
        mail["From"] = f"Plein <noreply@{self.ways.domain}>"
        direct(mail, person.address)
        mail["Subject"] = in_words(say("What was said today"), person.language)
        mail["Date"] = format_datetime(datetime.now(UTC))
        mail["Message-ID"] = f"<{self.keys.derived('daily', cause)}@{self.ways.domain}>"
        mail["Auto-Submitted"] = "auto-generated"
        mail["List-Unsubscribe"] = f"<{stop}>"
        mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
        mail[LOOP_HEADER] = self.ways.domain
        mail.set_content(f"{text}\n")
        attach(mail, files)
        return mail


def _read(part: bytes) -> EmailMessage:
    mail = message_from_bytes(part, policy=policy.default)
    assert isinstance(mail, EmailMessage)
    return mail
