"""Invited people who have no account make one here, and are in at once (design 7)."""

import logging
from dataclasses import dataclass
from datetime import UTC, datetime

from plein_bot.actions import acceptances, naming, people, places
from plein_bot.actions.acceptances import LinkOver
from plein_bot.actions.acts import Act, Acts
from plein_bot.actions.ports import HomeserverError
from plein_bot.domain import accounts as rules
from plein_bot.domain.errors import Refusal
from plein_bot.domain.events import Membership
from plein_bot.domain.ids import UserId
from plein_bot.domain.invitations import Invitation
from plein_bot.domain.joining import first_group
from plein_bot.domain.passwords import refuse_password
from plein_bot.domain.people import Person
from plein_bot.domain.places import Place
from plein_bot.domain.sentences import say
from plein_bot.index import addresses, members, passwords
from plein_bot.index import invitation_uses as uses
from plein_bot.index import invitations as rows
from plein_bot.index import places as place_rows
from plein_bot.index.invitation_uses import Use

logger = logging.getLogger(__name__)

ENTER = "account.enter"

_AWAY = say("The homeserver makes no account now. Please try again in a few minutes.")


@dataclass(frozen=True, slots=True)
class Registered:
    """`mailed` where the invitation came by mail: then that address can have a new password."""

    place: Place
    user: UserId
    mailed: bool


async def offers(acts: Acts, invitation: Invitation) -> bool:
    """Whether somebody with this invitation may make an account here, as the citizen they are."""
    if acts.registrar is None:
        return False
    act = acts.by(acts.plein.bot, "invitation")
    place = await place_rows.of_room(acts.index, invitation.place)
    nobody = Person(UserId(f"@{rules.LOCALPART}:{acts.plein.server}"), at_home=True)
    if place is None:
        return False
    try:
        await acceptances.destination(act, place, nobody)
    except Refusal:
        return False
    return True


async def takes_passwords(acts: Acts) -> bool:
    """Whether an account here is one with a password; not where another service signs people in."""
    try:
        return acts.registrar is not None and await acts.registrar.takes_passwords()
    except (HomeserverError, TimeoutError):
        return False


async def register(
    acts: Acts, token: str, name: str, password: str, form: str, house: str
) -> Registered:
    """Make an account, invite it, and let it in. The password goes to the homeserver only.

    Raises LinkOver, or a Refusal that says what to do. The same form again finds its own doing.
    """
    invitation = await rows.of_token(acts.index, token)
    place = await place_rows.of_room(acts.index, invitation.place) if invitation else None
    if invitation is None or place is None or acts.registrar is None:
        raise LinkOver
    user = rules.account_id(acts.plein.mark(f"account {form}", token), acts.plein.server)
    async with acts.locks.alone_in(place.root.room):
        known = await uses.by_form(acts.index, invitation.number, form)
        if known and not known.made_here:
            # An account that somebody named is not theirs by that: they accept in their client.
            raise LinkOver
        act = acceptances.act_of(acts, invitation, known.person if known else user, form)
        if known is None:
            await acceptances.standing(acts, invitation)
        guest = await people.recognise(act, known.person if known else user)
        where = await acceptances.destination(act, place, guest)
        if known is None:
            await _refuse_banned(act, where, invitation)
        if known and known.is_done:
            await _enter(act, acts, where, guest)
            return Registered(where, known.person, bool(invitation.address))
        if known is None:
            name = await naming.chosen(acts, where, name, house)
        name = rules.clean_name(name, house)
        refuse_password(password, name, house, where.full_name, acts.plein.server)
        now = datetime.now(UTC)
        use = known or await uses.claim(
            acts.index, invitation.number, user, form, now, made_here=True
        )
        if use is None:
            raise LinkOver
        await _make(act, acts, use, name, password, anew=known is None)
        await act.record("account.create", where.room, user)
        await acceptances.bring(act, where, guest, use)
        await _enter(act, acts, where, guest)
    return Registered(where, use.person, bool(invitation.address))


async def _refuse_banned(act: Act, place: Place, invitation: Invitation) -> None:
    """Whoever was shut out does not come back by another account with the same address."""
    if not invitation.address:
        return
    accounts = set(await passwords.accounts_of(act.index, invitation.address))
    if owner := await addresses.owner(act.index, invitation.address):
        accounts.add(owner)
    for account in sorted(accounts):
        there = await places.stand(act, await people.recognise(act, account), place)
        if Membership.BAN in (there.membership, there.in_subsite):
            raise LinkOver


async def _make(act: Act, acts: Acts, use: Use, name: str, password: str, *, anew: bool) -> None:
    assert acts.registrar, "whoever gets here has asked"
    try:
        if anew and await acts.registrar.exists(use.person):
            raise HomeserverError("M_USER_IN_USE", f"{use.person} is there already")
        await acts.registrar.make(use.person, name, password)
    except (HomeserverError, TimeoutError) as error:
        logger.warning("no account is made for invitation %s: %s", use.invitation, error)
        await uses.release(act.index, use)
        raise Refusal(_AWAY) from None


async def _enter(act: Act, acts: Acts, place: Place, guest: Person) -> None:
    """Accept for them what they were just invited to; in a client they can do so themselves."""
    if await act.has_begun(ENTER, place.room, guest.id):
        return
    assert acts.registrar, "whoever gets here has asked"
    rooms = [place.room]
    if place.is_subsite:
        group = first_group(await place_rows.groups_of(act.index, place), guest)
        rooms += [group.room] if group else []
    try:
        await acts.registrar.enter(guest.id, rooms)
    except (HomeserverError, TimeoutError) as error:
        logger.warning("%s is invited and not let in: %s", guest.id, error)
        return
    await act.record(ENTER, place.room, guest.id)

    async def is_in() -> bool:
        there = await members.memberships(act.index, guest.id, [place.room])
        return there.get(place.room) is Membership.JOIN

    await act.told_back(is_in)
