"""How does mail come in? SMTP and LMTP behind the organisation's own mail server.

A mail is answered 250 only after it is in the database. What is refused is refused before that, so
that nobody gets a report about a mail that they did not write.
"""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass

from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import SMTP, Envelope, Session

from bridges.common.words import Sentence, in_words, say
from bridges.email import headers, trees
from bridges.email.addresses import Keys, PlaceAddress, ReplyAddress, meaning, normal
from bridges.email.places import Places
from bridges.email.store import letters, people, threads
from bridges.email.store.database import Store

logger = logging.getLogger(__name__)

_HOUR = 3600.0
_NO_SUCH = "550 5.1.1"
_NOT_NOW = "451 4.3.0"
_TOO_OFTEN = "450 4.7.1"


@dataclass(frozen=True, slots=True)
class Entrance:
    """What aiosmtpd asks, for SMTP and LMTP alike."""

    store: Store
    places: Places
    keys: Keys
    domain: str
    server_name: str
    language: str
    hourly: int
    wake: Callable[[], None]
    now: Callable[[], float] = time.time

    async def handle_MAIL(
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        # Reports of what could not be delivered have no sender; they are held to nothing.
        sender = _sender(address)
        if sender:
            async with self.store.session() as session:
                sent = await letters.since(session, sender, self.now() - _HOUR)
            if sent >= self.hourly:
                return self._answer(_TOO_OFTEN, say("You send too much at once. Try again later."))
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 2.1.0 OK"

    async def handle_RCPT(
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        try:
            known = await self._is_known(address, _sender(envelope.mail_from))
        except Exception:
            logger.exception("Whether a place takes mail cannot be found out")
            return self._answer(_NOT_NOW, say("This cannot be looked up now. Try again later."))
        if not known:
            # The same whether there is no such place or it is hidden from who writes.
            return self._answer(
                _NO_SUCH, say("There is no such place here, or it takes no e-mail from you.")
            )
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:
        content = envelope.content
        assert isinstance(content, bytes), "the server is told not to decode"
        sender = _sender(envelope.mail_from)
        message_id, author = _head(content)
        rows: list[dict[str, object]] = []
        async with self.store.session() as session:
            for recipient in dict.fromkeys(map(normal, envelope.rcpt_tos)):
                target = meaning(recipient, self.domain)
                lane = recipient
                match target:
                    case PlaceAddress():
                        lane = target.path
                    case ReplyAddress(token):
                        reply = await threads.reply(session, token)
                        lane = reply.room_id if reply else recipient
                    case _:
                        pass
                rows.append(
                    {
                        "identity": letters.identity(message_id, content, author, recipient),
                        "lane": lane,
                        "sender": sender,
                        "recipient": recipient,
                        "author": self._ghost(author) if author else "",
                        "content": content,
                        "at": self.now(),
                    }
                )
            await letters.keep(session, rows)
        self.wake()
        # LMTP wants one answer for each recipient (RFC 2033, 4.2).
        answers = len(envelope.rcpt_tos) if isinstance(server, LMTP) else 1
        return "\r\n".join(["250 2.0.0 OK"] * answers)

    async def handle_exception(self, error: Exception) -> str:
        """What goes wrong here is no reason to send a mail back: its server tries again."""
        logger.error("The entrance stumbled", exc_info=error)
        return self._answer(_NOT_NOW, say("This cannot be looked up now. Try again later."))

    async def _is_known(self, address: str, sender: str) -> bool:
        target = meaning(address, self.domain)
        if target is None:
            return False
        async with self.store.session() as session:
            if isinstance(target, ReplyAddress):
                return await threads.reply(session, target.token) is not None
            person = await people.by_address(session, sender)
        if not isinstance(target, PlaceAddress):
            return True
        # Whoever takes part already hears by mail that they are not in a place: an answer here
        # would tell anybody who writes under their name.
        return (person is not None and person.confirmed) or await self.places.is_in_sight(target)

    def _ghost(self, address: str) -> str:
        return f"@{self.keys.ghost(address)}:{self.server_name}"

    def _answer(self, code: str, sentence: Sentence) -> str:
        said = in_words(sentence, self.language)
        return f"{code} {said.encode('ascii', 'replace').decode()}"


def _sender(address: str | None) -> str:
    """Of the envelope; empty for mail of machines. aiosmtpd keeps the brackets of an empty one."""
    return "" if address in {None, "", "<>"} else normal(str(address))


def _head(content: bytes) -> tuple[str, str]:
    """Message-ID and author of a mail, however it is broken; empty where it has none.

    Read as `letters.read` does: were they read in two ways, a mail could be one person's for
    whoever asks them to confirm it, and another's for the room.
    """
    message = trees.head(content)
    author = headers.sender(message)
    message_id = next(iter(headers.ids(message, "Message-ID")), "")
    return message_id, normal(author.address) if author else ""
