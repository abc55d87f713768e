"""Commands about inviting people (design 7)."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated

from plein_bot.actions import invitations, letters
from plein_bot.actions.invitations import Wish
from plein_bot.actions.letters import Invited
from plein_bot.commands.calls import Call
from plein_bot.commands.languages import Tongue
from plein_bot.commands.replies import Reply
from plein_bot.commands.table import TABLE, Dutch, Whom
from plein_bot.domain import guests as reading
from plein_bot.domain import invitations as rules
from plein_bot.domain.enumerations import in_a_row
from plein_bot.domain.errors import Refusal
from plein_bot.domain.guests import Account, Address, Called
from plein_bot.domain.introductions import with_class
from plein_bot.domain.invitations import Invitation
from plein_bot.domain.joining import refuse_inviting
from plein_bot.domain.people import Person
from plein_bot.domain.places import Place, Visibility
from plein_bot.domain.sentences import Sentence, Text, count, paragraphs, say
from plein_bot.domain.standing import Standing
from plein_bot.locale import language as locale
from plein_bot.locale.languages import Language


@dataclass(frozen=True, slots=True)
class _Guests:
    """Who is to be invited: people with an account, and addresses by the place they come to."""

    people: tuple[Person, ...]
    addresses: dict[Place, list[Invited]]
    refused: tuple[Sentence | Text, ...]

    @property
    def number(self) -> int:
        return len(self.people) + sum(map(len, self.addresses.values()))


@TABLE.command("invite", "uitnodigen", "nodig uit", whom=Whom.STAFF)
async def invite(
    call: Call,
    place: Annotated[str, Dutch("plek")],
    who: Annotated[str, Dutch("wie")],
    *,
    text: Annotated[str | None, Dutch("tekst")] = None,
    language: Annotated[Tongue | None, Dutch("taal")] = None,
    days: Annotated[int | None, Dutch("dagen")] = None,
    until: Annotated[str | None, Dutch("tot")] = None,
) -> Reply:
    """Invite people to a place: by name, Matrix ID or e-mail address, also several at once."""
    standing = await call.place(place)
    refuse_inviting(standing)
    now = datetime.now(UTC)
    end = rules.until(now, days, call.moment(until) if until else None)
    tongue = language.value if language else call.act.plein.language
    guests = await _guests(call, standing, f"{who}\n{call.body}", tongue)
    if guests.addresses and text is None:
        text = call.ask("text", _question(guests), otherwise="", may_skip=True)
    wish = Wish(rules.clean_text(text or ""), tongue, end)
    if guests.number > rules.MANY:
        call.confirm(_preview(guests, wish), standing.place.room, guests.number, wish.text)

    async with call.act.locks.alone_in(standing.place.root.room):
        told, refused = await _invite_accounts(call, standing, guests, wish)
        told += await _invite_addresses(call, guests, wish)

    refused = (*guests.refused, *refused)
    if not told and len(refused) == 1:
        raise Refusal(refused[0])
    return Reply(paragraphs(*told, *refused))


async def _guests(call: Call, standing: Standing, text: str, language: str) -> _Guests:
    """Who is meant. Raises the Refusal where there is one guest, and that one cannot come."""
    people: dict[Person, None] = {}
    addresses: dict[Place, list[Invited]] = {}
    refused: list[Sentence | Text] = []
    rooms = [standing.place.room, standing.place.root.room]
    named = reading.named(text)
    if any(isinstance(one, Address) for one in named):
        letters.refuse_without_mail(call.act)
    for one in named:
        try:
            match one:
                case Account(id=user):
                    people[await call.person(user, rooms)] = None
                case Called(text=name):
                    people[await call.person(name, rooms)] = None
                case Address():
                    guest = await invitations.by_address(call.act, one)
                    place = await invitations.destination(call.act, standing.place, guest)
                    addresses.setdefault(place, []).append(Invited(one, language))
        except Refusal as refusal:
            if len(named) == 1:
                raise
            refused.append(refusal.sentence)
    return _Guests(tuple(people), addresses, tuple(refused))


def _question(guests: _Guests) -> Sentence:
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


def _preview(guests: _Guests, wish: Wish) -> Text:
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
        *guests.refused,
        say("Is that right?"),
    )


async def _invite_accounts(
    call: Call, standing: Standing, guests: _Guests, wish: Wish
) -> tuple[list[Sentence | Text], tuple[Sentence | Text, ...]]:
    told: list[Sentence | Text] = []
    refused: list[Sentence | Text] = []
    for person in guests.people:
        try:
            place = await invitations.invite_account(call.act, standing, person, wish)
        except Refusal as refusal:
            refused.append(refusal.sentence)
        else:
            name, where = with_class(person), place.full_name
            told.append(say("{name} has an invitation to {place}.", name=name, place=where))
    return told, tuple(refused)


async def _invite_addresses(call: Call, guests: _Guests, wish: Wish) -> list[Sentence | Text]:
    told: list[Sentence | Text] = []
    sent = 0
    for place, wanted in guests.addresses.items():
        mailed = await invitations.invite_addresses(call.act, place, wanted, wish, words_in(call))
        sent += len(mailed.invited)
        told += [_known_already(one) for one in mailed.known]
    if sent:
        told.insert(0, _sent(sent, wish))
    return told


def words_in(call: Call) -> letters.Languages:
    def words(code: str) -> Language:
        return locale(code, call.act.plein.timezone)

    return words


def _sent(number: int, wish: Wish) -> Sentence:
    return count(
        number,
        "Sent, valid until {day}. Overview: `invitations`.",
        "{n} invitations sent, valid until {day}. Overview: `invitations`.",
        day=wish.expires_at.date(),
    )


def _known_already(one: Invitation) -> Sentence:
    return say(
        "{whom} has invitation {number} already, valid until {day}. "
        "Send it again: `invitation resend {number}`.",
        whom=one.whom,
        number=one.number,
        day=one.expires_at.date(),
    )
