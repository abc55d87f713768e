"""Carrying out what policy lists come to: who is shut out, asked about, or let in again."""

import asyncio
import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from plein_bot.actions import bans, cascades, people, places, sanctions
from plein_bot.actions.acts import Act
from plein_bot.domain.bans import BAN, UNBAN
from plein_bot.domain.effects import React, Say
from plein_bot.domain.events import Membership
from plein_bot.domain.ids import RoomId, UserId
from plein_bot.domain.introductions import introduce
from plein_bot.domain.people import Person, Role
from plein_bot.domain.places import Place
from plein_bot.domain.policies import Rule
from plein_bot.domain.policy_lists import Following, Hit, HitState
from plein_bot.domain.sentences import Sentence, brief, say
from plein_bot.domain.standing import Standing
from plein_bot.index import audits, members
from plein_bot.index import places as place_rows
from plein_bot.index import policy_hits as rows

logger = logging.getLogger(__name__)

YES, NO = "✅", "❌"
_AT_ONCE = 5
"""People at a time: each goes out of many rooms."""


@dataclass(frozen=True, slots=True)
class Case:
    """What is known of one person whom lists hit, or hit before, in a subsite.

    `by` are the rules that hit them now. `let_go` are lists of which it is certain that they do not
    count any more: of one that cannot be told nothing is lifted.
    """

    person: Person
    hits: tuple[Hit, ...]
    by: Mapping[RoomId, Rule]
    let_go: frozenset[RoomId]
    lists: Mapping[RoomId, Following] = field(default_factory=dict)

    @property
    def over(self) -> tuple[Hit, ...]:
        return tuple(hit for hit in self.hits if hit.list_room in self.let_go)

    @property
    def standing(self) -> tuple[Hit, ...]:
        return tuple(hit for hit in self.hits if hit.list_room not in self.let_go)


async def attend(act: Act, subsite: Place, cases: Sequence[Case]) -> None:
    """Bring about what the hits say that were written down. The caller holds the lock."""
    turn = asyncio.Semaphore(_AT_ONCE)

    async def one(case: Case) -> None:
        async with turn:
            await _attend(act, subsite, case)

    done = await asyncio.gather(*map(one, cases), return_exceptions=True)
    for failure in done:
        if isinstance(failure, BaseException):
            raise failure


async def _attend(act: Act, subsite: Place, case: Case) -> None:
    if any(hit.state.shuts_out for hit in case.standing):
        await _shut_out(act, subsite, case)
    elif any(hit.state.shuts_out for hit in case.over):
        await _let_in(act, subsite, case)
    for hit in case.standing:
        if hit.state is HitState.ASKED and hit.notice is None:
            await _ask(act, subsite, case, hit)
    for hit in case.over:
        if hit.state is HitState.ASKED and hit.notice:
            over = say("The list has taken its rule against {name} back.", name=case.person.shown)
            await under_notice(act, subsite, hit, over, "over")
    await rows.drop(act.index, [hit.number for hit in case.over])


async def _shut_out(act: Act, subsite: Place, case: Case) -> None:
    shutting = [hit for hit in case.standing if hit.state.shuts_out]
    there = await members.memberships(act.index, case.person.id, (subsite.room,))
    is_out = there.get(subsite.room) is Membership.BAN
    was_out = any(hit.state is HitState.DONE for hit in shutting)
    if was_out and not is_out and await _was_let_in(act, subsite, case.person.id):
        # The staff lifted it. They know better than a list.
        await rows.move(act.index, [hit.number for hit in shutting], HitState.SPARED)
        return
    if not is_out or await act.has_begun(BAN, subsite.room, case.person.id):
        planned = await bans.plan(act, _for_the_lists(act, subsite), case.person)
        # It has a number like any other, by which the person can object.
        one = await sanctions.impose(act, planned.deed, _why(case))
        planned = replace(planned, deed=replace(planned.deed, why=one.mark))
        done = await bans.carry_out(act, planned)
        await bans.tell(act, done, _why(case))
    begun = [hit.number for hit in shutting if hit.state is HitState.BEGUN]
    if begun:
        await rows.move(act.index, begun, HitState.DONE)


async def let_be(act: Act, subsite: Place, person: Person) -> None:
    """Whatever the lists brought about is lifted, and whatever they say counts no more."""
    hits = await rows.of_subsite(act.index, subsite.room, [person.id])
    if any(hit.state.shuts_out for hit in hits):
        await _let_in(act, subsite, Case(person, hits, {}, frozenset()))
    await rows.move(act.index, [hit.number for hit in hits], HitState.SPARED)


async def _was_let_in(act: Act, subsite: Place, person: UserId) -> bool:
    """Whether the last thing that was done to them by name was to lift a ban, and not by Plein."""
    if await act.has_begun(BAN, subsite.room, person):
        return False
    found = await audits.last(act.index, (BAN, UNBAN), places=(subsite.room,), whom=person)
    last = found.get(subsite.room)
    return last is not None and last.action == UNBAN and last.actor != act.plein.bot


