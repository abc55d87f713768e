"""Inviting people: by their Matrix ID, by mail, and with a link (design 7)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from plein_bot.actions import chats, joining, letters, people, places
from plein_bot.actions.acts import Act
from plein_bot.actions.letters import Invited, Languages
from plein_bot.domain import invitations as rules
from plein_bot.domain.archives import refuse_archived
from plein_bot.domain.audiences import known_to_all
from plein_bot.domain.errors import Refusal
from plein_bot.domain.guests import Address
from plein_bot.domain.ids import UserId
from plein_bot.domain.invitations import Invitation, InvitationKind, Making
from plein_bot.domain.joining import refuse_inviting
from plein_bot.domain.people import Person, Role
from plein_bot.domain.people import recognise as recognise_by_rule
from plein_bot.domain.places import PUBLIC_GROUP, Place
from plein_bot.domain.sentences import Text, paragraphs, say
from plein_bot.domain.standing import Standing
from plein_bot.index import invitations as rows
from plein_bot.index import organisations
from plein_bot.index import places as place_rows


@dataclass(frozen=True, slots=True)
class Wish:
    """What goes for everybody who is invited at one time."""

    text: str
    language: str
    expires_at: datetime


async def destination(act: Act, place: Place, guest: Person) -> Place:
    """Where somebody comes who is invited to a place; a Refusal where that is nowhere."""
    groups = await place_rows.groups_of(act.index, place) if place.is_subsite else ()
    return rules.destination(place, groups, guest)


async def refuse_inviter(act: Act, inviter: Person, place: Place) -> None:
    """Refuse whoever may not (or no longer) invite to a place.

    Who may invite to a subsite, may invite citizens to its public group, because they come there.
    """
    try:
        refuse_inviting(await places.stand(act, inviter, place))
    except Refusal:
        if place.slug != PUBLIC_GROUP or place.subsite is None:
            raise
        refuse_inviting(await places.stand(act, inviter, place.subsite))
        refuse_archived(place)


@dataclass(frozen=True, slots=True)
class SortedOut:
    """Addresses by the place that they come to, and those that cannot come anywhere."""

    to: dict[Place, list[Invited]]
    refused: tuple[tuple[Address, Refusal], ...]


async def sort_out(act: Act, place: Place, wanted: Iterable[Invited]) -> SortedOut:
    """Where each comes, by who they are going to be once they have proven their address."""
    groups = await place_rows.groups_of(act.index, place) if place.is_subsite else ()
    register = await organisations.all_of(act.index)
    to: dict[Place, list[Invited]] = {}
    refused: list[tuple[Address, Refusal]] = []
    for one in wanted:
        guest = recognise_by_rule(
            UserId("@:"),
            one.guest.address,
            register,
            (one.guest.address,),
            own_server=act.plein.server,
            own_server_belongs_to=None,
        )
        try:
            to.setdefault(rules.destination(place, groups, guest), []).append(one)
        except Refusal as refusal:
            refused.append((one.guest, refusal))
    return SortedOut(to, tuple(refused))


async def invite_account(act: Act, standing: Standing, guest: Person, wish: Wish) -> Place:
    """Invite a Matrix ID. The invitation stands in their client; a personal text is told apart.

    Returns the place that they are invited to.
    """
    place = await destination(act, standing.place, guest)
    await joining.bring(act, place, guest)
    now = datetime.now(UTC)
    known = await rows.to_person(act.index, place.room, guest.id)
    if known and known.cause != act.cause and known.is_open(now):
        await rows.prolong(act.index, known.number, wish.expires_at)
    making = Making(InvitationKind.PERSON, guest.id, person=guest.id, language=wish.language)
    await _make(act, place, [making], wish, now)
    if wish.text:
        await chats.reach(act, guest.id, await _told(act, place, wish), f"invited:{place.room}")
    return place


async def _told(act: Act, place: Place, wish: Wish) -> Text:
    inviter = await people.recognise(act, act.actor)
    return paragraphs(
        say(
            "{name} invites you to {place}: “{text}”",
            name=inviter.shown,
            place=place.full_name,
            text=wish.text,
        ),
        say("The invitation stands in your client, until {until}.", until=wish.expires_at.date()),
        *known_to_all(place),
    )


@dataclass(frozen=True, slots=True)
class Mailed:
    """Who gets a mail, and who has an open invitation already."""

    invited: tuple[Invitation, ...]
    known: tuple[Invitation, ...]


async def invite_addresses(
    act: Act, place: Place, wanted: Sequence[Invited], wish: Wish, languages: Languages
) -> Mailed:
    """Invite people by mail to the place that they come to; nobody gets two for one place."""
    letters.refuse_without_mail(act)
    now = datetime.now(UTC)
    open_now = await rows.open_in(act.index, place.room, now)
    known = tuple(
        found
        for one in wanted
        if (found := open_now.get(one.guest.address)) and found.cause != act.cause
    )
    known_addresses = {one.address for one in known}
    new = [one for one in wanted if one.guest.address not in known_addresses]
    inviter = await people.recognise(act, act.actor)
    letter = await letters.letter(act, inviter, place, wish.text, wish.expires_at)
    makings = letters.makings(act, letter, new, languages, now)
    await _make(act, place, makings, wish, now, several=len(wanted) > rules.MANY)
    await act.record("invite.mail", place.room)
    made = await rows.of_cause(act.index, act.cause)
    return Mailed(tuple(one for one in made if one.place == place.room), known)


async def make_link(act: Act, standing: Standing, wish: Wish, uses: int) -> tuple[Invitation, str]:
    """An invitation for whoever has the link; returns the token, "" once it has been said."""
    if act.plein.web is None:
        raise Refusal(say("This Plein has no pages, so a link leads nowhere."))
    making = Making(
        InvitationKind.LINK,
        f"link {act.cause}",
        language=wish.language,
        token=rules.new_token(),
        uses=rules.clean_uses(uses),
    )
    await _make(act, standing.place, [making], wish, datetime.now(UTC))
    (made,) = await rows.of_cause(act.index, act.cause)
    await act.record("invite.link", standing.place.room, why=made.mark)
    return made, await rows.unsaid(act.index, made.number) or ""


async def _make(
    act: Act,
    place: Place,
    new: Iterable[Making],
    wish: Wish,
    now: datetime,
    *,
    several: bool = False,
) -> None:
    await rows.make(
        act.index,
        new,
        place=place.room,
        inviter=act.actor,
        text=wish.text,
        expires_at=wish.expires_at,
        cause=act.cause,
        now=now,
        several=several,
    )


async def find(act: Act, number: int) -> tuple[Invitation, Standing]:
    """An invitation of the actor's own, or of a place where they are staff.

    Unknown and not theirs sound the same.
    """
    found = await rows.numbered(act.index, number)
    place = await place_rows.of_room(act.index, found.place) if found else None
    if found is None or place is None:
        raise rules.nothing_numbered(number)
    standing = await places.stand(act, await people.recognise(act, act.actor), place)
    if found.inviter != act.actor and standing.power < Role.MODERATOR.power:
        raise rules.nothing_numbered(number)
    return found, standing
