"""A staff room that has to go on in a new room."""

from plein_bot.actions import places, rooms
from plein_bot.actions.acts import Act
from plein_bot.actions.replacing import ACTION
from plein_bot.actions.settings import plan_of_staff_room
from plein_bot.domain import replacing as rules
from plein_bot.domain.ids import RoomId
from plein_bot.domain.places import Kind, Place
from plein_bot.domain.plans import staff_levels
from plein_bot.index import members
from plein_bot.index import places as rows
from plein_bot.index import rooms as room_rows


async def replace_room(act: Act, subsite: Place, old: RoomId) -> str:
    """As with a place (`replacing`), but that it has no address and is in no list or space.

    Returns its name.
    """
    await act.begin(ACTION, old)
    state = await room_rows.state(act.index, old)
    await act.perform(rules.shutting(old, state))
    roles = await places.roles_in(act, subsite)
    plan = await plan_of_staff_room(act, subsite, old)
    made = await rooms.make(act, f"{ACTION} {old}", rules.successor(plan, old, state))
    await rooms.settle(act, [made])

    there = await members.of_room(act.index, old)
    await act.perform([rules.marked_replaced(rows.MARKERS[Kind.STAFF], state, old, made.room)])
    await act.try_together(rules.brought_along(there, made.room, act.plein))
    await act.try_together(rules.turned_away(there, old))
    await act.perform(rules.retired(staff_levels(roles, archived=True), plan.name, old, made.room))
    await act.record(ACTION, old)
    return plan.name
