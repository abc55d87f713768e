"""What happens in rooms without a command: invitations, knocks, comings and goings, reactions."""

import logging

from plein_bot.actions import (
    admissions,
    cases,
    chats,
    joining,
    offer_endings,
    offers,
    people,
    policies,
    policy_decisions,
    requests,
)
from plein_bot.actions.acts import Act, Acts
from plein_bot.commands.answering import Answering
from plein_bot.commands.dialogues import listed
from plein_bot.commands.goings import went
from plein_bot.commands.replies import Reply
from plein_bot.commands.roles import accepted, declined
from plein_bot.domain import servers
from plein_bot.domain.cases import Case, Tap, tapped
from plein_bot.domain.effects import Join, Leave, Say
from plein_bot.domain.errors import Refusal
from plein_bot.domain.events import InvitedHere, Line, MemberChanged, Membership, Reaction
from plein_bot.domain.ids import RoomId, UserId, server_of
from plein_bot.domain.offers import Offer
from plein_bot.domain.people import Person
from plein_bot.domain.places import Place
from plein_bot.domain.requests import Request, RequestState
from plein_bot.domain.sentences import Sentence, Text, say
from plein_bot.domain.standing import Standing
from plein_bot.index import cases as case_rows
from plein_bot.index import dialogues, members, preferences, rooms
from plein_bot.index import places as place_rows
from plein_bot.index import policies as policy_rows
from plein_bot.index import requests as request_rows

logger = logging.getLogger(__name__)

_THERE = (Membership.JOIN, Membership.INVITE)
_COMES = (*_THERE, Membership.KNOCK)


