"""The command that invites people (design 7)."""

from typing import Annotated

from plein_bot.actions import guest_lists, invitations, letters
from plein_bot.actions.invitations import Wish
from plein_bot.actions.letters import Invited
from plein_bot.commands.calls import Call
from plein_bot.commands.guest_lists import invite_listed
from plein_bot.commands.inviting import (
    Guests,
    ending,
    invite_addresses,
    known_already,
    personal_text,
    preview,
)
from plein_bot.commands.languages import Tongue
from plein_bot.commands.replies import Reply
from plein_bot.commands.table import TABLE, Dutch, Whom
from plein_bot.domain import guests as reading
from plein_bot.domain import invitations as rules
from plein_bot.domain.errors import Refusal
from plein_bot.domain.guests import Account, Address, looks_like_guests
from plein_bot.domain.ids import EventId
from plein_bot.domain.introductions import with_class
from plein_bot.domain.joining import refuse_inviting
from plein_bot.domain.people import Person
from plein_bot.domain.sentences import Sentence, Text, paragraphs, say
from plein_bot.domain.standing import Standing


@TABLE.command("invite", "uitnodigen", "nodig uit", whom=Whom.STAFF)
async def invite(
    call: Call,
    place: Annotated[str, Dutch("plek")],
    who: Annotated[str, Dutch("wie")] = "",
    *,
    text: Annotated[str | None, Dutch("tekst")] = None,
    language: Annotated[Tongue | None, Dutch("taal")] = None,
    days: Annotated[int | None, Dutch("dagen")] = None,
    until: Annotated[str | None, Dutch("tot")] = None,
) -> Reply:
    """Invite people to a place: by name, Matrix ID or e-mail address, also several at once."""
    if not who and not call.body:
        if event := await _list_replied_to(call):
            return await invite_listed(call, event, place, text, language, days, until)
        place, who = await _place_and_guests(call, place)
    standing = await call.place(place)
    refuse_inviting(standing)
    if not who and not call.body:
        who = call.ask("who", _whom(), otherwise="")
        if not who:
            raise Refusal(say("Say whom: `invite {path} <who>`.", path=standing.place.path))
    end = ending(call, days, until)
    tongue = language.value if language else call.act.plein.language
    guests = await _guests(call, standing, f"{who}\n{call.body}", tongue)
    text = personal_text(call, guests, text)
    wish = Wish(rules.clean_text(text), tongue, end)
    if guests.number > rules.MANY:
        call.confirm(preview(guests, wish), standing.place.room, guests.number, wish.text)

    async with call.act.locks.alone_in(standing.place.root.room):
        told, refused = await _invite_accounts(call, standing, guests, wish)
        sent, known = await invite_addresses(call, guests, wish)
    told += [*sent, *map(known_already, known)]

    refused = (*guests.refused, *refused)
    if not told and len(refused) == 1:
        raise Refusal(refused[0])
    return Reply(paragraphs(*told, *refused))


def _whom() -> Sentence:
    return say(
        "Whom do you want to invite? Give names, Matrix IDs or e-mail addresses, or send me a "
        "list as CSV."
    )


async def _list_replied_to(call: Call) -> EventId | None:
    """The message with a list that this line replies to, in the direct chat."""
    if call.reply_to is None:
        return None
    media = await guest_lists.sent_with(call.act, call.here, call.reply_to)
    return call.reply_to if media and guest_lists.may_be_list(media) else None


async def _place_and_guests(call: Call, text: str) -> tuple[str, str]:
    """One word alone is the place, or whom to invite to the place where we are."""
    if looks_like_guests(text):
        return ".", text
    try:
        await call.place(text)
    except Refusal:
        return ".", text
    return text, ""


async def _guests(call: Call, standing: Standing, text: str, language: str) -> Guests:
    """Who is meant. Raises the Refusal where there is one guest, and that one cannot come."""
    people: dict[Person, None] = {}
    refused: list[Sentence | Text] = []
    rooms = [standing.place.room, standing.place.root.room]
    named = reading.named(text)
    wanted = [Invited(one, language) for one in named if isinstance(one, Address)]
    if wanted:
        letters.refuse_without_mail(call.act)
    for one in named:
        if isinstance(one, Address):
            continue
        try:
            people[await call.person(one.id if isinstance(one, Account) else one.text, rooms)] = (
                None
            )
        except Refusal as refusal:
            if len(named) == 1:
                raise
            refused.append(refusal.sentence)
    found = await invitations.sort_out(call.act, standing.place, wanted)
    if found.refused and len(named) == 1:
        raise found.refused[0][1]
    refused += [refusal.sentence for _, refusal in found.refused]
    return Guests(tuple(people), found.to, tuple(refused))


async def _invite_accounts(
    call: Call, standing: Standing, guests: Guests, wish: Wish
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
