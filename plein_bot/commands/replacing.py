"""The command that gives a place a new room."""

from typing import Annotated

from plein_bot.actions import replacing
from plein_bot.commands.calls import Call
from plein_bot.commands.previews import new_rooms, replaced
from plein_bot.commands.replies import Reply
from plein_bot.commands.table import TABLE, Dutch, Whom
from plein_bot.domain.replacing import refuse_replacing
from plein_bot.domain.sentences import lines, paragraphs, say


@TABLE.command("upgrade", "vernieuwen", "upgraden", whom=Whom.STAFF)
async def upgrade(call: Call, place: Annotated[str, Dutch("plek")]) -> Reply:
    """Let a place go on in a new room of the newest kind; its members are invited to it."""
    standing = await replacing.taken_up(call.act)
    if standing is None:
        standing = await call.place(place)
        refuse_replacing(standing, call.act.plein)
        there = await replacing.members_of(call.act, standing.place)
        name = say("{place}", place=standing.place.full_name)
        call.confirm(
            paragraphs(new_rooms((name,), len(there)), say("Is that right?")),
            "upgrade",
            standing.place.room,
            len(there),
        )

    async with call.act.locks.alone_in(standing.place.root.room):
        done = await replacing.replace_again(call.act, standing.place)

    return Reply(lines(say("Done."), *replaced((done,))))
