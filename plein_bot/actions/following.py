"""Power levels that somebody changed in a client: roles and mutes are followed, no more."""

from dataclasses import dataclass, replace
from typing import Any

from plein_bot.actions import followed_mutes, offers, people, places, roles, staff
from plein_bot.actions.acts import Act
from plein_bot.actions.drift import DRIFT, Kept
from plein_bot.domain import following as rules
from plein_bot.domain.drift import POWER_LEVELS, explained
from plein_bot.domain.following import Followed, Refused
from plein_bot.domain.giving import Giving
from plein_bot.domain.ids import EventId
from plein_bot.domain.people import Person, Role
from plein_bot.domain.places import Place
from plein_bot.domain.plans import levels_of, staff_levels
from plein_bot.domain.power import STAFF
from plein_bot.domain.roles import Roles
from plein_bot.domain.sentences import Sentence, Text, paragraphs, say
from plein_bot.index import drift as rows


@dataclass(frozen=True, slots=True)
class Change:
    """Power levels before and after somebody's change, and as Plein had them."""

    before: dict[str, Any]
    after: dict[str, Any]
    ours: dict[str, Any]

    @property
    def touches_rights(self) -> bool:
        """Whether more was changed than who has which role, and not to what it should be."""
        after = rules.without_users(self.after)
        return after not in (rules.without_users(self.before), rules.without_users(self.ours))


async def changed(act: Act, one: Kept, event: EventId) -> None:
    """Follow the roles that were given, where they may be; put back everything else."""
    async with act.locks.alone_in(one.place.root.room):
        standing = await places.roles_in(act, one.place)
        change = await _change(act, one, event, standing)
        followed = await _follow(act, one.place, change, standing)
        await _carry_out(act, one.place, followed)
        raised = {refused.to for refused in followed.refused}
        mutes = await followed_mutes.follow(act, one, change.before, change.after, but=raised)
        if followed.refused or change.touches_rights or mutes:
            told = await _told(act, one.place, change, followed)
            await staff.tell(act, one.place, paragraphs(*told.parts, *mutes), "roles")
            await act.record(DRIFT, one.room, event=event)
        if followed.offered:
            person = await people.recognise(act, followed.offered)
            await offers.offer(act, one.place, person)


async def _change(act: Act, one: Kept, event: EventId, standing: Roles) -> Change:
    ours = staff_levels(standing) if one.is_staff_room else levels_of(one.place, standing)
    theirs = await rows.written(act.index, event)
    before = await rows.before(act.index, event)
    return Change(before or ours, theirs[1] if theirs else ours, ours)


async def _follow(act: Act, place: Place, change: Change, standing: Roles) -> Followed:
    moved = rules.changes(change.before, change.after)
    known = await people.recognise_all(act, {act.actor, *moved})
    giver = await places.stand(act, known[act.actor], place)
    stands = {user: await places.stand(act, known[user], place) for user in moved}
    there = await roles.owners_there(act, place, standing)
    followed = rules.follow(giver, moved, stands, standing, there, act.plein)
    # What this cause was doing when it was interrupted is done, and looks like nothing by now.
    begun = [
        Giving(known[user], Role.of_power(power), Role.MEMBER, standing.own)
        for user, power in moved.items()
        if await act.has_begun(roles.GIVE, place.room, user)
    ]
    again = {one.person.id for one in begun}
    return replace(
        followed,
        given=(*begun, *(one for one in followed.given if one.person.id not in again)),
        refused=tuple(one for one in followed.refused if one.to not in again),
    )


async def _carry_out(act: Act, place: Place, followed: Followed) -> None:
    for one in followed.given:
        await act.begin(roles.GIVE, place.room, one.person.id)
    raised = [
        one.person.id for one in followed.given if place.is_subsite and one.role.power >= STAFF
    ]
    await roles.put(act, place.root, {place.room: followed.own}, raised=raised)
    await offers.settle(act, place.root)
    for one in followed.given:
        await act.record(roles.GIVE, place.room, one.person.id)
        if one.person.id != act.actor:
            await roles.tell(act, place, one.person.id, one.role)


async def _told(act: Act, place: Place, change: Change, followed: Followed) -> Text:
    users = {one.to for one in followed.refused}
    known = await people.recognise_all(act, {act.actor, *users})
    who = known[act.actor].shown
    parts: list[Sentence | Text] = []
    for one in followed.refused:
        parts += _told_of(place, who, known[one.to], one, asked=one.to == followed.offered)
    if change.touches_rights:
        parts.append(explained(who, POWER_LEVELS, place))
    return paragraphs(*parts)


def _told_of(
    place: Place, who: str, person: Person, one: Refused, *, asked: bool
) -> list[Sentence | Text]:
    made = say(
        "{who} made {name} {role} of {place} in a client. I have put that back.",
        who=who,
        name=person.shown,
        role=one.role,
        place=place.full_name,
    )
    if asked:
        return [
            made,
            say(
                "Nobody becomes an owner unasked, so I have asked {name}. Was another role meant? "
                "Then type `role {path} {user} admin`.",
                name=person.shown,
                path=place.path,
                user=person.id,
            ),
        ]
    if one.why:
        return [made, say("For {who}: {why}", who=who, why=one.why)]
    return [made, say("This does it: `role {path} <who> …`.", path=place.path)]
