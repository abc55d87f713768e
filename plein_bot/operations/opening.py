"""Plein's parts, opened beside a Plein that runs or in its place."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from plein_bot import app
from plein_bot.actions.acts import Acts
from plein_bot.actions.locks import Locks
from plein_bot.config import Settings
from plein_bot.domain.deployment import Plein
from plein_bot.index import lease, secrets
from plein_bot.index.database import Index
from plein_bot.matrix import accounts
from plein_bot.matrix.accounts import Account
from plein_bot.matrix.api import Api
from plein_bot.matrix.homeserver import MatrixHomeserver

RUNS = (
    "Plein runs on this database (or was killed less than ten seconds ago). "
    "Stop it first, and start it again afterwards."
)


class Busy(Exception):
    """Another process holds the lease. The text is for the operator."""

    def __init__(self) -> None:
        super().__init__(RUNS)


@dataclass(frozen=True, slots=True)
class Opened:
    """Enough to look at everything. Nothing here listens to the homeserver."""

    settings: Settings
    index: Index
    api: Api
    account: Account
    plein: Plein

    def acts(self) -> Acts:
        homeserver = MatrixHomeserver(
            self.api, self.index, self.plein, self.settings.plein.timezone
        )
        return Acts(self.plein, homeserver, self.index, Locks())


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[Opened]:
    """Open the index and the account, without the lease: for looking only.

    Raises `DatabaseTrouble` where there is no database of this version.
    """
    index = await Index.open(settings.database.url)
    try:
        account = await accounts.entered(settings.homeserver, Path(settings.data.folder))
        async with Api(settings.homeserver.url, account.token) as api:
            account = await accounts.known(api, account, settings.homeserver.user_id)
            plein = replace(app.deployment(settings), key=await secrets.key(index, "marks"))
            yield Opened(settings, index, api, account, plein)
    finally:
        await index.close()


@asynccontextmanager
async def alone(opened: Opened) -> AsyncIterator[None]:
    """Hold the lease for the length of the block. Raises `Busy` where another process does."""
    if await lease.is_held(opened.index):
        raise Busy
    async with lease.held(opened.index):
        yield
