"""Making the room of a plan once, and making it so again: the reconciler's hands."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass

from plein_bot.actions.acts import Act
from plein_bot.domain.drift import strays
from plein_bot.domain.effects import CreateRoom, Effect, Invite, Publish
from plein_bot.domain.events import Membership
from plein_bot.domain.ids import RoomId, UserId
from plein_bot.domain.places import Kind
from plein_bot.domain.plans import Plan, reconcile, room_body, with_roles_that_stand
from plein_bot.domain.spaces import Spaces
from plein_bot.index import drift, members, places, rooms

_THERE = (Membership.JOIN, Membership.INVITE)


@dataclass(frozen=True, slots=True)
class Made:
    """A plan and its room."""

    plan: Plan
    room: RoomId


async def make(act: Act, step: str, plan: Plan, invite: Iterable[UserId] = ()) -> Made:
    """Make the room of `plan`, or find the one that this cause and step made before."""
    invited = tuple(invite)
    body = room_body(plan, act.plein, invited)
    room = await act.homeserver.create_room(CreateRoom(step, body), act.cause)
    return Made(plan, room)


async def settle(act: Act, made: Iterable[Made], invite: Iterable[UserId] = ()) -> None:
    """Bring rooms that were just made to what their plans say.

    A room that was made in one go needs its alias and its place in the space; one whose making was
    interrupted may need anything.
    """
    together = tuple(made)
    invited = tuple(invite)
    await act.told_back(lambda: rooms.are_known(act.index, [m.room for m in together]))
    await asyncio.gather(*(_settle(act, one, invited) for one in together))


async def _settle(act: Act, made: Made, invite: tuple[UserId, ...]) -> None:
    plan = with_roles_that_stand(made.plan, await rooms.state(act.index, made.room))
    standing = await members.of_room(act.index, made.room)
    invitations = [Invite(made.room, u) for u in invite if standing.get(u) not in _THERE]
    # In the plan's order: an alias must stand before the state that names it.
    await act.perform(await missing(act, plan, made.room))
    await act.perform_together(invitations)


async def missing(act: Act, plan: Plan, room: RoomId) -> tuple[Effect, ...]:
    """What the reconciler would do to a room as Plein knows it now."""
    actual = await rooms.state(act.index, room)
    others = {key: one.content for key, one in (await drift.by_others(act.index, room)).items()}
    said = await drift.said(act.index, room, others.keys()) if others else {}
    return (
        *strays(plan, room, others, said),
        *reconcile(plan, room, actual, await _above(act, plan), act.plein.server),
    )


async def _above(act: Act, plan: Plan) -> Spaces:
    """The spaces under which a room may hang; an inner one hangs under the subsite's own only."""
    if plan.subsite is None:
        return {}
    if plan.kind is Kind.INNER:
        return {plan.subsite: await rooms.state(act.index, plan.subsite)}
    return await spaces_of(act, plan.subsite)


async def spaces_of(act: Act, subsite: RoomId) -> Spaces:
    """The states of a subsite's own space and of those within it."""
    everywhere = (subsite, *await places.inner_spaces(act.index, subsite))
    return {space: await rooms.state(act.index, space) for space in everywhere}


async def keep(act: Act, plan: Plan, room: RoomId) -> tuple[Effect, ...]:
    """Reconcile a standing room, the directory too; returns what was done."""
    effects = await missing(act, plan, room)
    if await act.homeserver.is_listed(room) != plan.listed:
        publish = Publish(room, plan.listed)
        # What hides goes first, what shows goes last.
        effects = (*effects, publish) if plan.listed else (publish, *effects)
    await act.perform(effects)
    return effects
