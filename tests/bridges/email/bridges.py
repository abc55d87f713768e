"""plein-email beside a real homeserver, with somebody who makes rooms as Plein does."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.utils import make_msgid
from pathlib import Path

import aiosmtplib
import yaml

from bridges.email import app
from bridges.email.addresses import Keys
from bridges.email.config import Settings
from plein_bot.demo.mailboxes import Mailbox
from tests.synapse.harness import Synapse, free_port, running_synapse
from tests.synapse.people import Person

SECRET = "geheim-" * 6
API_SECRET = "ook-geheim-" * 4
DOMAIN = "plein.example"
SERVER = "plein.localhost"


def settings(folder: Path, url: str, bot: str, http_port: int, mailbox_port: int) -> Settings:
    return Settings.model_validate(
        {
            "homeserver": {"url": url, "server_name": SERVER, "bot": bot},
            "bridge": {
                "secret": SECRET,
                "database": f"sqlite+aiosqlite:///{folder}/plein-email.db",
                "log": "warning",
            },
            "http": {
                "port": http_port,
                "public_url": f"http://127.0.0.1:{http_port}",
                "api_secret": API_SECRET,
            },
            "incoming": {
                "domain": DOMAIN,
                "smtp_port": free_port(),
                "lmtp_port": free_port(),
                "hourly": 100_000,
            },
            "outgoing": {"port": mailbox_port},
        }
    )


@asynccontextmanager
async def homeserver_for_bridges(folder: Path) -> AsyncIterator[tuple[Synapse, int]]:
    """A homeserver that knows a bridge at the port that is given with it."""
    port = free_port()
    known = settings(folder, "http://127.0.0.1:1", f"@plein-1:{SERVER}", port, 1).registration
    file = folder / "registration.yaml"
    file.write_text(yaml.safe_dump(known.document(SERVER)))
    extra = {"app_service_config_files": [str(file)]}
    async with running_synapse(folder / "synapse", extra=extra) as synapse:
        yield synapse, port


@asynccontextmanager
async def running(chosen: Settings) -> AsyncIterator[None]:
    async with app.assembled(chosen) as parts:
        working = asyncio.create_task(app.run(parts))
        try:
            yield
        finally:
            working.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await working


@dataclass
class Square:
    """The bridge, somebody as Plein's bot, and the mail server of the world outside."""

    synapse: Synapse
    bot: Person
    chosen: Settings
    mailbox: Mailbox
    rooms: dict[str, str] = field(default_factory=dict)

    @property
    def keys(self) -> Keys:
        return self.chosen.keys

    @property
    def url(self) -> str:
        return self.chosen.http.public_url

    def ghost(self, address: str) -> str:
        return f"@{self.keys.ghost(address)}:{SERVER}"

    async def group(self, subsite: str, group: str, *, joining: str = "public") -> str:
        """A public or listed group, made as Plein makes it."""
        body = {
            "preset": "public_chat",
            "name": group.capitalize(),
            "room_alias_name": f"{subsite}.{group}",
            "creation_content": {"nl.plein.kind": "group"},
            "initial_state": [
                {"type": "nl.plein.group", "state_key": "", "content": {"slug": group}},
                {"type": "m.room.join_rules", "state_key": "", "content": {"join_rule": joining}},
            ],
        }
        room: str = (await self.bot.call("POST", "createRoom", body))["room_id"]
        return room

    async def receives(
        self, sender: str, recipient: str, text: str, *, name: str = "", **headers: str
    ) -> str:
        """Somebody mails to a place; gives the Message-ID, without brackets."""
        mail = EmailMessage()
        mail["From"] = f"{name} <{sender}>" if name else sender
        mail["To"] = recipient
        mail["Message-ID"] = make_msgid(domain="buiten.example")
        for header, value in headers.items():
            mail[header.replace("_", "-")] = value
        mail.set_content(text)
        await self.takes(mail, sender, recipient)
        return str(mail["Message-ID"]).strip("<>")

    async def takes(self, mail: EmailMessage, sender: str, *recipients: str) -> None:
        await aiosmtplib.send(
            mail,
            sender=sender,
            recipients=list(recipients),
            hostname="127.0.0.1",
            port=self.chosen.incoming.smtp_port,
            start_tls=False,
        )
