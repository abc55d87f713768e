"""A real homeserver to test against, and the people on it."""

import socket
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
from nio.client.async_client import AsyncClient, AsyncClientConfig

from plein_bot.homeserver import synapse as homeserver
from plein_bot.homeserver.accounts import Account, Accounts
from plein_bot.homeserver.settings import Profile, Settings
from tests.synapse.encrypted import EncryptedPerson
from tests.synapse.people import Person
from tests.synapse.strangers import Stranger

PASSWORD = "wachtwoord"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@dataclass
class Synapse:
    """A homeserver as tests see it; `process` stops, kills and starts it."""

    process: homeserver.Synapse
    http: aiohttp.ClientSession
    admin: Person
    _open: AsyncExitStack
    _names: Counter[str] = field(default_factory=Counter)

    @property
    def url(self) -> str:
        return self.process.url

    @property
    def server_name(self) -> str:
        return self.process.settings.server_name

    @property
    def accounts(self) -> Accounts:
        return self.process.accounts

    @property
    def stranger(self) -> Stranger:
        return Stranger(self.http, self.url)

    async def account(self, name: str, display_name: str | None = None) -> Account:
        """A fresh account for this test, so that tests share nothing but load.

        The first of a name is `@alice-1`, then `@alice-2`.
        """
        self._names[name] += 1
        return await self.accounts.register(
            f"{name}-{self._names[name]}", PASSWORD, displayname=display_name or name.capitalize()
        )

    async def person(self, name: str, display_name: str | None = None) -> Person:
        account = await self.account(name, display_name)
        return Person(self.http, self.url, account.user_id, account.access_token, account.device_id)

    async def encrypted_person(self, name: str, display_name: str | None = None) -> EncryptedPerson:
        """Somebody with keys; they lie with the homeserver's data and are put away with it."""
        account = await self.account(name, display_name)
        store = self.process.settings.folder / "keys" / str(account.device_id)
        store.mkdir(parents=True)
        client = AsyncClient(
            self.url,
            account.user_id,
            store_path=str(store),
            config=AsyncClientConfig(encryption_enabled=True, store_sync_tokens=False),
        )
        self._open.push_async_callback(client.close)
        client.restore_login(account.user_id, str(account.device_id), account.access_token)
        await client.keys_upload()
        return EncryptedPerson(
            self.http,
            self.url,
            account.user_id,
            account.access_token,
            account.device_id,
            client=client,
        )


@asynccontextmanager
async def running_synapse(
    directory: Path,
    profile: Profile = Profile.DEFAULTS,
    *,
    limits: bool = False,
    server_name: str = "plein.localhost",
    listeners: tuple[dict[str, Any], ...] = (),
    extra: Mapping[str, Any] | None = None,
) -> AsyncIterator[Synapse]:
    """A Synapse with its data in `directory`. Accounts called `plein…` may list rooms."""
    settings = Settings(
        directory,
        free_port(),
        profile,
        limits=limits,
        server_name=server_name,
        bot="plein*",
        listeners=listeners,
        # Hashing passwords well takes a quarter of a second each.
        extra={"bcrypt_rounds": 4, **(extra or {})},
    )
    async with AsyncExitStack() as stack:
        process = await stack.enter_async_context(homeserver.running(settings))
        # Each of many people keeps a connection waiting.
        connector = aiohttp.TCPConnector(limit=0)
        http = await stack.enter_async_context(aiohttp.ClientSession(connector=connector))
        account = await process.accounts.administrator()
        admin = Person(http, process.url, account.user_id, account.access_token, account.device_id)
        yield Synapse(process, http, admin, stack)
