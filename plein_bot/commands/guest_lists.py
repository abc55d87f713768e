"""Inviting everybody on a list: a CSV that somebody sends in the direct chat."""

from typing import Annotated
from urllib.parse import unquote

from plein_bot.actions import chats, guest_lists, invitations, letters
from plein_bot.actions.invitations import Wish
from plein_bot.actions.letters import Invited
from plein_bot.commands.calls import Call
from plein_bot.commands.inviting import (
    Guests,
    ending,
    invite_addresses,
    personal_text,
    preview,
    words_in,
)
from plein_bot.commands.languages import Tongue
from plein_bot.commands.replies import Question, Reply, Unconfirmed
from plein_bot.commands.table import TABLE, Dutch, Whom
from plein_bot.domain import guest_lists as rules
from plein_bot.domain.effects import SendFile
from plein_bot.domain.errors import Refusal
from plein_bot.domain.events import FileSent
from plein_bot.domain.guest_lists import Trouble
from plein_bot.domain.ids import EventId
from plein_bot.domain.invitations import Invitation, clean_text
from plein_bot.domain.joining import refuse_inviting
from plein_bot.domain.sentences import Sentence, Text, count, lines, paragraphs, say

_MOST_TOLD = 5
"""Of the lines that invite nobody; of more there is a CSV."""


def offered(sent: FileSent) -> Reply | None:
    """What can be done with a list that somebody sent; None for a file that can be none."""
    if not guest_lists.may_be_list(sent.media):
        return None
    return Reply(
        say("What would you like to do with this? 1 Invite who is on it 2 File 3 Nothing"),
        offers=(f"invite from {sent.event}", "file place", ""),
    )


@TABLE.command("invite from", "uitnodigen van", whom=Whom.STAFF)
async def invite_from(
    call: Call,
    message: Annotated[str, Dutch("bericht")],
    *,
    place: Annotated[str | None, Dutch("plek")] = None,
    text: Annotated[str | None, Dutch("tekst")] = None,
    language: Annotated[Tongue | None, Dutch("taal")] = None,
    days: Annotated[int | None, Dutch("dagen")] = None,
    until: Annotated[str | None, Dutch("tot")] = None,
) -> Reply:
    """Invite everybody on a list that you sent here as CSV; give the link to the message."""
    event = EventId(unquote(message.partition("?")[0].rpartition("/")[2]).strip())
    if place is None:
        asked = say("To which place do I invite them? Type its name.")
        place = call.ask("place", asked, otherwise=".")
    return await invite_listed(call, event, place, text, language, days, until)


async def invite_listed(
    call: Call,
    event: EventId,
    place: str,
    text: str | None,
    language: Tongue | None,
    days: int | None,
    until: str | None,
) -> Reply:
    """Invite whom the list in a message names, after a yes."""
    standing = await call.place(place)
    refuse_inviting(standing)
    letters.refuse_without_mail(call.act)
    end = ending(call, days, until)
    found = await guest_lists.read(call.act, call.here, event)
    tongue = language.value if language else call.act.plein.language
    wanted = [Invited(one.guest, one.language or tongue) for one in found.entries]
    sorted_out = await invitations.sort_out(call.act, standing.place, wanted)
    line_of = {one.guest.address: one.line for one in found.entries}
    nobody = [
        *found.troubles,
        *(
            Trouble(line_of[guest.address], guest.address, refusal.sentence)
            for guest, refusal in sorted_out.refused
        ),
    ]
    guests = Guests((), sorted_out.to, ())
    if not guests.number:
        raise Refusal(sorted_out.refused[0][1].sentence)
    # The file is named by its message: an answer replies to something else.
    line = f"invite from {event} --place {standing.place.path}"
    line += f" --days {days}" if days else ""
    line += f' --until "{until}"' if until else ""
    line += f" --language {tongue}" if language else ""
    # An answer of several lines is kept as it is, beside the line.
    line += f' --text "{_unquoted(text)}"' if text and "\n" not in text else ""
    try:
        text = personal_text(call, guests, text)
        wish = Wish(clean_text(text), tongue, end)
        read = count(len(line_of), "I read one address.", "I read {n} addresses.")
        shown = preview(guests, wish, *_in_short(found.doubled, nobody))
        call.confirm(
            paragraphs(read, shown), standing.place.room, guests.number, len(nobody), wish.text
        )
    except (Question, Unconfirmed) as asked:
        asked.line = line
        raise

    async with call.act.locks.alone_in(standing.place.root.room):
        told, known = await invite_addresses(call, guests, wish)
    report = sorted(
        [*found.doubled, *nobody, *(_known(one, line_of) for one in known)],
        key=lambda one: one.line,
    )
    return Reply(paragraphs(*told, *await _reported(call, report)))


def _unquoted(text: str) -> str:
    """What stands between quotes on a line has other ones inside."""
    return text.replace('"', "”")


def _in_short(doubled: tuple[Trouble, ...], nobody: list[Trouble]) -> list[Sentence | Text]:
    """What is not on the list as it should be, before anything is sent."""
    told: list[Sentence | Text] = []
    if doubled:
        told.append(
            count(
                len(doubled),
                "One line has an address that stands on an earlier one.",
                "{n} lines have an address that stands on an earlier one.",
            )
        )
    if nobody:
        told.append(
            lines(
                count(len(nobody), "One line invites nobody:", "{n} lines invite nobody, such as:"),
                *map(_told, sorted(nobody, key=lambda one: one.line)[:_MOST_TOLD]),
            )
        )
    return told


def _told(one: Trouble) -> Sentence:
    return say("Line {line}, “{shown}”: {why}", line=one.line, shown=one.shown, why=one.why)


def _known(one: Invitation, line_of: dict[str, int]) -> Trouble:
    address = one.address or ""
    why = say("invitation {number} is open already", number=one.number)
    return Trouble(line_of.get(address, 0), address, why)


async def _reported(call: Call, report: list[Trouble]) -> list[Sentence | Text]:
    """Line by line who was not invited: in words where they are few, else as a CSV."""
    if not report:
        return []
    heading = count(len(report), "One line was left out:", "{n} lines were left out:")
    if len(report) <= _MOST_TOLD:
        return [lines(heading, *map(_told, report))]
    words = words_in(call)(call.language)
    titles = tuple(words.plain(one) for one in (say("Line"), say("What it says"), say("Why")))
    rows = [(str(one.line), one.shown, words.plain(one.why)) for one in report]
    name = words.plain(say("lines that were left out"))
    chat = await chats.with_person(call.act, call.act.actor)
    file = SendFile(chat, rules.written([titles, *rows]), "text/csv", f"{name}.csv", "left out")
    await call.act.perform([file])
    return [
        count(
            len(report),
            "One line was left out. It stands in the CSV above.",
            "{n} lines were left out. They stand in the CSV above, with the reason.",
        )
    ]
