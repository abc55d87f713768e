"""What does the bridge itself say to people, by mail? Each once for its cause."""

import re
import time
from collections.abc import Callable
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime

from bridges.common.words import Sentence, in_words, say
from bridges.email.addresses import Keys
from bridges.email.charsets import readable
from bridges.email.composing import direct
from bridges.email.kinds import LOOP_HEADER
from bridges.email.store import mails, people
from bridges.email.store.database import Store
from bridges.email.store.mails import Mail

CONFIRM = "confirm"
_SUBJECT = 80
_LINK = re.compile(r"[:@]//|@|www\.|[^\W_][.。．｡][^\W\d_]{2}", re.IGNORECASE)


class Answers:
    def __init__(
        self,
        store: Store,
        keys: Keys,
        domain: str,
        public_url: str,
        wake: Callable[[], None],
    ) -> None:
        self._store = store
        self._keys = keys
        self._domain = domain
        self._url = public_url
        self._wake = wake

    async def ask_to_confirm(
        self, letter: int, address: str, place: str, subject: str, language: str
    ) -> None:
        """Whoever has the mailbox says that the mail was theirs: by a button, or by `yes`."""
        token = self._keys.signed(CONFIRM, str(letter))
        await self._send(
            f"confirm:{letter}",
            address,
            language,
            say("Confirm your message to {place}", place=place),
            say(
                "Somebody, probably you, sent a message from this address to {place}.", place=place
            ),
            say("Subject: {subject}", subject=mentioned(subject)),
            say("Everybody who can read {place} will read it, with your name.", place=place),
            say("Was it you? Press the button on this page, or answer this mail with: yes"),
            f"{self._url}/mail/confirm/{token}",
            say("Was it not you? Then do nothing. In seven days the message is gone."),
            reply_to=f"c+{token}@{self._domain}",
        )

    async def tell(
        self,
        cause: str,
        address: str,
        language: str,
        subject: str,
        *said: Sentence | str,
        stranger: bool = False,
        reply_to: str | None = None,
    ) -> None:
        """What became of a mail, or why nothing did; a `stranger` is nobody we remember."""
        about = say("About your message: {subject}", subject=mentioned(subject))
        await self._send(
            cause, address, language, about, *said, stranger=stranger, reply_to=reply_to
        )

    async def pass_on(self, event: tuple[str, str], address: str, language: str, text: str) -> None:
        """What Plein says to somebody apart, such as that a request was turned down, and why.
        `event` is its room and its id."""
        subject = say("A message from Plein")
        await self._send(f"chat:{event[1]}", address, language, subject, text, event=event)

    async def _send(
        self,
        cause: str,
        address: str,
        language: str,
        subject: Sentence,
        *parts: Sentence | str,
        reply_to: str | None = None,
        event: tuple[str, str] | tuple[()] = (),
        stranger: bool = False,
    ) -> None:
        mail = EmailMessage()
        mail["From"] = f"Plein <noreply@{self._domain}>"
        direct(mail, address)
        mail["Subject"] = one_line(in_words(subject, language))
        mail["Date"] = format_datetime(datetime.now(UTC))
        mail["Message-ID"] = f"<{self._keys.derived('answer', cause)}@{self._domain}>"
        # Nobody's absence is told to it (RFC 3834), and it answers no such answer.
        mail["Auto-Submitted"] = "auto-replied"
        mail[LOOP_HEADER] = self._domain
        if reply_to:
            mail["Reply-To"] = reply_to
        hello = in_words(say("Hello,"), language)
        texts = [one if isinstance(one, str) else in_words(one, language) for one in parts]
        texts = [readable(one) for one in texts]
        mail.set_content("\n\n".join([hello, *texts, "Plein"]) + "\n")
        async with self._store.session() as session:
            # Theirs, so that it goes with them: when they are forgotten, nothing is sent there.
            person = await people.by_address(session, address)
            if person is not None or stranger:
                user_id = person.user_id if person else None
                about = Mail(cause, address, bytes(mail), user_id, *event)
                await mails.queue(session, about, time.time())
        self._wake()


def mentioned(subject: str) -> str:
    """A subject as we repeat it: others could write in somebody's name to have us mail them that.
    So it is short, and nothing in it is a link, or becomes one in a mail program."""
    words = ("…" if _LINK.search(word) else word for word in readable(subject).split())
    return one_line(" ".join(words), _SUBJECT) or "—"


def one_line(text: str, longest: int = 200) -> str:
    return " ".join(text.split())[:longest]
