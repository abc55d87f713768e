"""The command that warns somebody."""

from typing import Annotated

from plein_bot.actions import sanctions
from plein_bot.commands.calls import Call
from plein_bot.commands.people import person_and_rest, place_and_words
from plein_bot.commands.replies import Reply
from plein_bot.commands.table import TABLE, Dutch, Whom
from plein_bot.domain.people import Role
from plein_bot.domain.sentences import say


@TABLE.command("warn", "waarschuw", "waarschuwen", whom=Whom.STAFF)
async def warn(
    call: Call,
    place: Annotated[str, Dutch("plek")],
    person: Annotated[str, Dutch("wie")],
    reason: Annotated[str, Dutch("reden")] = "",
) -> Reply:
    """Warn somebody apart; the reason goes to them and to the staff."""
    standing, who, reason = await place_and_words(call, place, person, reason)
    standing.require(Role.MODERATOR)
    here = standing.place
    somebody, reason = await person_and_rest(call, who, reason, (here.room, here.root.room))

    one = await sanctions.warn(call.act, standing, somebody, reason)

    return Reply(
        say(
            "{name} is warned about {place} (number {number}).",
            name=somebody.shown,
            place=here.full_name,
            number=one.number,
        )
    )
