"""The policy list that a subsite publishes, so that others can shut out the same people."""

from dataclasses import dataclass

from plein_bot.actions import policy_hits, rooms
from plein_bot.actions.acts import Act
from plein_bot.actions.rooms import Made
from plein_bot.domain import own_lists as rules
from plein_bot.domain import policies
from plein_bot.domain.effects import Effect, PutState
from plein_bot.domain.ids import RoomId, server_of
from plein_bot.domain.openness import openness_of
from plein_bot.domain.organisations import servers_of_government
from plein_bot.domain.places import Place
from plein_bot.domain.plans import Plan, plan_policy_list
from plein_bot.domain.policies import Rule
from plein_bot.domain.policy_lists import TYPE, Following, Mode
from plein_bot.domain.policy_lists import refuse_following as refuse_publishing
from plein_bot.domain.standing import Standing
from plein_bot.index import organisations
from plein_bot.index import places as place_rows
from plein_bot.index import policies as rows
from plein_bot.index import rooms as room_rows

PUBLISH, ADD, REMOVE = "policy.publish", "policy.add", "policy.remove"
_NUMBERS = RoomId("the numbers of policy lists")


@dataclass(frozen=True, slots=True)
class Published:
    """The list of a subsite: its room, its address, and the number by which it is followed."""

    room: RoomId
    address: str
    number: int | None


async def publish(act: Act, standing: Standing, name: str) -> Published:
    """Make the list of a subsite, which follows it from then on; one that stands is left."""
    refuse_publishing(standing)
    subsite = standing.place
    rules.refuse_hidden(subsite, in_sight=openness_of(subsite).listed)
    async with act.locks.alone_in(_NUMBERS), act.locks.alone_in(subsite.room):
        room = await place_rows.own_list(act.index, subsite.room)
        begun = await act.has_begun(PUBLISH, subsite.room)
        if room is None or begun:
            await act.begin(PUBLISH, subsite.room)
            made = await rooms.make(act, PUBLISH, await _plan(act, subsite, name))
            await rooms.settle(act, [Made(made.plan, made.room)])
            room = made.room
            everywhere = await rows.all_of(act.index)
            if not any(one.room == room for one in everywhere):
                number = max((one.number for one in everywhere), default=0) + 1
                followed = Following(number, subsite.room, room, Mode.ON)
                await act.perform([PutState(subsite.room, TYPE, followed.content, room)])
            await act.record(PUBLISH, subsite.room)
    return await _published(act, subsite, room)


async def _published(act: Act, subsite: Place, room: RoomId) -> Published:
    shown = (await room_rows.state(act.index, room)).get(("m.room.canonical_alias", ""), {})
    lists = await rows.of_subsites(act.index, [subsite.room])
    number = next((one.number for one in lists if one.room == room), None)
    return Published(room, str(shown.get("alias") or room), number)


async def _plan(act: Act, subsite: Place, name: str) -> Plan:
    register = await organisations.all_of(act.index)
    return plan_policy_list(subsite, act.plein, register, name)


async def keep(act: Act, subsite: Place) -> bool:
    """Make the list of a subsite what it should be; whether that took anything."""
    room = await place_rows.own_list(act.index, subsite.room)
    if room is None:
        return False
    named = (await room_rows.state(act.index, room)).get(("m.room.name", ""), {}).get("name")
    name = named if isinstance(named, str) else subsite.name
    return bool(await rooms.keep(act, await _plan(act, subsite, name), room))


async def of(act: Act, standing: Standing) -> Published:
    """The list of a subsite, for whoever may write on it; a Refusal where there is none."""
    rules.refuse_writing(standing)
    room = await place_rows.own_list(act.index, standing.place.root.room)
    if room is None:
        raise rules.nothing_published(standing.place.root)
    return await _published(act, standing.place.root, room)


async def checked(act: Act, standing: Standing, entity: str, reason: str) -> Rule:
    """A rule as it may stand on the list. Raises the Refusal for what may not."""
    rule = rules.rule_about(entity, reason)
    staff = await policy_hits.staff_of(act, standing.place.root)
    register = await organisations.all_of(act.index)
    government = servers_of_government(register)
    own = {act.plein.server, *map(server_of, staff)}
    rules.refuse_friendly_fire(rule, staff, own | government)
    return rule


async def add(act: Act, standing: Standing, published: Published, rule: Rule) -> None:
    subsite = standing.place.root
    await act.begin(ADD, subsite.room)
    content = policies.content_of(rule.entity, rule.reason)
    kind = policies.type_of(rule.subject)
    await act.perform([PutState(published.room, kind, content, policies.key_of(rule.entity))])
    await act.record(ADD, subsite.room)


async def remove(act: Act, standing: Standing, published: Published, entity: str) -> None:
    """Take back what the list says about somebody, by whatever key it stands there."""
    subsite = standing.place.root
    effects: list[Effect] = [
        PutState(published.room, kind, {}, key)
        for (kind, key), content in (await room_rows.state(act.index, published.room)).items()
        if kind in policies.TYPES and content.get("entity") == entity
    ]
    if not effects and not await act.has_begun(REMOVE, subsite.room):
        raise rules.not_on_the_list(entity)
    await act.begin(REMOVE, subsite.room)
    await act.perform(effects)
    await act.record(REMOVE, subsite.room)
