"""The composition root: builds the parts of Plein, runs them, closes them."""

import asyncio
import logging
import shutil
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from plein_bot.actions.acts import Acts
from plein_bot.actions.locks import Locks
from plein_bot.commands import attending
from plein_bot.commands.desk import Desk
from plein_bot.config import ConfigTrouble, Settings
from plein_bot.domain.deployment import Plein
from plein_bot.domain.ids import localpart
from plein_bot.index import lease, secrets
from plein_bot.index.database import Index
from plein_bot.index.schema import migrate
from plein_bot.jobs.clock import Clock
from plein_bot.jobs.courier import Courier
from plein_bot.jobs.housekeeping import Housekeeping
from plein_bot.jobs.librarian import Librarian
from plein_bot.jobs.listener import Listener
from plein_bot.jobs.locksmith import Locksmith
from plein_bot.mail.bridge import Bridge, reaching
from plein_bot.mail.mailer import Mailer, Relay
from plein_bot.matrix import accounts
from plein_bot.matrix.accounts import Account
from plein_bot.matrix.api import Api, Appservice
from plein_bot.matrix.encryption import Encryption
from plein_bot.matrix.homeserver import MatrixHomeserver
from plein_bot.matrix.parsing import Reader
from plein_bot.matrix.receipts import Receipts
from plein_bot.matrix.registrar import Registrar
from plein_bot.matrix.reports import Reports
from plein_bot.matrix.sync import Sync
from plein_bot.scanning.clamd import Clamd
from plein_bot.web import health
from plein_bot.web.pages import House
from plein_bot.web.server import Server
from plein_bot.web.site import Site

logger = logging.getLogger(__name__)


class LeaseLost(Exception):
    """Another process may be the writer now. All parts are closed; begin again to stand by."""


@dataclass(frozen=True, slots=True)
class Parts:
    """Plein put together, and not yet running.

    `recovery_key` is that of the bot's cross-signing, at the first start only: to be shown once.
    """

    settings: Settings
    api: Api
    index: Index
    account: Account
    plein: Plein
    acts: Acts
    sync: Sync
    desk: Desk
    housekeeping: Housekeeping
    clock: Clock
    courier: Courier
    librarian: Librarian
    listener: Listener
    locksmith: Locksmith
    server: Server
    mailer: Mailer | None
    recovery_key: str | None


@asynccontextmanager
async def assembled(settings: Settings) -> AsyncIterator[Parts]:
    """Build the parts from the outside in. The lease is held for the length of the block.

    Raises `LeaseLost` out of the block when it is not.
    """
    async with AsyncExitStack() as stack:
        await migrate(settings.database.url)
        index = await Index.open(settings.database.url)
        stack.push_async_callback(index.close)
        held = await stack.enter_async_context(lease.held(index))
        account = await accounts.entered(settings.homeserver, Path(settings.data.folder))
        api = await stack.enter_async_context(
            Api(settings.homeserver.url, account.token, unlimited=_appservice(settings))
        )
        account = await accounts.known(api, account, settings.homeserver.user_id)
        plein = replace(deployment(settings), key=await secrets.key(index, "marks"))
        encryption = recovery_key = None
        if account.device_id:
            folder = Path(settings.data.folder) / "keys"
            encryption = Encryption(api, plein.bot, account.device_id, folder)
            await encryption.open()
            stack.push_async_callback(encryption.close)
            recovery_key = await accounts.vouch_for(api, encryption, settings.homeserver)
        await accounts.introduce(api, plein.bot, settings.plein.name)
        homeserver = MatrixHomeserver(api, index, plein, settings.plein.timezone, encryption)
        scanner = Clamd(settings.scanner.clamd) if settings.scanner.clamd else None
        registrar = await stack.enter_async_context(_registrar(settings))
        reported = await stack.enter_async_context(_reported(settings))
        mailboxes = await stack.enter_async_context(_mailboxes(settings))
        acts = Acts(
            plein,
            homeserver,
            index,
            Locks(),
            scanner,
            _spool(settings),
            registrar,
            reported,
            mailboxes,
        )
        names = (settings.plein.name, plein.bot, localpart(plein.bot))
        reader = Reader(plein.bot, names, encryption.decrypt if encryption else None)
        sync = Sync(api, index, reader, encryption)
        attendant = attending.Attendant(acts, names)
        desk = Desk(index, attendant.attend, attendant.apologise)
        housekeeping = Housekeeping(acts)
        vitals = health.Vitals(api, index, sync, desk, scanner)
        site = Site(
            House(
                acts,
                settings.plein.name,
                settings.web.address,
                settings.web.contact,
                _statements(settings),
            ),
            sync,
            behind_proxy=settings.web.public_url is not None,
        )
        server = Server(
            settings.web.host, settings.web.port, vitals, site, settings.web.metrics_port
        )
        courier = Courier(acts, sync.behind, Receipts(api, index, plein.bot).hear)
        whole = asyncio.current_task()
        guard = asyncio.create_task(_stop_without(held, whole))
        stack.callback(guard.cancel)
        parts = Parts(
            settings=settings,
            api=api,
            index=index,
            account=account,
            plein=plein,
            acts=acts,
            sync=sync,
            desk=desk,
            housekeeping=housekeeping,
            clock=Clock(index),
            courier=courier,
            librarian=Librarian(acts),
            listener=Listener(acts),
            locksmith=Locksmith(acts),
            server=server,
            mailer=_mailer(settings, index, courier),
            recovery_key=recovery_key,
        )
        try:
            yield parts
        except asyncio.CancelledError:
            if not held.is_lost or whole is None:
                raise
            whole.uncancel()
            raise LeaseLost from None


