"""Invited people who have e-mail only take part by it, through the bridge (design 7)."""

import logging
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from plein_bot.actions import acceptances, naming, people, places
from plein_bot.actions.acceptances import LinkOver
from plein_bot.actions.acts import Act, Acts
from plein_bot.actions.ports import MailboxesAway, NoMailbox
from plein_bot.domain import accounts as rules
from plein_bot.domain.errors import Refusal
from plein_bot.domain.events import Membership
from plein_bot.domain.ids import UserId
from plein_bot.domain.invitations import Invitation
from plein_bot.domain.mailboxes import Mailed
from plein_bot.domain.people import Person
from plein_bot.domain.places import Place
from plein_bot.domain.sentences import say
from plein_bot.index import addresses, organisations, passwords
from plein_bot.index import invitation_uses as uses
from plein_bot.index import invitations as rows
from plein_bot.index import places as place_rows

logger = logging.getLogger(__name__)

_AWAY = say("Taking part by e-mail does not work now. Please try again in a few minutes.")
_NOT_THIS = say(
    "This e-mail address cannot be used to take part by e-mail. Ask whoever invited you for "
    "another way."
)


async def offers(acts: Acts, invitation: Invitation) -> bool:
    """Whether somebody with this invitation may take part by e-mail, as the citizen they then are.

    By the address that the invitation was mailed to: coming by it proves that it is theirs. By a
    link for many they prove one of their own first (`mailbox_confirmations`).
    """
    if acts.mailboxes is None:
        return False
    if not invitation.address and (acts.plein.web is None or acts.plein.mail_domain is None):
        return False
    place = await place_rows.of_room(acts.index, invitation.place)
    if place is None or place.settings.encrypted:
        return False
    try:
        where = await _where(acts, place)
    except Refusal:
        return False
    return not where.settings.encrypted


async def take_part(
    acts: Acts, token: str, name: str, language: str, mailed: Mailed, form: str, house: str
) -> Place:
    """Have the bridge make an account for the address, and invite it; the bridge accepts.

    The same address has the same account, so that doing it again after an interruption does nothing
    twice. Raises LinkOver, or a Refusal that says what to do; then nothing has changed here.
    """
    invitation = await rows.of_token(acts.index, token)
    if invitation is None or not invitation.address:
        raise LinkOver
    if await uses.by_form(acts.index, invitation.number, form) is None:
        name = await name_of(acts, invitation, name, house)
    newcomer = Newcomer(invitation.address, name, language, mailed)
    return await come(acts, invitation, newcomer, form, house)


async def name_of(acts: Acts, invitation: Invitation, typed: str, house: str) -> str:
    """What somebody chose to be called. Raises LinkOver, or a Refusal of that name."""
    place = await place_rows.of_room(acts.index, invitation.place)
    if place is None:
        raise LinkOver
    return await naming.chosen(acts, await _where(acts, place), typed, house)


async def _where(acts: Acts, place: Place) -> Place:
    """Where people come who have e-mail only, and are citizens by that."""
    act = acts.by(acts.plein.bot, "invitation")
    nobody = Person(UserId(f"@{acts.plein.ghosts}:{acts.plein.server}"), at_home=True, by_mail=True)
    return await acceptances.destination(act, place, nobody)


async def refuse_ours(acts: Acts, address: str) -> None:
    """Refuse an address where we mail from ourselves: there places have theirs, and would answer.

    Where the register says that people work there, the bridge knows which addresses are its own.
    """
    if address.rpartition("@")[2] != (acts.plein.mail_domain or "").lower():
        return
    if not any(one.has_address(address) for one in await organisations.all_of(acts.index)):
        raise Refusal(_NOT_THIS)


@dataclass(frozen=True, slots=True)
class Newcomer:
    """Somebody who has e-mail only. The address is theirs, the other three they chose."""

    address: str
    name: str
    language: str
    mailed: Mailed


async def come(
    acts: Acts, invitation: Invitation, newcomer: Newcomer, form: str, house: str
) -> Place:
    """Let somebody in by an invitation. Raises LinkOver, or a Refusal."""
    place = await place_rows.of_room(acts.index, invitation.place)
    if place is None or acts.mailboxes is None:
        raise LinkOver
    async with acts.locks.alone_in(place.root.room):
        known = await uses.by_form(acts.index, invitation.number, form)
        if known is None:
            await acceptances.standing(acts, invitation)
            if invitation.is_used_up or not await offers(acts, invitation):
                raise LinkOver
            await refuse_ours(acts, newcomer.address)
            await _refuse_banned(acts, place, newcomer.address)
            name = rules.clean_name(newcomer.name, house)
            user = await _met(acts, invitation, replace(newcomer, name=name))
        elif acts.plein.is_ghost(known.person):
            user = known.person
        else:
            # They said by this form that they have an account.
            raise LinkOver
        act = acceptances.act_of(acts, invitation, user, form)
        guest = await people.recognise(act, user)
        where = await acceptances.destination(act, place, guest)
        await _refuse(act, where, guest)
        if known is None and (await places.stand(act, guest, where)).is_in:
            return where
        use = known or await uses.claim(
            acts.index, invitation.number, user, form, datetime.now(UTC)
        )
        if use is None:
            raise LinkOver
        await acceptances.bring(act, where, guest, use)
    return where


async def _met(acts: Acts, invitation: Invitation, one: Newcomer) -> UserId:
    assert acts.mailboxes, "whoever gets here has asked"
    try:
        return await acts.mailboxes.meet(one.address, one.name, one.language, one.mailed)
    except MailboxesAway as away:
        logger.warning("nobody comes by invitation %s: %s", invitation.number, away)
        raise Refusal(_AWAY) from None
    except NoMailbox as refused:
        logger.warning("nobody comes by invitation %s: %s", invitation.number, refused)
        raise Refusal(_NOT_THIS) from None


async def _refuse(act: Act, place: Place, guest: Person) -> None:
    there = await places.stand(act, guest, place)
    if Membership.BAN in (there.membership, there.in_subsite):
        raise LinkOver


async def _refuse_banned(acts: Acts, place: Place, address: str) -> None:
    """Whoever was shut out does not come back by mail with the same address."""
    accounts = set(await passwords.accounts_of(acts.index, address))
    if owner := await addresses.owner(acts.index, address):
        accounts.add(owner)
    act = acts.by(acts.plein.bot, "invitation")
    for account in sorted(accounts):
        await _refuse(act, place, await people.recognise(act, account))
