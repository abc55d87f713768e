"""A mail server that delivers nothing: what Plein sends stays here, and a page shows it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage

from aiosmtpd.smtp import SMTP, Envelope, Session

from plein_bot.demo.folders import DemoTrouble


@dataclass
class Mailbox:
    """The mails in the order in which they came."""

    port: int
    host: str = "127.0.0.1"
    mails: list[EmailMessage] = field(default_factory=list)
    _came: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:
        content = envelope.content
        assert isinstance(content, bytes), "the server is told not to decode"
        mail = message_from_bytes(content, policy=policy.default)
        async with self._came:
            self.mails.append(mail)
            self._came.notify_all()
        return "250 OK"

    async def to(self, address: str, after: int = 0) -> EmailMessage:
        """Wait for the first mail to an address, of those from number `after` on."""
        async with self._came:
            while True:
                for mail in self.mails[after:]:
                    if address in str(mail["To"]):
                        return mail
                await self._came.wait()


@asynccontextmanager
async def running(port: int) -> AsyncIterator[Mailbox]:
    """A mailbox on 127.0.0.1. Raises `DemoTrouble` where the port is in use."""
    mailbox = Mailbox(port)
    loop = asyncio.get_running_loop()
    try:
        server = await loop.create_server(
            lambda: SMTP(mailbox, loop=loop, enable_SMTPUTF8=True), mailbox.host, port
        )
    except OSError as error:
        raise DemoTrouble(
            f"The mailbox cannot be opened on {mailbox.host}:{port}: {error.strerror}. "
            "Choose another port with --smtp-port."
        ) from error
    try:
        yield mailbox
    finally:
        server.close()
        await server.wait_closed()