def _spool(settings: Settings) -> Path:
    """A folder for what is being made; what a Plein before this one left there goes."""
    folder = Path(settings.data.folder) / "spool"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700, parents=True)
    return folder


def _statements(settings: Settings) -> dict[str, str]:
    try:
        return settings.web.statements
    except (OSError, UnicodeError) as error:
        named = settings.web.accessibility or settings.web.privacy or Path()
        raise ConfigTrouble(named, f"web.accessibility and web.privacy: {error}") from error


@asynccontextmanager
async def _registrar(settings: Settings) -> AsyncIterator[Registrar | None]:
    """What makes accounts for invited people, where they may have one here."""
    server = settings.homeserver
    if not server.accounts or server.admin_token is None:
        yield None
        return
    # Without a token of its own: that of the admin is not the bot's.
    async with Api(server.url, "") as api:
        yield Registrar(api, server.admin_token.get_secret_value())


@asynccontextmanager
async def _reported(settings: Settings) -> AsyncIterator[Reports | None]:
    """What tells what people report with their clients."""
    server = settings.homeserver
    if server.admin_token is None:
        yield None
        return
    async with Api(server.url, "") as api:
        yield Reports(api, server.admin_token.get_secret_value())


@asynccontextmanager
async def _mailboxes(settings: Settings) -> AsyncIterator[Bridge | None]:
    """What lets people take part by e-mail, where that bridge runs."""
    email = settings.email
    if email.url is None or email.secret is None:
        yield None
        return
    async with reaching(email.url, email.secret.get_secret_value()) as bridge:
        yield bridge


def _mailer(settings: Settings, index: Index, courier: Courier) -> Mailer | None:
    mail = settings.mail
    if mail.host is None:
        return None
    password = mail.password.get_secret_value() if mail.password else None
    relay = Relay(
        mail.host,
        mail.port,
        mail.security,
        mail.sender,
        settings.plein.name,
        mail.username,
        password,
    )
    return Mailer(index, relay, courier.at_last)


def _appservice(settings: Settings) -> Appservice | None:
    token = settings.homeserver.appservice_token
    if token is None:
        return None
    return Appservice(token.get_secret_value(), settings.homeserver.user_id)


def deployment(settings: Settings) -> Plein:
    return Plein(
        bot=settings.homeserver.user_id,
        reserve=settings.homeserver.reserve_account,
        language=settings.plein.language,
        timezone=settings.plein.timezone,
        operators=settings.plein.operators,
        starters=settings.subsites.start,
        daily_maximum=settings.subsites.daily_maximum,
        belongs_to=settings.homeserver.belongs_to,
        web=settings.web.address,
        digests=settings.digest.timetable,
        ghosts=settings.email.ghosts if settings.email.url else None,
        relay=settings.relay.relay,
        contact=settings.web.contact,
        mail_domain=settings.mail.sender.partition("@")[2] if settings.mail.host else None,
    )


async def run(parts: Parts) -> None:
    """Run until cancelled. Work begins once the homeserver has told everything it had."""
    async with asyncio.TaskGroup() as group:
        group.create_task(parts.server.run(), name="web")
        group.create_task(parts.sync.run(), name="sync")
        await parts.sync.ready.wait()
        logger.info("Plein is ready as %s", parts.plein.bot)
        group.create_task(parts.desk.run(), name="desk")
        group.create_task(parts.housekeeping.run(), name="housekeeping")
        group.create_task(parts.clock.run(), name="clock")
        group.create_task(parts.courier.run(), name="courier")
        group.create_task(parts.librarian.run(), name="librarian")
        group.create_task(parts.listener.run(), name="listener")
        group.create_task(parts.locksmith.run(), name="locksmith")
        if parts.mailer:
            group.create_task(parts.mailer.run(), name="mail")


async def _stop_without(held: lease.Lease, whole: asyncio.Task[object] | None) -> None:
    """Two writers would undo each other's work: whoever loses the lease stops."""
    await held.lost()
    logger.critical("Another process may work on the same database; this one stops.")
    if whole:
        whole.cancel()
