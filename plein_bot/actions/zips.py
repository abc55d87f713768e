"""A zip of the files of a place: put together on disk, and sent to who asked for it."""

import asyncio
import tempfile
import zipfile
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from plein_bot.actions import chats, files, places, scanning
from plein_bot.actions.acts import Act
from plein_bot.actions.files import Found, NoSuchFile
from plein_bot.actions.ports import HomeserverError, ScannerAway, TokenRevoked
from plein_bot.domain import zips as rules
from plein_bot.domain.effects import Redact, SendFile
from plein_bot.domain.errors import Refusal
from plein_bot.domain.events import Due
from plein_bot.domain.files import SharedFile
from plein_bot.domain.ids import RoomId
from plein_bot.domain.scanning import Verdict
from plein_bot.domain.sentences import say
from plein_bot.domain.standing import Standing
from plein_bot.domain.zips import LeftOut, Made, Paths, Why
from plein_bot.index import files as file_rows
from plein_bot.index import timers, work
from plein_bot.index import zips as rows

Counted = Callable[[int, int], Awaitable[None]]
"""Called with how many files are done, and of how many."""

Written = Callable[[Made], tuple[str, str]]
"""The name and the text of the list that goes into the zip."""


class NothingToZip(Refusal):
    def __init__(self, where: str) -> None:
        super().__init__(say("There are no files in {place} that you can read.", place=where))


async def chosen(act: Act, standing: Standing, folder: str) -> tuple[SharedFile, ...]:
    """The files that would go into it now. Raises NothingToZip."""
    found = rules.within(await files.listed(act, standing), folder)
    if not found:
        name = standing.place.full_name
        raise NothingToZip(f"{name}/{folder}" if folder else name)
    return found


async def is_being_made(act: Act, but: str) -> bool:
    """Whether the actor waits for a zip already, other than that of the timer called `but`."""
    waiting = [(one.name, one.subject) for one in await timers.of_kind(act.index, rules.ZIP)]
    for one in await work.outstanding(act.index):
        if isinstance(one.work.incoming, Due) and one.work.incoming.what == rules.ZIP:
            waiting.append((one.work.incoming.name, one.work.incoming.subject))
    return any(subject["person"] == act.actor and name != but for name, subject in waiting)


async def make(act: Act, room: RoomId, folder: str, written: Written, counted: Counted) -> Made:
    """Make it and send it to the actor apart; nothing is sent where all was left out.

    Whether they may read a file is asked of each when it is put in. Done again it makes it anew,
    and what was sent already counts.
    """
    standing = await places.at(act, room)
    if standing is None or not standing.may_see:
        raise NoSuchFile
    there = await chosen(act, standing, folder)
    chat = await chats.with_person(act, act.actor)
    with tempfile.TemporaryDirectory(prefix="zip-", dir=act.spool) as spool:
        path = Path(spool) / "zip"
        packing = _Packing(act, standing, folder, path)
        made = await packing.pack(there, written, counted)
        if not made.paths:
            return made
        data = await asyncio.to_thread(path.read_bytes)
    await rows.plan(act.index, act.cause, chat, [file.event for file in packing.packed])
    try:
        zipped = await act.homeserver.send_file(
            SendFile(chat, data, "application/zip", made.name, "zip"), act.cause
        )
    except HomeserverError as error:
        if error.code != "M_TOO_LARGE":
            raise
        raise Refusal(
            say(
                "The zip of {place} is too large for the homeserver. Ask for one of a folder: "
                "`file zip {path} --folder …`.",
                place=standing.place.full_name,
                path=standing.place.path,
            )
        ) from error
    await rows.sent(act.index, act.cause, zipped)
    for original in await rows.originals_of(act.index, act.cause):
        if await file_rows.of_event(act.index, original) is None:
            # Before anybody knew of this zip: nobody else takes it away.
            await act.try_together([Redact(chat, zipped)])
            await rows.taken_away(act.index, original)
            raise Refusal(
                say("While I made the zip, a file in it was taken away. Please ask for it again.")
            )
    await act.record(rules.ZIP, room)
    return made


@dataclass
class _Packing:
    act: Act
    standing: Standing
    folder: str
    path: Path
    packed: list[SharedFile] = field(default_factory=list)
    _left: int = field(default_factory=lambda: rules.LARGEST)
    _out: list[LeftOut] = field(default_factory=list)
    _names: list[str] = field(default_factory=list)

    async def pack(self, there: Sequence[SharedFile], written: Written, counted: Counted) -> Made:
        name = rules.name_of(self.standing.place.full_name, self.folder)
        made = Made(name, (), ())
        paths = Paths({written(made)[0].casefold()})
        zone = ZoneInfo(self.act.plein.timezone)
        with zipfile.ZipFile(self.path, "w", zipfile.ZIP_DEFLATED) as into:
            for number, file in enumerate(there, 1):
                try:
                    found = await files.find(self.act, file.event)
                except NoSuchFile:
                    continue  # It is none of their business any more, or it is gone.
                data = await self._wanted(found)
                if data is not None:
                    path = paths.of(self._folders(found), file.name)
                    at = file.sent_at.astimezone(zone)
                    await asyncio.to_thread(into.writestr, _entry(path, at), data)
                    self._left -= len(data)
                    self.packed.append(file)
                    self._names.append(path)
                await counted(number, len(there))
            made = replace(made, paths=tuple(self._names), left_out=tuple(self._out))
            title, text = written(made)
            into.writestr(_entry(title, there[0].sent_at.astimezone(zone)), text)
        return made

    def _folders(self, found: Found) -> list[str]:
        """Of a subsite each group has a folder of its own."""
        place, here = found.standing.place, self.standing.place
        of_group = [place.name] if place.room != here.room and here.is_subsite else []
        return [*of_group, *found.file.folder.split("/")]

    async def _wanted(self, found: Found) -> bytes | None:
        """What is in it; None where it is left out."""
        fetched = await self._fetched(found.file)
        if isinstance(fetched, Why):
            self._out.append(LeftOut(found.file.name, fetched))
            return None
        return fetched

    async def _fetched(self, file: SharedFile) -> bytes | Why:
        act = self.act
        if len(self.packed) >= rules.MOST_FILES:
            return Why.TOO_MANY
        if file.size and file.size > self._left:
            return Why.TOO_LARGE
        media = await file_rows.media_of(act.index, file)
        if media is None:
            return Why.GONE
        try:
            data = await act.homeserver.fetch(media, self._left)
            scan = await scanning.scanned(act.scanner, act.index, file, data)
        except TokenRevoked:
            raise
        except HomeserverError as error:
            return Why.TOO_LARGE if error.code == "M_TOO_LARGE" else Why.GONE
        except ScannerAway:
            return Why.UNSCANNED
        match scan.verdict:
            case Verdict.CLEAN:
                return data
            case Verdict.INFECTED:
                return Why.INFECTED
            case Verdict.UNSCANNED:
                return Why.UNSCANNED


def _entry(path: str, at: datetime) -> zipfile.ZipInfo:
    # The form knows no years before 1980, and whoever sent it may have had any clock.
    year = min(max(at.year, 1980), 2107)
    entry = zipfile.ZipInfo(path, (year, at.month, at.day, at.hour, at.minute, at.second))
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = 0o644 << 16
    return entry
