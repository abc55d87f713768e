"""What becomes of invitations: accepted, declined, revoked, sent again, or over."""

import logging
from collections import Counter
from datetime import UTC, datetime, time, timedelta

from plein_bot.actions import chats, invitations, letters, people
from plein_bot.actions.acts import Act, Acts
from plein_bot.actions.letters import Languages
from plein_bot.actions.ports import HomeserverError, TokenRevoked
from plein_bot.domain import invitations as rules
from plein_bot.domain.effects import Remove
from plein_bot.domain.errors import Refusal
from plein_bot.domain.events import Membership
from plein_bot.domain.ids import RoomId, UserId
from plein_bot.domain.invitations import Invitation, InvitationKind, InvitationState
from plein_bot.domain.joining import first_group
from plein_bot.domain.places import Place
from plein_bot.domain.sentences import Sentence, Text, say
from plein_bot.domain.standing import Standing
from plein_bot.domain.timers import Timer
from plein_bot.index import invitation_uses as uses
from plein_bot.index import invitations as rows
from plein_bot.index import mails, members, timers
from plein_bot.index import places as place_rows

logger = logging.getLogger(__name__)

DECLINE = "invitation.decline"
SUMMARY = "invitation.summary"
_MORNING = time(7)


async def revoke(act: Act, invitation: Invitation, place: Place) -> None:
    """Take an invitation back, also where it stands in a client or waits to be mailed."""
    now = datetime.now(UTC)
    if invitation.decided_cause != act.cause:
        rules.refuse_over(invitation, now)
    await _take_back(act, invitation, place)
    await _end(act, invitation, InvitationState.REVOKED, now)
    await act.record("invitation.revoke", place.room, invitation.person, why=invitation.mark)


async def _take_back(act: Act, invitation: Invitation, place: Place) -> None:
    if invitation.mail:
        await mails.withdraw(act.index, invitation.mail)
    if invitation.person:
        await withdraw(act, place, invitation.person)
    for use in await uses.of_invitation(act.index, invitation.number):
        await _withdraw_use(act, place, use.person)


async def _withdraw_use(act: Act, place: Place, person: UserId) -> None:
    for where in await ways_in(act, place):
        await withdraw(act, where, person)


async def withdraw(act: Act, place: Place, person: UserId) -> None:
    """Take back what stands in a client: the invitation to a place, and to what goes with it.

    The place itself goes last: as long as it stands, the rest is known to go too.
    """
    rooms: list[RoomId] = []
    if place.is_subsite:
        groups = await place_rows.groups_of(act.index, place)
        first = first_group(groups, await people.recognise(act, person))
        rooms += [first.room] if first else []
    rooms.append(place.room)
    standing = await members.memberships(act.index, person, tuple(rooms))
    # Whoever is in by now is not thrown out.
    if standing.get(place.room) is Membership.INVITE:
        invited = [room for room in rooms if standing.get(room) is Membership.INVITE]
        await act.perform(Remove(room, person) for room in invited)


async def send_again(
    act: Act, invitation: Invitation, standing: Standing, languages: Languages
) -> Invitation:
    """Mail an invitation once more; the link in the mail before it leads nowhere from then on."""
    await invitations.refuse_inviter(act, standing.person, standing.place)
    letters.refuse_without_mail(act)
    now = datetime.now(UTC)
    if invitation.kind is not InvitationKind.ADDRESS or not invitation.address:
        raise Refusal(
            say(
                "Invitation {number} did not go by mail. Invite anew: `invite {path} <who>`.",
                number=invitation.number,
                path=standing.place.path,
            )
        )
    mark = act.plein.mark(act.cause, f"invitation {invitation.address}")
    if invitation.mail != mark:
        rules.refuse_sending_again(invitation, now)
        other = (await rows.open_in(act.index, invitation.place, now)).get(invitation.address)
        if other and other.number != invitation.number:
            rules.refuse_over(invitation, now)
        inviter = await people.recognise(act, invitation.inviter)
        expires_at = now + rules.LASTS
        letter = await letters.letter(act, inviter, standing.place, invitation.text, expires_at)
        words = languages(invitation.language)
        token, mail = letters.again(act, letter, invitation, words, now)
        await rows.send_again(act.index, invitation.number, token, mail, expires_at)
    await act.record("invitation.resend", standing.place.room, why=invitation.mark)
    return await rows.numbered(act.index, invitation.number) or invitation


