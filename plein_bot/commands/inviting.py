"""What all commands that invite have in common: what is asked, shown first, and told."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from plein_bot.actions import invitations, letters
from plein_bot.actions.invitations import Wish
from plein_bot.actions.letters import Invited
from plein_bot.commands import reading
from plein_bot.commands.calls import Call
from plein_bot.domain import invitations as rules
from plein_bot.domain.enumerations import in_a_row
from plein_bot.domain.invitations import Invitation
from plein_bot.domain.people import Person
from plein_bot.domain.places import Place, Visibility
from plein_bot.domain.sentences import Sentence, Text, count, paragraphs, say
from plein_bot.locale import language as locale
from plein_bot.locale.languages import Language


@dataclass(frozen=True, slots=True)
class Guests:
    """Who is to be invited: people with an account, and addresses by the place they come to."""

    people: tuple[Person, ...]
    addresses: Mapping[Place, Sequence[Invited]]
    refused: tuple[Sentence | Text, ...]

    @property
    def number(self) -> int:
        return len(self.people) + sum(map(len, self.addresses.values()))


def ending(call: Call, days: int | None, until: str | None) -> datetime:
    """When it ends; the same when the same line is carried out after a question."""
    return rules.until(datetime.now(UTC), days, call.moment(until) if until else None)


def personal_text(call: Call, guests: Guests, text: str | None) -> str:
    """What goes along with a mail; it is asked for where somebody gets one.

    A yes or no by itself answers the question whether there is a text, and is none.
    """
    yes = reading.yes_or_no(text) if text else None
    if yes:
        itself = say("Then type the text itself. (or: skip)")
        return call.ask("text", itself, otherwise="", may_skip=True)
    if guests.addresses and text is None:
        return call.ask("text", _question(guests), otherwise="", may_skip=True)
    return text if text and yes is None else ""


def _question(guests: Guests) -> Sentence:
    place = next(iter(guests.addresses))
    return say(
        "To {place} ({visibility}: {readers}). Personal text? (or: skip)",
        place=place.full_name,
        visibility=place.settings.visibility,
        readers=_readers(place),
    )


def _readers(place: Place) -> Sentence:
    if place.settings.visibility is Visibility.PUBLIC:
        return say("everybody reads along")
    return say("who takes part reads along")


def preview(guests: Guests, wish: Wish, *beside: Sentence | Text) -> Text:
    accounts = [person.shown for person in guests.people]
    to = [
        count(
            len(found),
            "By mail one person, to {place} ({visibility}: {readers}).",
            "By mail {n} people, to {place} ({visibility}: {readers}).",
            place=place.full_name,
            visibility=place.settings.visibility,
            readers=_readers(place),
        )
        for place, found in guests.addresses.items()
    ]
    return paragraphs(
        count(guests.number, "You invite one person.", "You invite {n} people."),
        *((say("With a Matrix account: {names}.", names=in_a_row(accounts)),) if accounts else ()),
        *to,
        *((say("Your text: “{text}”", text=wish.text),) if wish.text else ()),
        *beside,
        *guests.refused,
        say("Is that right?"),
    )


async def invite_addresses(
    call: Call, guests: Guests, wish: Wish
) -> tuple[list[Sentence | Text], tuple[Invitation, ...]]:
    """Invite those who get a mail; returns what there is to tell, and who was invited before."""
    known: list[Invitation] = []
    sent = 0
    for place, wanted in guests.addresses.items():
        mailed = await invitations.invite_addresses(call.act, place, wanted, wish, words_in(call))
        sent += len(mailed.invited)
        known += mailed.known
    if not sent:
        return [], tuple(known)
    return [_sent(sent, wish, next(iter(guests.addresses)))], tuple(known)


def words_in(call: Call) -> letters.Languages:
    def words(code: str) -> Language:
        return locale(code, call.act.plein.timezone)

    return words


def _sent(number: int, wish: Wish, place: Place) -> Sentence:
    return count(
        number,
        "Sent, valid until {day}. Overview: `invitations`. Poster with QR: `invite link {path}`.",
        "{n} invitations sent, valid until {day}. Overview: `invitations`. "
        "Poster with QR: `invite link {path}`.",
        day=wish.expires_at.date(),
        path=place.root.path,
    )


def known_already(one: Invitation) -> Sentence:
    return say(
        "{whom} has invitation {number} already, valid until {day}. "
        "Send it again: `invitation resend {number}`.",
        whom=one.whom,
        number=one.number,
        day=one.expires_at.date(),
    )
