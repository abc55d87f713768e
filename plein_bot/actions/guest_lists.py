"""Lists of guests that somebody sends in the direct chat, as CSV."""

from plein_bot.actions.acts import Act
from plein_bot.actions.ports import Damaged, HomeserverError
from plein_bot.documents.encodings import decoded
from plein_bot.domain import guest_lists as rules
from plein_bot.domain.errors import Refusal
from plein_bot.domain.guest_lists import GuestList
from plein_bot.domain.ids import EventId, RoomId
from plein_bot.domain.media import Media, media_in
from plein_bot.domain.sentences import brief, say

_NAMES = (".csv", ".tsv", ".xlsx", ".xls", ".ods")
_KINDS = ("text/csv", "text/tab-separated-values", "application/vnd.ms-excel")


def may_be_list(media: Media) -> bool:
    """Also for what is told how to become one."""
    return media.name.lower().endswith(_NAMES) or media.mime in _KINDS


async def sent_with(act: Act, room: RoomId, event: EventId) -> Media | None:
    """The file that the actor sent with a message; None where that is no file of theirs."""
    said = await act.homeserver.message(room, event)
    return media_in(said.content) if said and said.sender == act.actor else None


async def read(act: Act, room: RoomId, event: EventId) -> GuestList:
    """The list in a message of the actor's. Raises a Refusal that says what to do."""
    media = await sent_with(act, room, event)
    if media is None:
        raise Refusal(say("I find no list there. Send the CSV, and I ask what to do with it."))
    name = brief(media.name)
    try:
        data = await act.homeserver.fetch(media, rules.LARGEST)
    except Damaged:
        raise Refusal(
            say("“{file}” did not arrive whole. Please send it again.", file=name)
        ) from None
    except HomeserverError as error:
        if error.code == "M_TOO_LARGE":
            raise Refusal(
                say(
                    "“{file}” is larger than {n} MB, which no list of addresses is. Send the CSV.",
                    file=name,
                    n=rules.LARGEST // 1024**2,
                )
            ) from None
        if error.status in (403, 404):
            raise Refusal(
                say("“{file}” is no longer there. Please send it again.", file=name)
            ) from None
        raise
    rules.refuse_workbook(data, media.name)
    return rules.read(decoded(data))
