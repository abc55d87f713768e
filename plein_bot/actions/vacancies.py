"""Subsites without an owner who takes part: told to the staff, and in the end to the operators."""

from collections.abc import Sequence
from datetime import UTC, datetime

from plein_bot.actions import admissions, chats, people, places, roles, staff
from plein_bot.actions.acts import Act, Acts
from plein_bot.actions.ports import HomeserverError, TokenRevoked
from plein_bot.domain import vacancies as rules
from plein_bot.domain.effects import Invite
from plein_bot.domain.events import MemberChanged, Membership
from plein_bot.domain.finding import spellings, the_one
from plein_bot.domain.giving import refuse_account
from plein_bot.domain.ids import RoomId, localpart
from plein_bot.domain.joining import refuse_class
from plein_bot.domain.people import Person, Role
from plein_bot.domain.places import Place
from plein_bot.domain.sentences import NOTHING, paragraphs, say
from plein_bot.domain.standing import NoSuchPlace, Standing
from plein_bot.index import members
from plein_bot.index import places as place_rows

LEFT, DUE, APPOINT = "owner.left", "owner.due", "owner.appoint"

_THERE = (Membership.JOIN, Membership.INVITE)


async def since(act: Act, subsites: Sequence[Place]) -> dict[RoomId, datetime]:
    """The subsites where no owner takes part, and since when."""
    found = await places.roles_in_all(act, subsites)
    named = {user for one in found.values() for user in one.owners()}
    stays = await members.among(act.index, found, named)
    vacant: dict[RoomId, datetime] = {}
    for room, one in found.items():
        there = {user: stays[room, user] for user in one.owners() if (room, user) in stays}
        if not any(stay.membership is Membership.JOIN for stay in there.values()):
            vacant[room] = rules.since(one, {user: stay.ts for user, stay in there.items()})
    return vacant


async def last_owner_left(act: Act, subsite: Place, change: MemberChanged) -> None:
    """The last owner went in a client: they are invited back, and the staff hear of it."""
    owns = change.person in (await places.roles_in(act, subsite)).owners()
    vacant = (await since(act, [subsite])).get(subsite.room)
    if not owns or vacant is None:
        return
    await act.begin(LEFT, subsite.room, change.person)
    # Whoever turned an invitation down is not asked again.
    went = change.before is Membership.JOIN and change.membership is Membership.LEAVE
    back = went and await _invite_back(act, subsite, change)
    # The homeserver takes the name from whose account is gone.
    name = await members.last_name(act.index, subsite.room, change.person)
    until = vacant + rules.LASTS
    invited = say(" I have invited them back.") if back else NOTHING
    told = say(
        "{name}, the last owner of {place}, no longer takes part.{invited} If {place} has no "
        "owner on {until}, an operator of this Plein may appoint one: `role {path} <who> owner`.",
        name=name or localpart(change.person),
        place=subsite.name,
        invited=invited,
        until=until.date(),
        path=subsite.path,
    )
    await staff.tell(act, subsite, told, LEFT)
    if back:
        asked = paragraphs(
            say(
                "You are the last owner of {place}, so I have invited you back.",
                place=subsite.name,
            ),
            say(
                "Do you want to leave? Then make somebody else the owner first: "
                "`role {path} <who> owner`.",
                path=subsite.path,
            ),
        )
        await chats.reach(act, change.person, asked, LEFT)
    await act.record(LEFT, subsite.room, change.person)


async def _invite_back(act: Act, subsite: Place, change: MemberChanged) -> bool:
    try:
        await act.perform([Invite(subsite.room, change.person)])
    except TokenRevoked:
        raise
    except HomeserverError:
        return False  # Their account, or the server that it was on, is gone.
    return True


async def find(act: Act, text: str) -> Standing:
    """The subsite without an owner that an operator means; to anybody else there is none such."""
    if act.actor not in act.plein.operators:
        raise NoSuchPlace(text)
    found = [p for p in await place_rows.matching(act.index, spellings(text)) if p.is_subsite]
    vacant = await since(act, found)
    now = datetime.now(UTC)
    person = await people.recognise(act, act.actor)
    due = [
        await places.stand(act, person, one)
        for one in found
        if rules.is_due(vacant.get(one.room), now)
    ]
    return the_one(text, due, None)


async def may_appoint(act: Act, standing: Standing, role: Role) -> bool:
    """Whether the actor may make somebody owner because they are an operator."""
    place = standing.place
    if not place.is_subsite or not rules.may_appoint(act.plein, act.actor, standing.power, role):
        return False
    if await act.has_begun(APPOINT, place.room):
        return True
    vacant = (await since(act, [place])).get(place.room)
    return rules.is_due(vacant, datetime.now(UTC))


async def appoint(act: Act, standing: Standing, person: Person) -> roles.Given:
    """Give an ownerless subsite an owner; its staff see who did that."""
    place = standing.place
    refuse_account(act.plein, person.id)
    refuse_class(place, person)
    there = await members.of_room(act.index, place.room)
    if not await act.has_begun(APPOINT, place.room):
        ours = (act.plein.bot, act.plein.reserve)
        inside = [u for u, m in there.items() if m is Membership.JOIN and u not in ours]
        is_in = there.get(person.id) in _THERE
        me = person.id == act.actor
        rules.refuse_appointing(place, person, is_in=is_in, empty=not inside, me=me)
    await act.begin(APPOINT, place.room)
    if there.get(person.id) not in _THERE:
        await admissions.admit(act, place, person)
    given = await roles.give(act, await roles.plan_appointed(act, place, person))
    await roles.tidy(act, place, finish=True)
    operator = await people.recognise(act, act.actor)
    told = say(
        "{operator}, an operator of this Plein, has made {name} owner of {place}, "
        "which had no owner any more.",
        operator=operator.shown,
        name=person.shown,
        place=place.name,
    )
    await staff.tell(act, place, told, APPOINT)
    await act.record(APPOINT, place.room)
    return given


async def tell_operators(acts: Acts, now: datetime) -> None:
    """Once a subsite has been without an owner for long enough: else nobody would appoint one."""
    act = acts.by(acts.plein.bot, "vacancies")
    subsites = await place_rows.subsites(acts.index)
    vacant = await since(act, subsites)
    for place in subsites:
        moment = vacant.get(place.room)
        if moment is None or not rules.is_due(moment, now):
            continue
        act = acts.by(acts.plein.bot, f"vacancy {place.room} {moment.isoformat()}")
        if await act.has_begun(DUE, place.room):
            continue
        told = say(
            "The subsite {place} has had no owner since {since}. You may appoint one: "
            "`role {path} <who> owner`. Its staff see that you did.",
            place=place.name,
            since=moment.date(),
            path=place.path,
        )
        for operator in acts.plein.operators:
            await chats.reach(act, operator, told, DUE)
        await act.record(DUE, place.room)
