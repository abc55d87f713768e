"""`plein rebuild`: what stands in the rooms is read again, and the index made anew from it."""

from argparse import ArgumentParser, Namespace
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

from plein_bot.config import Settings
from plein_bot.domain.events import WholeRoom
from plein_bot.domain.ids import RoomId
from plein_bot.index import file_texts, opening
from plein_bot.index.comparing import Differences, TableDifferences
from plein_bot.index.database import Index
from plein_bot.index.rebuilding import Overtaken, rebuild
from plein_bot.index.trouble import DatabaseTrouble
from plein_bot.matrix import rooms
from plein_bot.operations.opening import Busy, Opened, alone, opened
from plein_bot.operations.telling import tell

_MANY = 10_000
"""Events of one room after which it says that it goes on."""

_SHOWN = 3
"""Keys that are named of each kind of difference; of the others the number is enough."""


def options(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--dry-run", action="store_true", help="show what would differ, and change nothing"
    )


async def main(settings: Settings, arguments: Namespace) -> int:
    try:
        async with opened(settings) as parts, alone(parts):
            return await _rebuild(parts, dry_run=arguments.dry_run)
    except (Busy, DatabaseTrouble) as trouble:
        tell(f"✗ {trouble}")
        return 1
    except Overtaken:
        tell("✗ Another process stored something meanwhile. Nothing was changed: try again.")
        return 1


async def _rebuild(parts: Opened, *, dry_run: bool) -> int:
    whole = rooms.whole(parts.api, parts.plein.bot, _HowFar())
    read = _counted(whole, len(await rooms.joined(parts.api)))
    differences = await rebuild(parts.index, read, parts.plein.bot, dry_run=dry_run)
    for line in described(differences):
        tell(line)
    if not differences:
        tell("✓ The rooms say the same as the index.")
    elif dry_run:
        tell("! Nothing was changed. Without --dry-run the index takes over what the rooms say.")
    else:
        tell("✓ The index now says what the rooms say.")
        await _tell_what_is_left(parts.index)
    return 0


async def _counted(found: AsyncIterator[WholeRoom], number: int) -> AsyncIterator[WholeRoom]:
    read = 0
    async for room in found:
        read += 1
        tell(f"{read}/{number} {room.room}: {len(room.timeline)} events")
        yield room
    tell("All rooms are read. Now they are compared with the index.")


@dataclass
class _HowFar:
    """Tells of a room that takes long that it goes on."""

    told: dict[RoomId, int] = field(default_factory=dict)

    def __call__(self, room: RoomId, events: int) -> None:
        if events - self.told.get(room, 0) >= _MANY:
            self.told[room] = events
            tell(f"  {room}: {events} events so far")


async def _tell_what_is_left(index: Index) -> None:
    """What is in files, and what encrypted messages say, is no part of what a rebuild reads."""
    files, sealed = await file_texts.counts(index), await opening.counts(index)
    if files.unread:
        tell(f"{files.unread} of {files.files} files are read once Plein runs, the newest first.")
    if sealed.waiting:
        tell(f"{sealed.waiting} encrypted messages are opened once Plein runs.")


def described(differences: Differences) -> list[str]:
    """A line per table, and under it what differs."""
    lines: list[str] = []
    for table in differences.tables:
        lines.append(f"{table.table}: {table.before} rows before, {table.after} after")
        lines += _kinds(table)
    return lines


def _kinds(table: TableDifferences) -> list[str]:
    lines = []
    for what, keys in (("new", table.added), ("gone", table.gone), ("changed", table.changed)):
        if keys:
            named = "; ".join(" ".join(map(str, key)) for key in keys[:_SHOWN])
            more = f"; and {len(keys) - _SHOWN} more" if len(keys) > _SHOWN else ""
            lines.append(f"  {len(keys)} {what}: {named}{more}")
    return lines