async def being_declined(act: Act) -> Place | None:
    """The place of an invitation that this cause began to decline, which may be out of sight."""
    for noted in await act.noted(DECLINE):
        return await place_rows.of_room(act.index, noted.place)
    return None


async def decline(act: Act, place: Place, person: UserId) -> None:
    """Somebody will not take part: the invitation goes, and whoever invited them hears of it."""
    await act.begin(DECLINE, place.room, person)
    await withdraw(act, place, person)
    await declined(act, place, person)
    await act.record(DECLINE, place.room, person)


async def declined(act: Act, place: Place, person: UserId) -> None:
    """The same, where they said so in their client."""
    await _give_back(act, place, person)
    found = await rows.to_person(act.index, place.room, person, act.cause)
    if found is None:
        return
    name = (await people.recognise(act, person)).shown
    told = say(
        "{name} has declined your invitation {number} for {place}.",
        name=name,
        number=found.number,
        place=place.full_name,
    )
    await _tell_inviter(act, found, told)
    await _end(act, found, InvitationState.DECLINED, datetime.now(UTC))


async def arrived(act: Act, place: Place, person: UserId) -> None:
    """Somebody came into a place: an invitation of theirs is accepted."""
    now = datetime.now(UTC)
    if found := await rows.to_person(act.index, place.room, person, act.cause):
        await _end(act, found, InvitationState.ACCEPTED, now)
    where = {place.room, place.root.room}
    for number in await uses.of_person(act.index, person, where, act.cause):
        await uses.joined(act.index, number, person, now)
        by = await rows.numbered(act.index, number)
        if by and by.kind is InvitationKind.ADDRESS:
            await _tell_inviter(act, by, await _came(act, by, place, person))
            await _end(act, by, InvitationState.ACCEPTED, now)


async def _came(act: Act, invitation: Invitation, place: Place, person: UserId) -> Sentence:
    who = await people.recognise(act, person)
    return say(
        "{whom} has accepted your invitation {number} for {place}, as {name} ({user}).",
        whom=invitation.whom,
        number=invitation.number,
        place=place.full_name,
        name=who.shown,
        user=person,
    )


async def turned_down(act: Act, invitation: Invitation, place: Place) -> None:
    """Somebody who was mailed a link said on its page that they do not want to come."""
    told = say(
        "{whom} has declined your invitation {number} for {place}.",
        whom=invitation.whom,
        number=invitation.number,
        place=place.full_name,
    )
    await _tell_inviter(act, invitation, told)
    await _end(act, invitation, InvitationState.DECLINED, datetime.now(UTC))
    await act.record(DECLINE, place.room, why=invitation.mark)


async def taken_back(act: Act, place: Place, person: UserId) -> None:
    """The staff took back an invitation in their client, or shut somebody out."""
    await _give_back(act, place, person)
    if found := await rows.to_person(act.index, place.room, person, act.cause):
        await _end(act, found, InvitationState.REVOKED, datetime.now(UTC))


async def _give_back(act: Act, place: Place, person: UserId) -> None:
    """Whoever came by a link and can come no more leaves its use to others."""
    where = {place.room, place.root.room}
    for number in await uses.of_person(act.index, person, where, act.cause):
        invitation = await rows.numbered(act.index, number)
        to = await place_rows.of_room(act.index, invitation.place) if invitation else None
        if to and not await present(act, to, person):
            await uses.give_back(act.index, number, person)


