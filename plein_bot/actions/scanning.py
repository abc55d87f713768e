"""Whether a file may be read and handed on: what the virus scanner says of it, and what follows."""

from datetime import UTC, datetime

from plein_bot.actions.ports import ScanFailed, Scanner, ScannerAway
from plein_bot.domain import files as rules
from plein_bot.domain.errors import Refusal
from plein_bot.domain.files import SharedFile
from plein_bot.domain.scanning import CLEAN, FAILED, INFECTED, MOST_TRIES, TOO_LARGE, Scan, Verdict
from plein_bot.domain.sentences import Sentence, say
from plein_bot.domain.timers import Timer
from plein_bot.index import file_scans as rows
from plein_bot.index.database import Index

_AT_ONCE = datetime.fromtimestamp(0, UTC)
"""Always the same moment, so that a virus that is found twice is one piece of work."""


class NotScannedYet(Refusal):
    def __init__(self, name: str) -> None:
        super().__init__(
            say(
                "“{name}” was not checked for viruses yet: the virus scanner does not answer. "
                "Please try again later.",
                name=name,
            )
        )


async def scanned(scanner: Scanner | None, index: Index, file: SharedFile, data: bytes) -> Scan:
    """What is in a file, as it is now; kept, and where it is infected it will be withdrawn.

    Without a scanner nothing is wrong with any. Raises ScannerAway where it is not known yet.
    """
    if scanner is None:
        return CLEAN
    try:
        scan = await scanner.scan(data)
    except ScanFailed as failure:
        if await rows.failed(index, file) < MOST_TRIES:
            raise ScannerAway(str(failure)) from failure
        scan = Scan(Verdict.UNSCANNED, FAILED)
    await keep(index, file, scan)
    return scan


async def keep(index: Index, file: SharedFile, scan: Scan) -> None:
    infected = scan.verdict is Verdict.INFECTED
    await rows.keep(index, file, scan, _withdrawal(file, scan) if infected else None)


def _withdrawal(file: SharedFile, scan: Scan) -> Timer:
    subject = {
        "room": file.room,
        "events": sorted({file.event, file.latest}),
        "sender": file.sender,
        "name": rules.shown_name(file.name),
        "finding": scan.finding,
    }
    cause = f"scan:{file.latest}"
    return Timer(f"{INFECTED}:{file.latest}", INFECTED, file.room, _AT_ONCE, cause, subject)


async def refuse_unsafe(
    scanner: Scanner | None, index: Index, file: SharedFile, data: bytes
) -> None:
    """Raise a Refusal where a file may not be handed on."""
    name = rules.shown_name(file.name)
    try:
        scan = await scanned(scanner, index, file, data)
    except ScannerAway:
        raise NotScannedYet(name) from None
    if scan.verdict is Verdict.INFECTED:
        raise Refusal(say("There is a virus in “{name}”. I am withdrawing it.", name=name))
    if why := unscanned(scan):
        raise Refusal(
            say("I do not hand on “{name}”. {why} Open it where it stands.", name=name, why=why)
        )


def unscanned(scan: Scan | None) -> Sentence | None:
    """Why it is not known whether there is a virus in a file."""
    if scan is None:
        return say("It was not checked for viruses yet.")
    if scan.verdict is not Verdict.UNSCANNED:
        return None
    if scan.finding in (TOO_LARGE, "M_TOO_LARGE"):
        return say("It could not be checked for viruses: it is too large for that.")
    return say("It could not be checked for viruses.")
