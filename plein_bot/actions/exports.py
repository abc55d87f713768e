"""A post with all that it called forth, as files to keep: put together, and sent to who asked."""

import asyncio
import io
import zipfile
from collections.abc import Callable, Mapping

from plein_bot.actions import chats, showcase
from plein_bot.actions.acts import Act
from plein_bot.actions.ports import HomeserverError
from plein_bot.actions.posts import Found
from plein_bot.actions.showcase import Whole
from plein_bot.domain.effects import Redact, SendFile
from plein_bot.domain.errors import Refusal
from plein_bot.domain.sentences import say
from plein_bot.index import posts as rows
from plein_bot.index import zips

EXPORT = "post.export"

_BEGINNING = (1980, 1, 1, 0, 0, 0)
"""Of all time, for zips."""

Written = Callable[[Whole], Mapping[str, bytes]]
"""The files of it by their names, in the language of who asked."""


async def send(act: Act, found: Found, written: Written) -> None:
    """Send a zip of it apart. It holds what the actor may read now, and goes when the post goes.

    Also when one of the comments is taken away: that is no longer theirs to keep.
    """
    whole = await showcase.whole(act, found)
    files = await asyncio.to_thread(lambda: zipped(written(whole)))
    chat = await chats.with_person(act, act.actor)
    originals = [found.post.event, *(one.event for one in whole.comments)]
    await zips.plan(act.index, act.cause, chat, originals)
    try:
        sent = await act.homeserver.send_file(
            SendFile(chat, files, "application/zip", f"{found.post.slug}.zip", "export"), act.cause
        )
    except HomeserverError as error:
        if error.code != "M_TOO_LARGE":
            raise
        raise Refusal(
            say("The export of post {number} is too large to send.", number=found.post.number)
        ) from error
    await zips.sent(act.index, act.cause, sent)
    if await rows.of_event(act.index, found.post.event) is None:
        # Before anybody knew of this copy: nobody else takes it away.
        await act.try_together([Redact(chat, sent)])
        await zips.taken_away(act.index, found.post.event)
    await act.record(EXPORT, found.post.room, event=found.post.event)


def zipped(files: Mapping[str, bytes]) -> bytes:
    """One file of several; the same each time, so that a copy can be compared."""
    into = io.BytesIO()
    with zipfile.ZipFile(into, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            entry = zipfile.ZipInfo(name, _BEGINNING)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, data)
    return into.getvalue()
