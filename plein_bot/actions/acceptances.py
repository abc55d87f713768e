"""Coming in by a link: who may, is asked again, and each use counts once (design 7)."""

import logging
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from plein_bot.actions import (
    invitation_endings,
    invitations,
    joining,
    members,
    people,
    places,
    policies,
)
from plein_bot.actions.acts import Act, Acts
from plein_bot.actions.ports import HomeserverError, TokenRevoked
from plein_bot.domain import invitations as rules
from plein_bot.domain import servers
from plein_bot.domain.archives import refuse_archived
from plein_bot.domain.errors import Refusal
from plein_bot.domain.events import Membership
from plein_bot.domain.ids import UserId
from plein_bot.domain.invitations import Invitation, InvitationKind
from plein_bot.domain.joining import refused_class
from plein_bot.domain.people import Person
from plein_bot.domain.places import Place
from plein_bot.domain.sentences import say
from plein_bot.index import invitation_uses as uses
from plein_bot.index import invitations as rows
from plein_bot.index import organisations
from plein_bot.index import places as place_rows
from plein_bot.index.invitation_uses import Use

logger = logging.getLogger(__name__)

_PATIENCE = timedelta(minutes=2)


class LinkOver(Exception):
    """The link leads nowhere (any more): wrong, used, over, revoked, or its inviter may no longer
    invite. Which of these it is, is nobody's business."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What somebody sees who opens a link. Looking changes nothing."""

    invitation: Invitation
    place: Place
    inviter: Person
    members: int
    """Who take part there."""


async def look(acts: Acts, token: str) -> Seen:
    """What a link invites to. Raises LinkOver."""
    invitation = await rows.of_token(acts.index, token)
    if invitation is None or invitation.is_used_up:
        raise LinkOver
    return await standing(acts, invitation)


async def standing(acts: Acts, invitation: Invitation) -> Seen:
    """Ask again whether the invitation may stand."""
    act = acts.by(acts.plein.bot, "invitation")
    place = await place_rows.of_room(act.index, invitation.place)
    if place is None or not invitation.is_open(datetime.now(UTC)):
        raise LinkOver
    inviter = await people.recognise(act, invitation.inviter)
    try:
        await invitations.refuse_inviter(act, inviter, place)
        refuse_archived(place)
    except Refusal:
        raise LinkOver from None
    groups = await place_rows.groups_of(act.index, place) if place.is_subsite else ()
    shown = rules.public_group(groups) if _is_for_citizens(invitation, place) else None
    there = (await members.counts(act, [shown or place])).get((shown or place).room, 0)
    return Seen(invitation, shown or place, inviter, there)


def _is_for_citizens(invitation: Invitation, place: Place) -> bool:
    """Of whoever has a link nobody knows who they are; most come from a poster."""
    return invitation.kind is InvitationKind.LINK and place.is_subsite


@dataclass(frozen=True, slots=True)
class Invited:
    """Where to, and for how long the invitation stands in their client where it is by a link."""

    place: Place
    stands: timedelta | None


async def accept(acts: Acts, token: str, user: UserId, form: str) -> Invited:
    """Invite the account that somebody says is theirs; it is for them to accept in their client.

    Raises LinkOver, or a Refusal that says what to do; then nothing has changed.
    The same form again finds its own doing.
    """
    invitation = await rows.of_token(acts.index, token)
    if invitation is None:
        raise LinkOver
    place = await place_rows.of_room(acts.index, invitation.place)
    if place is None:
        raise LinkOver
    async with acts.locks.alone_in(place.root.room):
        if known := await _known(acts, invitation, user, form):
            if known.form != form and not await _is_still_there(acts, known, place):
                raise LinkOver
            user, form = known.person, known.form
        else:
            await standing(acts, invitation)
        act = act_of(acts, invitation, user, form)
        guest = await people.recognise(act, user)
        where = await destination(act, place, guest)
        if known is None:
            await _refuse(act, where, guest)
            if await _is_in(act, where, guest):
                if invitation.kind is InvitationKind.LINK:
                    # A poster is nobody's in particular: it does not tell who is in.
                    return Invited(where, rules.HELD)
                raise Refusal(say("You already take part in {place}.", place=where.full_name))
        use = known or await uses.claim(
            acts.index, invitation.number, user, form, datetime.now(UTC)
        )
        if use is None:
            raise LinkOver
        await bring(act, where, guest, use)
    by_link = invitation.kind is InvitationKind.LINK
    return Invited(where, rules.HELD if by_link else None)