class Arrivals:
    def __init__(self, acts: Acts, answering: Answering) -> None:
        self._acts = acts
        self._answering = answering

    async def invited(self, here: InvitedHere, cause: str) -> None:
        """Go into a direct chat; out of anything else, with a word why."""
        act = self._acts.by(here.sender, cause)
        if await self._is_over(act, here.room):
            return
        await act.perform([Join(here.room)])

        async def is_known() -> bool:
            there = await members.of_room(act.index, here.room)
            return there.get(act.plein.bot) is not Membership.INVITE and bool(there)

        await act.told_back(is_known)
        if await members.alone_with(act.index, act.plein.bot, here.room) is None:
            await self._not_alone(act, here.room)
            return
        language = await self._language(act, here.sender)
        hello = say("Hello, I am Plein. Type `help` to see what I can do for you.")
        await act.homeserver.say(Say(here.room, hello, "hello", language), act.cause)

    async def _is_over(self, act: Act, room: RoomId) -> bool:
        """Whether the invitation was withdrawn, or Plein has left again already."""
        mine = await rooms.memberships(act.index, [room])
        return mine.get(room) not in _THERE

    async def changed(self, change: MemberChanged) -> None:
        """Somebody came, knocked or went."""
        act = self._acts.by(change.sender, change.event)
        place = await place_rows.of_room(act.index, change.room)
        if change.person in (act.plein.bot, act.plein.reserve):
            return  # What belongs to Plein itself comes and goes by no rule.
        if place is None:
            if subsite := await place_rows.subsite_of_inner_space(act.index, change.room):
                await self._changed_in_inner_space(act, subsite, change)
            else:
                await self._changed_elsewhere(act, change)
            return
        if change.membership in _COMES and await self._was_listed(act, place, change):
            return
        match change.membership:
            case Membership.KNOCK:
                await self._knocked(act, place, change)
            case Membership.JOIN if change.before is not Membership.JOIN:
                await self._joined(act, place, change)
            case Membership.INVITE:
                await self._was_invited(act, place, change)
            case Membership.LEAVE | Membership.BAN:
                await went(act, place, change)
            case _:
                pass

    async def _was_listed(self, act: Act, place: Place, change: MemberChanged) -> bool:
        """Whether a policy list keeps them out; whoever invited them hears why."""
        if change.before is change.membership or not await policies.meet(act, place, change.person):
            return False
        if change.membership is Membership.INVITE and change.sender != act.plein.bot:
            name = (await people.recognise(act, change.person)).shown
            why = say(
                "Your invitation of {name} to {place} is withdrawn: a policy list that {subsite} "
                "follows names {name}.",
                name=name,
                place=place.full_name,
                subsite=place.root.full_name,
            )
            await chats.tell(act, change.sender, why, "withdrawn")
        return True

    async def _changed_in_inner_space(
        self, act: Act, subsite: Place, change: MemberChanged
    ) -> None:
        """It only shows groups: whoever is in the subsite walks in, and nobody has to ask."""
        if change.membership is Membership.KNOCK:
            await joining.send_away(act, change.room, change.person)
            why = say(
                "That room only shows groups of {place}. To take part, type `join {path}`.",
                place=subsite.name,
                path=subsite.path,
            )
            await chats.tell(act, change.person, why, "refused")
        elif change.membership is Membership.JOIN:
            there = await members.memberships(act.index, change.person, [subsite.room])
            if there.get(subsite.room) is not Membership.JOIN:
                await joining.send_away(act, change.room, change.person)

    async def _changed_elsewhere(self, act: Act, change: MemberChanged) -> None:
        """A direct chat has exactly two members (design 4)."""
        came = change.membership in _THERE and change.before not in _THERE
        if not came or await rooms.is_managed(act.index, change.room):
            return
        if not await members.is_closed(act.index, change.room):
            return  # where everybody may come it is one of many, and says nothing
        if await policy_rows.is_followed(act.index, change.room):
            return  # there it reads along
        there = await members.of_room(act.index, change.room)
        present = [user for user, membership in there.items() if membership in _THERE]
        if there.get(act.plein.bot) is Membership.JOIN and len(present) > 2:
            await self._not_alone(act, change.room)

    async def _not_alone(self, act: Act, room: RoomId) -> None:
        why = say(
            "I only talk with one person at a time, so I leave this room. "
            "Start a direct chat with me."
        )
        language = await self._language(act, act.actor)
        await act.homeserver.say(Say(room, why, "not alone", language), act.cause)
        await act.perform([Leave(room)])

    async def _knocked(self, act: Act, place: Place, change: MemberChanged) -> None:
        try:
            async with act.locks.alone_in(place.root.room):
                await joining.knocked(act, place, change.reason or "")
        except Refusal as refusal:
            await joining.send_away(act, place.room, change.person)
            await chats.tell(act, change.person, refusal.sentence, "refused")

    async def _joined(self, act: Act, place: Place, change: MemberChanged) -> None:
        try:
            async with act.locks.alone_in(place.root.room):
                invited = change.before is Membership.INVITE
                standing = await joining.arrived(act, place, change.person, invited=invited)
        except Refusal as refusal:
            await joining.send_away(act, place.room, change.person)
            await chats.tell(act, change.person, refusal.sentence, "refused")
            return
        came_along = await place_rows.came_along(act.index, place.room, change.person)
        if place.is_subsite and standing.is_in and not came_along:
            await self._offer_groups(act, standing)

    async def _offer_groups(self, act: Act, standing: Standing) -> None:
        """`In Zaanstreek: 1 Leden 2 Jeugdzorg. Answer with numbers to take part.`"""
        groups = await admissions.groups_to_offer(act, standing.place, standing.person)
        if not groups:
            return
        names = Text(
            tuple(
                say("{number} {name}", number=number, name=group.name)
                for number, group in enumerate(groups, 1)
            ),
            between=" ",
        )
        offer = say(
            "In {place}: {groups}. Answer with numbers to take part.",
            place=standing.place.name,
            groups=names,
        )
        person = standing.person.id
        if act.plein.is_relayed(person):
            return  # They take part through the relay, in the rooms that it links.
        room = await chats.with_person(act, person)
        reply = Reply(offer, offers=tuple(f"join {group.path}" for group in groups))
        if asked := listed(reply):
            await dialogues.turn(act.index, room, person, act.cause, asked)
        await chats.tell(act, person, offer, "groups")

    async def _was_invited(self, act: Act, place: Place, change: MemberChanged) -> None:
        """An invitation by hand approves who waits, and is withdrawn where it breaks the rule."""
        if change.sender == act.plein.bot:
            return
        guest = await people.recognise(act, change.person)
        if why := _against_the_rules(place, guest):
            await joining.send_away(act, place.room, change.person)
            await chats.tell(act, change.sender, why, "withdrawn")
            return
        await joining.close_request(act, place, change.person, RequestState.APPROVED)
        await admissions.welcome(act, place, guest)

    async def reacted(self, reaction: Reaction) -> None:
        """A tap under something that asks: a request in the staff room, or a preview."""
        act = self._acts.by(reaction.sender, reaction.event)
        key = reaction.key.rstrip("\ufe0f")
        if request := await self._request_behind(act, reaction):
            if key in (requests.YES, requests.NO):
                await self._decided(act, reaction, request.number, yes=key == requests.YES)
        elif offer := await offers.behind(act, reaction.on):
            if key in (requests.YES, requests.NO) and offer.person == reaction.sender:
                await self._answered_offer(act, reaction, offer, yes=key == requests.YES)
        elif case := await self._case_behind(act, reaction):
            if tap := tapped(reaction.key):
                await self._decided_case(act, reaction, case, tap)
        elif hit := await policy_decisions.hit_behind(act, reaction.on):
            if key in (requests.YES, requests.NO):
                await self._decided_hit(act, reaction, hit.number, out=key == requests.YES)
        elif await dialogues.asked_by(
            act.index, reaction.room, reaction.sender, reaction.on, act.cause
        ):
            await self._answering.line(
                Line(
                    reaction.event,
                    reaction.room,
                    reaction.sender,
                    key,
                    reaction.ts,
                    reply_to=reaction.on,
                )
            )

    async def _answered_offer(
        self, act: Act, reaction: Reaction, offer: Offer, *, yes: bool
    ) -> None:
        place = await place_rows.of_room(act.index, offer.place)
        if place is None:
            return
        try:
            async with act.locks.alone_in(place.root.room):
                if yes:
                    await offer_endings.accept(act, offer, place)
                else:
                    await offer_endings.decline(act, offer, place)
        except Refusal as refusal:
            told = refusal.sentence
        else:
            told = accepted(place) if yes else declined(place)
        language = await self._language(act, reaction.sender)
        answer = Say(reaction.room, told, "answer", language, reply_to=reaction.on)
        await act.homeserver.say(answer, act.cause)

    async def _request_behind(self, act: Act, reaction: Reaction) -> Request | None:
        subsite = await place_rows.subsite_of_staff_room(act.index, reaction.room)
        if subsite is None:
            return None
        # A quick hand taps before the notice that it taps on has been written down.
        async with act.locks.alone_in(subsite.room):
            return await request_rows.behind(act.index, reaction.on)

    async def _case_behind(self, act: Act, reaction: Reaction) -> Case | None:
        subsite = await place_rows.subsite_of_staff_room(act.index, reaction.room)
        if subsite is None:
            return await case_rows.behind(act.index, reaction.on)
        async with act.locks.alone_in(subsite.room):
            return await case_rows.behind(act.index, reaction.on)

    async def _decided_case(self, act: Act, reaction: Reaction, case: Case, tap: Tap) -> None:
        try:
            await cases.find(act, case.number)
        except Refusal:
            return  # whoever may not decide taps in vain, and nobody is told
        await self._answering.tapped(reaction, f"{tap.line} {case.number}")

    async def _decided(self, act: Act, reaction: Reaction, number: int, *, yes: bool) -> None:
        try:
            request, standing = await requests.find(act, number)
        except Refusal:
            return  # whoever is no staff taps in vain, and nobody is told
        try:
            async with act.locks.alone_in(standing.place.root.room):
                await (requests.approve if yes else requests.deny)(act, request.number)
        except Refusal as refusal:
            told = refusal.sentence
            notice = Say(reaction.room, told, "decided", act.plein.language, reply_to=reaction.on)
            await act.homeserver.say(notice, act.cause)

    async def _decided_hit(self, act: Act, reaction: Reaction, number: int, *, out: bool) -> None:
        try:
            await policy_decisions.find_hit(act, number)
        except Refusal:
            return  # whoever is no staff taps in vain, and nobody is told
        try:
            await policy_decisions.decide(act, number, out=out)
        except Refusal as refusal:
            told = refusal.sentence
            notice = Say(reaction.room, told, "decided", act.plein.language, reply_to=reaction.on)
            await act.homeserver.say(notice, act.cause)

    async def _language(self, act: Act, person: UserId) -> str:
        return await preferences.language(act.index, person) or act.plein.language


def _against_the_rules(place: Place, guest: Person) -> Sentence | None:
    """Why an invitation of somebody cannot stand."""
    if not place.admits_class_of(guest):
        return say(
            "Your invitation of {name} to {place} is withdrawn: {name} takes part as a "
            "citizen, and the setting `citizens` of {place} is “no”.",
            name=guest.shown,
            place=place.full_name,
        )
    if not servers.may_come(place, guest):
        return say(
            "Your invitation of {name} to {place} is withdrawn: {place} does not take part with "
            "the homeserver {server}, where {name} has an account.",
            name=guest.shown,
            place=place.full_name,
            server=server_of(guest.id),
        )
    return None
