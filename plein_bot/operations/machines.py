"""Is this machine ready: the database, the clock, the port, the folder?"""

import asyncio
import os
from datetime import datetime
from zoneinfo import ZoneInfo

from plein_bot.config import Settings
from plein_bot.index import lease
from plein_bot.index.database import Index
from plein_bot.index.schema import schema_is_current
from plein_bot.index.trouble import DatabaseTrouble, Kind
from plein_bot.operations import bridges, scanners
from plein_bot.operations.findings import Finding, Findings, good, warning, wrong

_SKEW = 30.0
"""Seconds that two clocks may differ: lines, codes and confirmations are counted in minutes."""


async def examine(settings: Settings) -> Findings:
    database = await _database(settings.database.url)
    yield database
    yield await _port(settings, runs=database == _RUNS)
    yield _pages(settings)
    yield _folder(settings)
    if settings.scanner.clamd:
        yield await scanners.examine(settings.scanner.clamd)
    async for finding in bridges.examine(settings):
        yield finding
    zone = settings.plein.timezone
    now = datetime.now(ZoneInfo(zone))
    yield good(f"In {zone} it is {now:%H:%M} on {now:%Y-%m-%d}.")


def clock(ahead: float | None) -> Finding:
    if ahead is None:
        return warning("The homeserver does not say what time it is; see that both clocks agree.")
    if abs(ahead) > _SKEW:
        way = "ahead of" if ahead > 0 else "behind"
        return wrong(
            f"The homeserver's clock is {abs(ahead):.0f} seconds {way} this machine's. "
            "Let both keep time with NTP."
        )
    return good("The clocks of the homeserver and of this machine agree.")


_RUNS = good("The database is that of a Plein that runs now.")


async def _database(url: str) -> Finding:
    """Never makes a database: where there is none yet, that is said."""
    try:
        if not await schema_is_current(url):
            return warning(
                "The database is empty or of an older Plein. `plein run` brings it to this "
                "version; make a backup of an older one first."
            )
        index = await Index.open(url)
        try:
            if await lease.is_held(index):
                return _RUNS
            async with lease.held(index, "check"):
                return good("The database can be read and written, and is of this version.")
        finally:
            await index.close()
    except DatabaseTrouble as trouble:
        return wrong(
            _DATABASE.get(trouble.kind, "The database cannot be used: {}.").format(trouble)
        )


_DATABASE = {
    Kind.READ_ONLY: "The database cannot be written ({}). Give Plein's user the right to write it, "
    "and the folder that it stands in.",
    Kind.FULL: "The disk of the database is full ({}). Make room.",
    Kind.LOCKED: "Another program keeps the database locked ({}). Close it.",
    Kind.UNREACHABLE: "The database cannot be reached ({}). Look at database.url, and whether "
    "PostgreSQL runs.",
    Kind.SCHEMA_TOO_NEW: "The database was used by a newer Plein ({}). Install that version, or "
    "put back the backup of before.",
}


async def _port(settings: Settings, *, runs: bool) -> Finding:
    host, port = settings.web.host, settings.web.port
    try:
        server = await asyncio.start_server(lambda _reader, _writer: None, host, port)
    except OSError as failure:
        if runs:
            return good(f"{host}:{port} is in use, by the Plein that runs.")
        return wrong(
            f"Plein cannot listen on {host}:{port}: {failure.strerror}. "
            "Choose another web.port, or stop what uses this one."
        )
    server.close()
    await server.wait_closed()
    return good(f"{host}:{port} is free for health, metrics and pages.")


def _pages(settings: Settings) -> Finding:
    address = settings.web.address
    if settings.web.public_url is None:
        return warning(
            f"Links in mails, invitations and feeds begin with {address}, which may open on this "
            "machine only. Set web.public_url to what people type to get here."
        )
    return good(f"Links to pages begin with {address}.")


def _folder(settings: Settings) -> Finding:
    folder = settings.data.folder.absolute()
    standing = next(one for one in (folder, *folder.parents) if one.exists())
    if not standing.is_dir() or not os.access(standing, os.W_OK | os.X_OK):
        return wrong(f"{standing} cannot be written. Plein keeps the keys of its chats there.")
    return good(f"The keys of encrypted chats are kept in {folder}.")
