"""Policy lists at work: who is hit by those that a subsite follows, now and whenever one comes."""

import asyncio
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from plein_bot.actions import people, policy_hits, policy_servers, staff
from plein_bot.actions.acts import Act
from plein_bot.actions.policy_hits import Case
from plein_bot.domain.bans import BAN, UNBAN
from plein_bot.domain.enumerations import in_a_row
from plein_bot.domain.errors import Refusal
from plein_bot.domain.events import Membership
from plein_bot.domain.ids import RoomId, UserId
from plein_bot.domain.people import Person, PersonClass
from plein_bot.domain.places import Place
from plein_bot.domain.policies import Rule, RuleBook
from plein_bot.domain.policy_lists import Following, Hit, HitState, Mode
from plein_bot.domain.sentences import Sentence, Text, lines, say
from plein_bot.index import places as place_rows
from plein_bot.index import policies as rows
from plein_bot.index import policy_hits as hit_rows
from plein_bot.index import rooms
from plein_bot.index.policy_hits import NewHit

MOST_IN_A_DAY = 20
"""People whom a list that changes shuts out without a word of the staff."""

APPLY = "policy.apply"
_OUT = (HitState.HELD, HitState.BEGUN, HitState.DONE)

Matched = Mapping[UserId, Mapping[RoomId, Rule]]


async def matched(
    books: Mapping[RoomId, RuleBook], users: Collection[UserId], own: str
) -> dict[UserId, dict[RoomId, Rule]]:
    """Which rule of which list is against whom; beside the loop, for both may be long."""

    def look() -> dict[UserId, dict[RoomId, Rule]]:
        found: dict[UserId, dict[RoomId, Rule]] = {}
        for user in users:
            for room, book in books.items():
                if rule := book.against(user, own):
                    found.setdefault(user, {})[room] = rule
        return found

    return await asyncio.to_thread(look) if books and users else {}


async def apply(
    act: Act,
    subsite: Place,
    only: Collection[UserId] | None = None,
    *,
    agreed: RoomId | None = None,
) -> None:
    """Bring a subsite up to date with its lists; with `only` for these people.

    But for the list to which the staff have `agreed`, none hits a crowd, be it one by one: somebody
    may have made a mistake there, or taken the list over. Then it is held until the staff agree.

    The caller holds the lock. What is to be done is written down before anything is, and stays as
    long as the rule does: so it is known whose a ban is.
    """
    act = replace(act, actor=act.plein.bot)
    followed = {one.room: one for one in await rows.of_subsites(act.index, [subsite.room])}
    on = [one for one in followed.values() if one.mode is Mode.ON]
    there = await policy_hits.whereabouts(act, subsite, only)
    known = await hit_rows.of_subsite(act.index, subsite.room, only)
    if not known and not (on and there):
        if only is None and followed:
            await policy_servers.deny(act, subsite, on)
        return
    if agreed:
        await _let_go_on(act, [hit for hit in known if hit.list_room == agreed], there)
        known = await hit_rows.of_subsite(act.index, subsite.room, only)
    books = await rows.books(act.index, on)
    users = {*there, *(hit.person for hit in known)} - await policy_hits.staff_of(act, subsite)
    by = await matched(books, users, act.plein.server)
    persons = await people.recognise_all(act, sorted({*by, *(hit.person for hit in known)}))
    new = list(_new(by, there, persons, {(hit.person, hit.list_room): hit.state for hit in known}))
    fresh = Counter(one.list_room for one in new if one.state is HitState.BEGUN)
    if fresh:
        held = await hit_rows.held(act.index, subsite.room)
        crowds = await _crowds(act, subsite, fresh, agreed) if only is None else set()
        for room in crowds - held:
            await _leave_to_staff(act, subsite, followed[room], fresh[room])
        new = [_held(one) if one.list_room in (held | crowds) - {agreed} else one for one in new]
    await hit_rows.add(act.index, subsite.room, new, act.cause)
    if only is None and followed:
        await policy_servers.deny(act, subsite, on)

    standing = await hit_rows.of_subsite(act.index, subsite.room, only)
    # Of a list that cannot be read it cannot be said that it has let somebody go.
    told = {room for room in followed if await _is_certain(act, followed[room])}
    cases = []
    for user, person in persons.items():
        hits = tuple(hit for hit in standing if hit.person == user)
        rules = by.get(user, {})
        lists = {hit.list_room for hit in hits} - rules.keys()
        let_go = frozenset(lists & told)
        cases.append(Case(person, hits, rules, let_go, followed))
    await policy_hits.attend(act, subsite, cases)
    await _tell_staff(act, subsite, on)


async def _let_go_on(act: Act, hits: Collection[Hit], there: Collection[UserId]) -> None:
    """The staff have seen whom the list names; who has gone meanwhile is met when they come.

    From here on it is counted anew how many the list shuts out of its own accord.
    """
    gone = [hit for hit in hits if hit.state is HitState.HELD and hit.person not in there]
    agreed = [hit for hit in hits if hit.state in _OUT and hit not in gone]
    await hit_rows.agree(act.index, [hit.number for hit in agreed], act.cause)
    await hit_rows.drop(act.index, [hit.number for hit in gone])


async def _crowds(
    act: Act, subsite: Place, fresh: Mapping[RoomId, int], agreed: RoomId | None
) -> set[RoomId]:
    """The lists that would have shut out too many in a day."""
    since = datetime.now(UTC) - timedelta(days=1)
    lately = await hit_rows.shut_out_since(act.index, subsite.room, since, APPLY)
    return {
        room
        for room, n in fresh.items()
        if room != agreed and n + lately.get(room, 0) > MOST_IN_A_DAY
    }


