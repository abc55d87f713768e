"""Following policy lists: beginning, trying, applying and letting go."""

from dataclasses import dataclass

from plein_bot.actions import people, places, policies, policy_hits
from plein_bot.actions.acts import Act
from plein_bot.actions.ports import HomeserverError, TokenRevoked
from plein_bot.domain import policy_lists as rules
from plein_bot.domain.effects import Join, Leave, PutState
from plein_bot.domain.errors import Refusal
from plein_bot.domain.ids import RoomAlias, RoomId, UserId
from plein_bot.domain.people import Person, PersonClass, Role
from plein_bot.domain.places import Place
from plein_bot.domain.policies import Rule, RuleBook
from plein_bot.domain.policy_lists import Following, Hits, HitState, Mode
from plein_bot.domain.sentences import brief, say
from plein_bot.domain.standing import Standing
from plein_bot.index import places as place_rows
from plein_bot.index import policies as rows
from plein_bot.index import policy_hits as hit_rows
from plein_bot.index import rooms

FOLLOW, TRY, UNFOLLOW = "policy.follow", "policy.try", "policy.unfollow"
TO = {Mode.ON: policies.APPLY, Mode.DRY_RUN: TRY, Mode.OFF: UNFOLLOW}
_NUMBERS = RoomId("the numbers of policy lists")
"""A lock of its own: numbers are given out over all subsites."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A list as an admin sees it, and how they stand in the subsite that follows it."""

    following: Following
    standing: Standing
    book: RuleBook

    @property
    def subsite(self) -> Place:
        return self.standing.place


async def follow(act: Act, standing: Standing, named: str) -> Following:
    """Begin to follow a list, as a trial: it says whom it would hit, and does nothing."""
    rules.refuse_following(standing)
    subsite = standing.place
    reference = rules.reference(named)
    room = await _resolved(act, reference)
    if await rooms.is_managed(act.index, room) and await place_rows.of_room(act.index, room):
        raise Refusal(say("That room is a place of this Plein, and not a policy list."))
    lists = await rows.of_subsites(act.index, [subsite.room])
    standing_one = next((one for one in lists if one.room == room), None)
    begun = await act.has_begun(FOLLOW, subsite.room)
    if standing_one and standing_one.mode is not Mode.OFF and not begun:
        raise Refusal(
            say(
                "{place} follows that list already: it is list {number}. `policy show {number}`",
                place=subsite.full_name,
                number=standing_one.number,
            )
        )
    if sum(one.mode is not Mode.OFF for one in lists) >= rules.MOST and not begun:
        raise Refusal(
            say(
                "{place} follows {n} policy lists, and more are not possible. Let go of one first: "
                "`policy unfollow <number>`.",
                place=subsite.full_name,
                n=rules.MOST,
            )
        )
    await _refuse_listed_room(act, lists, room, reference.name)
    await _enter(act, room, reference)
    await act.begin(FOLLOW, subsite.room)
    async with act.locks.alone_in(_NUMBERS), act.locks.alone_in(subsite.room):
        everywhere = await rows.all_of(act.index)
        known = next(
            (one for one in everywhere if (one.subsite, one.room) == (subsite.room, room)), None
        )
        number = max((one.number for one in everywhere), default=0) + 1
        one = known or Following(number, subsite.room, room, Mode.DRY_RUN)
        if one.mode is Mode.OFF:
            one = one.to(Mode.DRY_RUN)
        await act.perform([PutState(subsite.room, rules.TYPE, one.content, room)])
    await act.record(FOLLOW, subsite.room, why=f"policy:{room}")
    rows.forget(act.index, room)
    return next(f for f in await rows.of_subsites(act.index, [subsite.room]) if f.room == room)


async def _resolved(act: Act, reference: rules.Reference) -> RoomId:
    if room := reference.room:
        return room
    try:
        found = await act.homeserver.resolve(RoomAlias(reference.name))
    except TokenRevoked:
        raise
    except HomeserverError:
        found = None
    if found is None:
        raise Refusal(say("I find no room at the address {name}.", name=brief(reference.name, 255)))
    return found


async def _refuse_listed_room(
    act: Act, lists: tuple[Following, ...], room: RoomId, name: str
) -> None:
    """A list may name rooms too: that of another list is not followed then."""
    for one in lists:
        book = await rows.book(act.index, one.room) if one.mode is Mode.ON else RuleBook(())
        if rule := book.against_room(room, name):
            raise Refusal(
                say(
                    "Policy list {number} ({list}) names that room itself, by the rule "
                    "`{entity}`. So I do not go there.",
                    number=one.number,
                    list=one.shown,
                    entity=rule.entity,
                )
            )