async def _known(acts: Acts, invitation: Invitation, user: UserId, form: str) -> Use | None:
    """What this form, or this person, took before."""
    for use in await uses.of_invitation(acts.index, invitation.number):
        if use.form == form or use.person == user:
            return use
    return None


async def _is_still_there(acts: Acts, known: Use, place: Place) -> bool:
    """Whether somebody who came before is invited or in, or is about to be: who left used it up."""
    return not known.is_done or bool(
        await invitation_endings.present(acts.by(acts.plein.bot, "invitation"), place, known.person)
    )


def act_of(acts: Acts, invitation: Invitation, user: UserId, form: str) -> Act:
    """It is the inviter's act: they asked for it. One cause for each use of an invitation.

    Who comes back once their use was given to others does so by another form.
    """
    return acts.by(invitation.inviter, f"invitation:{invitation.number}:{user}:{form[:16]}")


async def destination(act: Act, place: Place, guest: Person) -> Place:
    """Where somebody comes; the Refusal is in words for themselves."""
    try:
        return await invitations.destination(act, place, guest)
    except Refusal as refusal:
        raise refused_class(place, guest) or refusal from None


async def _refuse(act: Act, place: Place, guest: Person) -> None:
    register = await organisations.all_of(act.index)
    servers.refuse_machine(guest.id, act.plein.server, register)
    servers.refuse_asker(place, guest)
    await policies.refuse_asker(act, place, guest)
    there = await places.stand(act, guest, place)
    if Membership.BAN in (there.membership, there.in_subsite):
        raise LinkOver
    if not guest.at_home:
        return
    # An account that nobody has would be invited all the same, and the link be used up.
    name = await act.homeserver.display_name(guest.id)
    nobody = name is None and not await act.homeserver.has_keys(guest.id)
    if act.plein.is_ghost(guest.id):
        # The bridge accepts for them: somebody else would put them into a room unasked.
        raise Refusal(
            say("{user} takes part by e-mail. To do so yourself, choose that here.", user=guest.id)
        )
    if act.plein.is_relayed(guest.id):
        raise Refusal(
            say(
                "{user} stands for somebody of another homeserver, who cannot use it here.",
                user=guest.id,
            )
        )
    if nobody or guest.id in (act.plein.bot, act.plein.reserve):
        raise Refusal(say("I find no account {user} here. Look for a typing error.", user=guest.id))


async def _is_in(act: Act, place: Place, guest: Person) -> bool:
    return (await places.stand(act, guest, place)).is_in


async def bring(act: Act, place: Place, guest: Person, use: Use) -> None:
    """Invite whoever took a use; where that cannot be, the use is left for another try."""
    if use.is_done:
        return
    try:
        await joining.bring(act, place, guest)
    except (Refusal, HomeserverError) as error:
        await uses.release(act.index, use)
        if isinstance(error, TokenRevoked):
            raise
        raise Refusal(
            error.sentence
            if isinstance(error, Refusal)
            else say("I cannot invite {user}: their homeserver does not take it.", user=guest.id)
        ) from error
    await act.record("invitation.use", place.room, guest.id, why=f"invitation:{use.invitation}")
    await uses.done(act.index, use, datetime.now(UTC))


async def decline(acts: Acts, token: str) -> Place:
    """Somebody who was mailed a link does not want to come. Raises LinkOver."""
    seen = await look(acts, token)
    if seen.invitation.kind is not InvitationKind.ADDRESS:
        raise LinkOver
    async with acts.locks.alone_in(seen.place.root.room):
        seen = await look(acts, token)
        act = acts.by(acts.plein.bot, f"invitation.decline {seen.invitation.number}")
        await invitation_endings.turned_down(act, seen.invitation, seen.place)
    return seen.place


async def finish(acts: Acts, now: datetime) -> None:
    """What was begun by a form, and interrupted: nobody has to press the button again."""
    for use in await uses.unfinished(acts.index, now - _PATIENCE):
        invitation = await rows.numbered(acts.index, use.invitation)
        place = await place_rows.of_room(acts.index, invitation.place) if invitation else None
        if invitation is None or place is None or use.made_here:
            await uses.release(acts.index, use)
            continue
        act = act_of(acts, invitation, use.person, use.form)
        try:
            async with acts.locks.alone_in(place.root.room):
                guest = await people.recognise(act, use.person)
                await bring(act, await destination(act, place, guest), guest, use)
        except TokenRevoked:
            raise
        except Refusal as refusal:
            logger.warning("invitation %s came to nothing: %s", use.invitation, refusal)