def _held(hit: NewHit) -> NewHit:
    return hit._replace(state=HitState.HELD) if hit.state is HitState.BEGUN else hit


async def _leave_to_staff(act: Act, subsite: Place, one: Following, people: int) -> None:
    held = say(
        "Policy list {number} ({list}) would shut more than {most} people out of {place} within a "
        "day. So from here on it shuts out nobody until you say so: {n} now. See who they are: "
        "`policy show {number}`. Shut them out: `policy apply {number}`. Follow the list no more: "
        "`policy unfollow {number}`.",
        number=one.number,
        list=one.shown,
        most=MOST_IN_A_DAY,
        n=people,
        place=subsite.full_name,
    )
    await staff.tell(act, subsite, held, f"crowd:{subsite.room}:{one.number}")


async def _is_certain(act: Act, one: Following) -> bool:
    """Whether it is known what the list says, or that it does not matter."""
    return one.mode is not Mode.ON or await is_readable(act, one.room)


async def is_readable(act: Act, room: RoomId) -> bool:
    return (await rooms.memberships(act.index, [room])).get(room) is Membership.JOIN


def _new(
    by: Matched,
    there: Collection[UserId],
    persons: Mapping[UserId, Person],
    known: Mapping[tuple[UserId, RoomId], HitState],
) -> Iterable[NewHit]:
    for user, rules in sorted(by.items()):
        states = {state for (one, _), state in known.items() if one == user}
        for room in sorted(rules):
            if (user, room) in known or (user not in there and not states):
                continue
            # What was decided about somebody holds whichever list names them.
            if HitState.SPARED in states:
                yield NewHit(room, user, HitState.SPARED)
            elif HitState.DONE in states:
                yield NewHit(room, user, HitState.DONE)
            elif persons[user].person_class is PersonClass.OFFICIAL:
                yield NewHit(room, user, HitState.ASKED)
            else:
                yield NewHit(room, user, HitState.BEGUN)


async def _tell_staff(act: Act, subsite: Place, on: Collection[Following]) -> None:
    """One word for all whom it befell because of one thing."""
    out = await policy_hits.befallen(act, subsite, BAN)
    again = await policy_hits.befallen(act, subsite, UNBAN)
    told: list[Sentence | Text] = []
    if out:
        told.append(
            say(
                "By a policy list ({lists}) these are shut out of {place}: {names}.",
                lists=", ".join(f"{one.number}: {one.shown}" for one in on),
                place=subsite.full_name,
                names=_names(out),
            )
        )
    if again:
        told.append(
            say(
                "No policy list names these any more, so they may come back in {place}: {names}.",
                place=subsite.full_name,
                names=_names(again),
            )
        )
    if told:
        await staff.tell(act, subsite, lines(*told), f"policies:{subsite.room}")


def _names(found: Iterable[Person]) -> Sentence | Text:
    return in_a_row([say("{name} (`{person}`)", name=p.shown, person=p.id) for p in found])


async def list_changed(act: Act, room: RoomId) -> None:
    """The rules of a list are others: every subsite that follows it hears of that."""
    rows.forget(act.index, room)
    for one in await rows.of_list(act.index, room):
        if one.mode is not Mode.ON:
            continue
        if subsite := await place_rows.of_room(act.index, one.subsite):
            async with act.locks.alone_in(subsite.room):
                await apply(act, subsite)


async def against(act: Act, place: Place, user: UserId) -> Following | None:
    """The list that keeps somebody out of a place's subsite who is about to come."""
    lists = await rows.of_subsites(act.index, [place.root.room])
    on = {one.room: one for one in lists if one.mode is Mode.ON}
    if not on:
        return None
    by = await matched(await rows.books(act.index, on.values()), [user], act.plein.server)
    if user not in by or user in await policy_hits.staff_of(act, place.root):
        return None
    hits = await hit_rows.of_subsite(act.index, place.root.room, [user])
    states = {hit.state for hit in hits}
    if HitState.SPARED in states or (HitState.HELD in states and not _shuts_out(states)):
        return None
    official = (await people.recognise(act, user)).person_class is PersonClass.OFFICIAL
    if official and not _shuts_out(states):
        return None
    return on[next(iter(by[user]))]


def _shuts_out(states: Collection[HitState]) -> bool:
    return any(state.shuts_out for state in states)


async def meet(act: Act, place: Place, user: UserId) -> bool:
    """Somebody came, knocked or was invited; whether a list has put them out again."""
    lists = await rows.of_subsites(act.index, [place.root.room])
    if not any(one.mode is Mode.ON for one in lists):
        return False
    async with act.locks.alone_in(place.root.room):
        await apply(act, place.root, [user])
    hits = await hit_rows.of_subsite(act.index, place.root.room, [user])
    return any(hit.state.shuts_out for hit in hits)


async def refuse_asker(act: Act, place: Place, person: Person) -> None:
    if await against(act, place, person.id):
        raise Refusal(
            say(
                "You cannot take part in {place}: a list of people who are shut out, which "
                "{place} follows, names you or your homeserver. Do you not agree? Ask its staff.",
                place=place.root.full_name,
            )
        )


async def refuse_guest(act: Act, place: Place, person: Person) -> None:
    if found := await against(act, place, person.id):
        raise Refusal(listed(found, place, person))


def listed(found: Following, place: Place, person: Person) -> Sentence:
    return say(
        "{name} cannot come into {place}: policy list {number} ({list}) names them. To let them in "
        "all the same: `policy spare {slug} {person}`.",
        name=person.shown,
        place=place.root.full_name,
        number=found.number,
        list=found.shown,
        slug=place.root.slug,
        person=person.id,
    )