async def _enter(act: Act, room: RoomId, reference: rules.Reference) -> None:
    if not await policies.is_readable(act, room):
        via = tuple(dict.fromkeys((*reference.via, act.plein.server)))
        try:
            await act.homeserver.perform(Join(room, via), act.cause)
        except TokenRevoked:
            raise
        except HomeserverError as error:
            raise Refusal(
                say(
                    "I cannot come into that room: {why}. A list has to be open to everybody who "
                    "knows its address.",
                    why=brief(str(error), 200),
                )
            ) from error
    await act.told_back(lambda: policies.is_readable(act, room))


async def find(act: Act, number: int, role: Role = Role.MODERATOR) -> Seen:
    """A list by its number; one of a subsite that is not the actor's sounds as if there is none."""
    one = next((one for one in await rows.all_of(act.index) if one.number == number), None)
    standing = await places.at(act, one.subsite) if one else None
    if one is None or standing is None or standing.power < Role.MODERATOR.power:
        raise rules.no_such_list(number)
    standing.require(role)
    return Seen(one, standing, await rows.book(act.index, one.room))


async def as_if(act: Act, standing: Standing, rule: Rule) -> Seen:
    """A list in which there is this rule and nothing else, to see what it would come to."""
    nowhere = Following(0, standing.place.root.room, RoomId(""), Mode.ON)
    here = await places.at(act, standing.place.root.room)
    return Seen(nowhere, here or standing, RuleBook([rule]))


async def of_place(act: Act, standing: Standing) -> tuple[Following, ...]:
    standing.require(Role.MODERATOR)
    lists = await rows.of_subsites(act.index, [standing.place.root.room])
    return tuple(one for one in lists if one.mode is not Mode.OFF)


async def would_hit(act: Act, seen: Seen) -> Hits:
    """Whom a list comes to as things are now."""
    subsite = seen.subsite
    there = await policy_hits.whereabouts(act, subsite, None)
    moderating = await policy_hits.staff_of(act, subsite)
    own = {act.plein.bot, act.plein.reserve}
    by = await policies.matched(
        {seen.following.room: seen.book}, there.keys() - own, act.plein.server
    )
    known = await people.recognise_all(act, sorted(by))
    spared = {
        hit.person
        for hit in await hit_rows.of_subsite(act.index, subsite.room, by.keys())
        if hit.state is HitState.SPARED
    }
    shown = (subsite, *await place_rows.groups_of(act.index, subsite))
    standings = await places.stand_in_all(act, seen.standing.person, shown)
    visible = [one.place for one in standings if one.may_see]
    out: dict[Person, Rule] = {}
    asked: dict[Person, Rule] = {}
    staying: list[Person] = []
    for user, person in known.items():
        rule = by[user][seen.following.room]
        if user in moderating or user in spared:
            staying.append(person)
        elif person.person_class is PersonClass.OFFICIAL:
            asked[person] = rule
        else:
            out[person] = rule
    where = {
        user: tuple(place for place in visible if place.room in rooms_of)
        for user, rooms_of in there.items()
        if user in by
    }
    return Hits(out, asked, tuple(staying), where)


async def shut_out_by(act: Act, seen: Seen) -> tuple[UserId, ...]:
    """Who is out of the subsite because of this list."""
    hits = await hit_rows.of_subsite(act.index, seen.subsite.room)
    return tuple(
        sorted(
            hit.person
            for hit in hits
            if hit.list_room == seen.following.room and hit.state.shuts_out
        )
    )


async def is_held(act: Act, seen: Seen) -> bool:
    """Whether it has named too many, and waits for a yes."""
    return seen.following.room in await hit_rows.held(act.index, seen.subsite.room)


async def has_begun(act: Act, seen: Seen, mode: Mode) -> bool:
    """Whether this cause was interrupted in switching it so."""
    return await act.has_begun(TO[mode], seen.subsite.room)


async def switch(act: Act, seen: Seen, mode: Mode, *, keep: bool = False) -> None:
    """Follow a list in another way, with what that comes to.

    Where it counts no more, what it brought about is lifted; with `keep` that stays, as if the
    staff had done it.
    """
    subsite, one = seen.subsite, seen.following
    action = TO[mode]
    async with act.locks.alone_in(subsite.room):
        await act.begin(action, subsite.room)
        if keep:
            hits = await hit_rows.of_subsite(act.index, subsite.room)
            await hit_rows.drop(
                act.index, [hit.number for hit in hits if hit.list_room == one.room]
            )
        wanted = one.to(mode)
        await act.perform([PutState(subsite.room, rules.TYPE, wanted.content, one.room)])
        await policies.apply(act, subsite, agreed=one.room if mode is Mode.ON else None)
        await act.record(action, subsite.room, why=f"policy:{one.room}")
    if mode is Mode.OFF and not await rows.is_followed(act.index, one.room):
        await _leave(act, one.room)


async def _leave(act: Act, room: RoomId) -> None:
    """A room of somebody else in which there is nothing to read any more."""
    if not await rooms.is_managed(act.index, room) and await policies.is_readable(act, room):
        await act.perform([Leave(room)])