async def present(act: Act, place: Place, person: UserId) -> set[Membership]:
    """How somebody stands where an invitation to a place may have brought them."""
    there = await members.memberships(
        act.index, person, [one.room for one in await ways_in(act, place)]
    )
    return {Membership.JOIN, Membership.INVITE} & set(there.values())


async def ways_in(act: Act, place: Place) -> tuple[Place, ...]:
    """Whoever came by a link may have been invited to the public group of the subsite."""
    groups = await place_rows.groups_of(act.index, place) if place.is_subsite else ()
    group = rules.public_group(groups)
    return (place, group) if group else (place,)


async def _tell_inviter(act: Act, invitation: Invitation, told: Sentence) -> None:
    """Of those on a list nobody wants to hear one by one: they are counted, the next morning."""
    if invitation.several:
        await _expect_summary(act, invitation)
    elif invitation.inviter != act.actor:
        await chats.reach(act, invitation.inviter, told, f"invitation {invitation.number}")


async def _expect_summary(act: Act, invitation: Invitation) -> None:
    """Once for all that happen on a day: setting a timer again for the same moment is one."""
    tomorrow = datetime.now(UTC).date() + timedelta(days=1)
    name = f"{SUMMARY}:{invitation.cause}:{tomorrow}"
    due = datetime.combine(tomorrow, _MORNING, UTC)
    subject = {"cause": invitation.cause}
    await timers.set(act.index, Timer(name, SUMMARY, SUMMARY, due, act.cause, subject))


async def summarise(act: Act, cause: str) -> None:
    """Tell whoever sent out a list how it stands."""
    found = await rows.of_cause(act.index, cause)
    place = await place_rows.of_room(act.index, found[0].place) if found else None
    if place is None:
        return
    states = Counter(one.state_at(datetime.now(UTC)) for one in found)
    counted = (say("{n} {state}", n=states[one], state=one) for one in states)
    told = say(
        "How your invitations {first} to {last} for {place} stand: {states}.",
        first=found[0].number,
        last=found[-1].number,
        place=place.root.full_name,
        states=Text(tuple(counted), between=", "),
    )
    await chats.reach(act, found[0].inviter, told, SUMMARY)


async def _end(act: Act, invitation: Invitation, how: InvitationState, now: datetime) -> None:
    await rows.decide(act.index, invitation.number, how, act.actor, act.cause, now)


async def expire(acts: Acts, now: datetime) -> None:
    """End what nobody accepted in time; what stands in a client is taken back."""
    for invitation in await rows.over_at(acts.index, now):
        act = acts.by(acts.plein.bot, f"invitation.expire {invitation.number}")
        try:
            await _expire(act, invitation, now)
        except TokenRevoked:
            raise
        except HomeserverError as error:
            # One that cannot be taken back must not keep the others waiting; it is tried again.
            logger.warning("invitation %s cannot expire: %s", invitation.number, error)


async def forget(acts: Acts, now: datetime) -> None:
    """Addresses that others gave us are not kept for ever, nor is what became of their mail."""
    await rows.forget_addresses(acts.index, now - rules.REMEMBERED)
    await mails.forget_ended(acts.index, now - rules.REMEMBERED)


async def _expire(act: Act, invitation: Invitation, now: datetime) -> None:
    place = await place_rows.of_room(act.index, invitation.place)
    if place is None:
        await _end(act, invitation, InvitationState.EXPIRED, now)
        return
    async with act.locks.alone_in(place.root.room):
        # Read again: it may have been sent again while we waited for our turn.
        found = await rows.numbered(act.index, invitation.number)
        if found is None or found.state_at(now) is not InvitationState.EXPIRED:
            return
        await _take_back(act, found, place)
        await act.record("invitation.expire", place.room, found.person, why=found.mark)
        await _end(act, found, InvitationState.EXPIRED, now)
