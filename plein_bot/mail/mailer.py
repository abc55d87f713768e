"""Hands the mail that is due to a mail server, each as often as it takes and no more."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Literal

import aiosmtplib

from plein_bot.domain.mails import Mail
from plein_bot.index import mails
from plein_bot.index.database import Index

logger = logging.getLogger(__name__)

_TIMEOUT = 60
"""Seconds that a mail server may take over one mail."""

_AT_LAST = 20
"""Mails of which it is asked together what they may say by now."""

_LAST_WORDS = 5
"""Seconds that a mail on the wire gets when Plein stops."""


@dataclass(frozen=True, slots=True)
class Relay:
    """The mail server that takes our mail, and the address that we write from."""

    host: str
    port: int
    security: Literal["none", "starttls", "tls"]
    sender: str
    name: str
    username: str | None = None
    password: str | None = field(default=None, repr=False)


AtLast = Callable[[Sequence[Mail]], Awaitable[Sequence[Mail]]]


async def _as_they_are(waiting: Sequence[Mail]) -> Sequence[Mail]:
    return waiting


class Mailer:
    """`at_last` says what of the mails that are about to go may go, and what they say by now."""

    def __init__(self, index: Index, relay: Relay, at_last: AtLast = _as_they_are) -> None:
        self._index = index
        self._relay = relay
        self._at_last = at_last
        self._stopping = False

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            if waiting := await mails.due(self._index, datetime.now(UTC)):
                await self._send(waiting)
            await self._until_something_is_due()

    async def _until_something_is_due(self) -> None:
        due = await mails.next_due(self._index)
        pause = (due - datetime.now(UTC)).total_seconds() if due else None

        async def earlier() -> bool:
            now_due = await mails.next_due(self._index)
            return now_due is not None and (due is None or now_due < due)

        try:
            async with asyncio.timeout(max(pause, 0) if pause is not None else None):
                await self._index.until(earlier)
        except TimeoutError:
            return

    async def _send(self, waiting: Sequence[Mail]) -> None:
        """A mail that is on the wire is seen to its end, so that a stop does not send it twice."""
        # On its own: aiosmtplib takes a cancellation during its goodbye for the end of it.
        sending = asyncio.create_task(self._hand_over(waiting))
        try:
            await asyncio.shield(sending)
        except asyncio.CancelledError:
            self._stopping = True
            await asyncio.wait([sending], timeout=_LAST_WORDS)
            sending.cancel()
            raise

    async def _hand_over(self, waiting: Sequence[Mail]) -> None:
        """One after the other over one connection. Where there is none, all are tried later."""
        relay = self._relay
        server = aiosmtplib.SMTP(
            hostname=relay.host,
            port=relay.port,
            username=relay.username,
            password=relay.password,
            use_tls=relay.security == "tls",
            start_tls=relay.security == "starttls",
            timeout=_TIMEOUT,
        )
        try:
            async with server:
                # Not before there is a mail server, which may have been away for hours; and a few
                # at a time, for it may take a minute over each.
                for start in range(0, len(waiting), _AT_LAST):
                    for mail in await self._at_last(waiting[start : start + _AT_LAST]):
                        if self._stopping or not await self._is_through(server, mail):
                            return
        except (aiosmtplib.SMTPException, OSError) as failure:
            logger.warning("the mail server is away: %s", failure)
            await mails.put_all_off(self._index, str(failure))
        finally:
            self._index.announce()

    async def _is_through(self, server: aiosmtplib.SMTP, mail: Mail) -> bool:
        """Hand over one mail; False once the connection is of no more use.

        A mail server that refuses for good (5xx) ends it; anything else is tried again.
        """
        try:
            await server.send_message(written(mail, self._relay))
        except (aiosmtplib.SMTPException, OSError, ValueError) as failure:
            await self._not_sent(mail, failure)
            return server.is_connected and not isinstance(failure, OSError)
        await mails.sent(self._index, mail.cause)
        return True

    async def _not_sent(self, mail: Mail, failure: Exception) -> None:
        if _is_final(failure):
            logger.warning("%s was refused: %s", mail.message_id, failure)
            await mails.failed(self._index, mail.cause, str(failure))
            return
        again = await mails.put_off(self._index, mail, str(failure))
        logger.warning("%s did not go (%s); next try: %s", mail.message_id, failure, again)


def _is_final(failure: Exception) -> bool:
    """RFC 5321, 4.2.1: a code of 5xx is not to be tried again. A refused login is ours to mend."""
    if isinstance(failure, aiosmtplib.SMTPRecipientsRefused):
        return all(refused.code >= 500 for refused in failure.recipients)
    if isinstance(failure, aiosmtplib.SMTPAuthenticationError):
        return False
    if isinstance(failure, ValueError):
        return True  # It cannot be written as a mail at all.
    return isinstance(failure, aiosmtplib.SMTPResponseException) and failure.code >= 500


def written(mail: Mail, relay: Relay) -> EmailMessage:
    message = EmailMessage()
    message["From"] = Address(relay.name, addr_spec=relay.sender)
    message["To"] = mail.address
    # Names that people chose may have line breaks, of which a header can have none.
    message["Subject"] = " ".join(mail.subject.split())
    message["Date"] = format_datetime(mail.written_at)
    message["Message-ID"] = mail.message_id
    # RFC 3834: nobody's absence needs to be told to a machine.
    message["Auto-Submitted"] = "auto-generated"
    if mail.unsubscribe:
        # RFC 8058: a button of the mail program itself. It asks for no page and no more clicks.
        message["List-Unsubscribe"] = f"<{mail.unsubscribe}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
        message["Precedence"] = "bulk"
    message.set_content(mail.text)
    if mail.html:
        message.add_alternative(mail.html, subtype="html")
    return message
