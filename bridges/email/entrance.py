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
from bridges.email.addresses import (
    BounceAddress,
    ChoiceAddress,
    ConfirmAddress,
    Keys,
    PlaceAddress,
    ReplyAddress,
    meaning,
    normal,
)
from bridges.email.answers import CONFIRM
from bridges.email.choices import CHOOSE
from bridges.email.store import letters, threads
from bridges.email.store.database import Store

logger = logging.getLogger(__name__)

_HOUR = 3600.0
_MOST_RECIPIENTS = 50
"""Of one mail: each keeps it by itself. Mail servers bring it to the others in another go."""
_MOST_BYTES = 50_000_000
"""Of one mail in all the places together; one that is as large as a mail may be goes to one."""

_NO_SUCH = "550 5.1.1"
_NOT_NOW = "451 4.3.0"
_TOO_OFTEN = "450 4.7.1"
_TOO_MANY = "452 4.5.3"


_TOO_MANY_AT_ONCE = (_TOO_MANY, say("That is too many at once. Send it to fewer."))
_TOO_MUCH = (_TOO_OFTEN, say("You send too much at once. Try again later."))


@dataclass(frozen=True, slots=True)
class Entrance:
    """What aiosmtpd asks, for SMTP and LMTP alike."""

    store: Store
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
        if await self._is_too_much(_sender(address), 1):
            return self._answer(*_TOO_MUCH)
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 2.1.0 OK"

    async def handle_RCPT(
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        recipients = len(envelope.rcpt_tos) + 1
        if recipients > _MOST_RECIPIENTS or _takes_too_much(_announced(envelope), recipients):
            return self._answer(*_TOO_MANY_AT_ONCE)
        if not await self._is_ours(address):
            return self._answer(_NO_SUCH, say("This address does not exist here."))
        if await self._is_too_much(_sender(envelope.mail_from), recipients):
            return self._answer(*_TOO_MUCH)
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:
        content = envelope.content
        assert isinstance(content, bytes), "the server is told not to decode"
        # LMTP wants one answer for each recipient (RFC 2033, 4.2).
        answers = len(envelope.rcpt_tos) if isinstance(server, LMTP) else 1
        sender = _sender(envelope.mail_from)
        message_id, author = _head(content)
        ghost = self._ghost(author) if author else ""
        recipients = list(dict.fromkeys(map(normal, envelope.rcpt_tos)))
        if _takes_too_much(len(content), len(recipients)):
            return "\r\n".join([self._answer(*_TOO_MANY_AT_ONCE)] * answers)
        lanes = {recipient: await self._lane(recipient) for recipient in recipients}
        async with self.store.session() as session:
            # Once more, as there may be many connections; and for the author, as an envelope has
            # any sender that one likes.
            since, most = self.now() - _HOUR, self.hourly - len(recipients)
            if sender and (
                await letters.since(session, sender, since) > most
                or await letters.since_of(session, ghost, since) > most
            ):
                return "\r\n".join([self._answer(*_TOO_MUCH)] * answers)
            rows: list[dict[str, object]] = [
                {
                    "identity": letters.identity(message_id, content, author, recipient),
                    "lane": lanes[recipient],
                    "sender": sender,
                    "recipient": recipient,
                    "author": ghost,
                    "content": content,
                    "at": self.now(),
                }
                for recipient in recipients
                # Mail of machines is said nowhere: it is taken, for a refusal makes servers doubt
                # that our addresses exist, and it is not kept.
                if sender or isinstance(meaning(recipient, self.domain), BounceAddress)
            ]
            await letters.keep(session, rows)
        self.wake()
        return "\r\n".join(["250 2.0.0 OK"] * answers)

    async def _lane(self, recipient: str) -> str:
        """What it is done in order with: what goes to the same place."""
        match meaning(recipient, self.domain):
            case PlaceAddress() as place:
                return place.path
            case ReplyAddress(token):
                async with self.store.session() as session:
                    reply = await threads.reply(session, token)
                return reply.room_id if reply else recipient
            case _:
                return recipient

    async def handle_exception(self, error: Exception) -> str:
        """What goes wrong here is no reason to send a mail back: its server tries again."""
        logger.error("The entrance stumbled", exc_info=error)
        return self._answer(_NOT_NOW, say("This cannot be looked up now. Try again later."))

    async def _is_ours(self, address: str) -> bool:
        """Whether we gave this address, or it is one that a place may have.

        Whether there is such a place is not said here: anybody can write under the name of who
        takes part, and would hear whether they do, or which places are hidden.
        """
        match meaning(address, self.domain):
            case PlaceAddress():
                return True
            case ReplyAddress(token):
                async with self.store.session() as session:
                    return await threads.reply(session, token) is not None
            case ConfirmAddress(token):
                return self.keys.opened(CONFIRM, token) is not None
            case ChoiceAddress(token):
                return self.keys.opened(CHOOSE, token) is not None
            case BounceAddress(token):
                return self.keys.returned(token, self.now()) is not None
            case _:
                return False

    async def _is_too_much(self, sender: str, more: int) -> bool:
        if not sender:
            return False
        async with self.store.session() as session:
            sent = await letters.since(session, sender, self.now() - _HOUR)
        return sent + more > self.hourly

    def _ghost(self, address: str) -> str:
        return f"@{self.keys.ghost(address)}:{self.server_name}"

    def _answer(self, code: str, sentence: Sentence) -> str:
        said = in_words(sentence, self.language)
        return f"{code} {said.encode('ascii', 'replace').decode()}"


def _sender(address: str | None) -> str:
    """Of the envelope; empty for mail of machines. aiosmtpd keeps the brackets of an empty one."""
    return "" if address in {None, "", "<>"} else normal(str(address))


def _announced(envelope: Envelope) -> int:
    """Bytes that a mail will have by the word of who brings it (RFC 1870); 0 where that is unsaid.

    A mail server that announces the truth is told in time, and brings it to the others apart.
    """
    sizes = [one[5:] for one in envelope.mail_options if one.upper().startswith("SIZE=")]
    return max((int(size) for size in sizes if size.isdecimal()), default=0)


def _takes_too_much(size: int, recipients: int) -> bool:
    return recipients > 1 and recipients * size > _MOST_BYTES


def _head(content: bytes) -> tuple[str, str]:
    """Message-ID and author of a mail, however it is broken; empty where it has none.

    Read as `letters.read` does: were they read in two ways, a mail could be one person's for
    whoever asks them to confirm it, and another's for the room.
    """
    message = trees.head(content)
    author = headers.sender(message)
    message_id = next(iter(headers.ids(message, "Message-ID")), "")
    return message_id, normal(author.address) if author else ""