async def _let_in(act: Act, subsite: Place, case: Case) -> None:
    """Lift the ban that came of the lists, and not one that the staff gave themselves."""
    user = case.person.id
    begun = await act.has_begun(UNBAN, subsite.room, user)
    if not begun and not await _is_the_lists(act, subsite, user):
        return
    deed = await bans.plan_lifting(act, _for_the_lists(act, subsite), case.person)
    await bans.tell_lifted(act, await bans.lift(act, deed))


async def _is_the_lists(act: Act, subsite: Place, person: UserId) -> bool:
    found = await members.bans(act.index, (subsite.room,), person)
    if not found or found[0].sender != act.plein.bot:
        return False
    last = await audits.last(act.index, (BAN, UNBAN), places=(subsite.room,), whom=person)
    deed = last.get(subsite.room)
    return deed is None or deed.actor in (act.plein.bot, None)


def _for_the_lists(act: Act, subsite: Place) -> Standing:
    """A list does what a moderator may, and so nothing to one."""
    bot = Person(act.plein.bot, at_home=True)
    there = Membership.JOIN
    return Standing(bot, subsite, there, there, power=Role.MODERATOR.power)


def _why(case: Case) -> str:
    """The reason that the rule gives; a list may be anybody's, so it is kept short."""
    rules = (case.by[hit.list_room] for hit in case.standing if hit.list_room in case.by)
    return next((brief(rule.reason, 200) for rule in rules if rule.reason), "")


async def _ask(act: Act, subsite: Place, case: Case, hit: Hit) -> None:
    """Ask the staff about somebody who works for government, once."""
    staff_room = await place_rows.staff_room(act.index, subsite)
    rule, followed = case.by.get(hit.list_room), case.lists.get(hit.list_room)
    if staff_room is None or rule is None or followed is None:
        return
    asked = say(
        "Policy list {list} ({name}) names {who}, by the rule `{entity}`. The list says: "
        "“{reason}”. Whoever works for government I shut out only when you say so. Shut out of "
        "{place}: `policy confirm {number}` or ✅. Let be: `policy spare {number}` or ❌.",
        list=followed.number,
        name=followed.shown,
        who=introduce(case.person),
        entity=rule.entity,
        reason=brief(rule.reason, 200),
        place=subsite.full_name,
        number=hit.number,
    )
    # For the hit's own cause, so that it is asked once whoever comes by again.
    notice = Say(staff_room, asked, f"policy:{hit.number}", act.plein.language)
    event = await act.homeserver.say(notice, hit.cause)
    await act.perform([React(staff_room, event, YES), React(staff_room, event, NO)])
    # Last, because it says that all of this is done.
    await rows.noticed(act.index, hit.number, event)


async def under_notice(act: Act, subsite: Place, hit: Hit, text: Sentence, step: str) -> None:
    staff_room = await place_rows.staff_room(act.index, subsite)
    if staff_room is None or hit.notice is None:
        return
    answer = Say(
        staff_room,
        text,
        f"policy:{hit.number}:{step}",
        act.plein.language,
        reply_to=hit.notice,
    )
    await act.homeserver.say(answer, hit.cause)


async def befallen(act: Act, subsite: Place, action: str) -> tuple[Person, ...]:
    """To whom this cause did it, also before it was interrupted."""
    found = await audits.befallen(act.index, act.cause, action, place=subsite.room)
    return await named(act, subsite, found)


async def named(act: Act, subsite: Place, users: Sequence[UserId]) -> tuple[Person, ...]:
    """Who they are; whoever is out bears no name any more, and is called as they were there."""
    names = await members.names_in(act.index, subsite.room, users)
    known = await people.recognise_all(act, users)
    return tuple(replace(known[u], name=names.get(u) or known[u].name) for u in users)


async def staff_of(act: Act, subsite: Place) -> frozenset[UserId]:
    """Moderators and up, of the subsite or of any of its groups, and what is Plein's own."""
    groups = await place_rows.groups_of(act.index, subsite)
    roles = await places.roles_in_all(act, (subsite, *groups))
    moderating = {
        user
        for each in roles.values()
        for user, power in each.counting.items()
        if power >= Role.MODERATOR.power
    }
    return frozenset({*moderating, *filter(None, (act.plein.bot, act.plein.reserve))})


async def whereabouts(
    act: Act, subsite: Place, only: Iterable[UserId] | None
) -> dict[UserId, tuple[RoomId, ...]]:
    """Who is in the subsite, invited or waiting, and in which of its rooms."""
    around = await cascades.all_around(act, subsite)
    found: dict[UserId, tuple[RoomId, ...]] = {}
    for room, users in (await members.present(act.index, around.rooms)).items():
        for user in users:
            found[user] = (*found.get(user, ()), room)
    if only is None:
        return found
    return {user: found[user] for user in only if user in found}
