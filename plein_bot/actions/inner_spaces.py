"""The spaces in which the groups of a large subsite hang that its own space cannot hold."""

from plein_bot.actions import bans, own_lists, rooms
from plein_bot.actions.acts import Act
from plein_bot.actions.rooms import Made
from plein_bot.domain import spaces as rules
from plein_bot.domain.openness import openness_of
from plein_bot.domain.places import Place
from plein_bot.domain.plans import Plan, plan_inner_space
from plein_bot.index import organisations
from plein_bot.index import places as rows


async def make_room_for(act: Act, group: Place) -> None:
    """See to it that a group that is to be shown in its subsite can hang somewhere."""
    subsite = group.root
    spaces = await rooms.spaces_of(act, subsite.room)
    if not openness_of(group).child or rules.is_shown(group.room, spaces):
        return
    space = rules.with_room(spaces)
    if space == subsite.room:
        return
    number = list(spaces).index(space) + 1 if space else len(spaces) + 1
    plan = await _plan(act, subsite, number)
    # Whoever makes the group has it in their client at once; others browse the subsite.
    invited = (act.actor,)
    made = Made(plan, space) if space else await rooms.make(act, f"space {number}", plan, invited)
    # Also one that stands: its making may have been interrupted.
    await rooms.settle(act, [made], invited)
    await bans.extend_to(act, subsite, made.room)


async def keep(act: Act, subsite: Place) -> bool:
    """Make all of them what they should be, and the list that the subsite publishes.

    Returns whether that took anything.
    """
    changed = await own_lists.keep(act, subsite)
    for space, number in (await rows.inner_spaces(act.index, subsite.room)).items():
        if await rooms.keep(act, await _plan(act, subsite, number), space):
            changed = True
    return changed


async def _plan(act: Act, subsite: Place, number: int) -> Plan:
    register = await organisations.all_of(act.index)
    return plan_inner_space(subsite, number, act.plein, register)
