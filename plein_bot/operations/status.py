"""`plein status`: what there is, what waits and what was set aside."""

from argparse import Namespace
from datetime import UTC, datetime, timedelta

from plein_bot.config import Settings
from plein_bot.index import chain, file_scans, file_texts, lease, mails, opening, rooms, work
from plein_bot.index.database import Index
from plein_bot.matrix.probing import NoHomeserver, probe, text_at
from plein_bot.operations import scanners
from plein_bot.operations.audits import fingerprint
from plein_bot.operations.telling import tell

_LATELY = timedelta(days=7)


async def main(settings: Settings, _: Namespace) -> int:
    index = await Index.open(settings.database.url)
    try:
        runs = await lease.is_held(index)
        tell(f"Plein {'runs' if runs else 'does not run'} on this database.")
        counts = await rooms.counts(index)
        tell(", ".join(f"{number} {what}" for what, number in counts.items()) + ".")
        await _tell_heard(index, settings, runs=runs)
        waiting = await work.outstanding(index)
        oldest = f", the oldest since {_moment(waiting[0].received_at)}" if waiting else ""
        tell(f"Work that waits: {len(waiting)}{oldest}.")
        aside = await work.aside(index)
        tell(f"Work that was set aside: {len(aside)}{'.' if not aside else ':'}")
        for one in aside:
            tell(
                f"  {one.number}: {one.work.incoming.kind} of {_moment(one.received_at)} in "
                f"{one.work.lane}, tried {one.tries} times: {one.error}"
            )
        if aside:
            tell("Do one again with `plein retry <number>`.")
        head = await chain.head(index)
        tell(f"The last entry of the audit is {head.number}. {fingerprint(head)}")
        await _tell_files(index)
        await _tell_scanned(index, settings)
        await _tell_digests(index)
    finally:
        await index.close()
    try:
        await probe(settings.homeserver.url)
    except NoHomeserver as trouble:
        tell(f"✗ {trouble}")
        return 1
    tell(f"The homeserver {settings.homeserver.url} answers.")
    return 0


async def _tell_heard(index: Index, settings: Settings, *, runs: bool) -> None:
    """Whether it keeps up, by its own word; where it does not run, how far it had come."""
    if runs:
        where = f"http://{settings.web.host}:{settings.web.port}/readyz"
        ready = await text_at(where)
        tell(f"It says of itself: {ready.strip() or 'nothing, at ' + where}.")
    elif (last := await rooms.last_heard(index)) is not None:
        tell(f"The last that it heard of happened at {_moment(last)}.")
    else:
        tell("It has heard nothing of the homeserver yet.")


async def _tell_files(index: Index) -> None:
    """How far the reading of files and the opening of messages has come."""
    files, sealed = await file_texts.counts(index), await opening.counts(index)
    tell(
        f"Files: {files.files}, of which {files.unread} are yet to be read, and {files.failed} "
        "could not be."
    )
    if sealed.waiting or sealed.locked:
        tell(
            f"Encrypted messages that are to be searched: {sealed.waiting} yet to be opened, "
            f"{sealed.locked} without a key."
        )


async def _tell_scanned(index: Index, settings: Settings) -> None:
    if not settings.scanner.clamd:
        return
    tell(str(await scanners.examine(settings.scanner.clamd)))
    tell(f"Files that wait for the virus scanner: {await file_scans.waiting(index)}.")


async def _tell_digests(index: Index) -> None:
    """How many, and nobody's: whom they went to is no operator's business."""
    counts = await mails.digest_counts(index, datetime.now(UTC) - _LATELY)
    tell(
        f"Digests by mail in the last {_LATELY.days} days: {counts.sent} went out, "
        f"{counts.waiting} wait, {counts.failed} could not be handed over."
    )


def _moment(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"
