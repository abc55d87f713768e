"""Looking at every place for what slipped by: at the start, and once a day (design 3.8)."""

import logging
from collections.abc import Awaitable
from datetime import datetime

from plein_bot.actions import drift, following, inner_spaces, policies, roles, rooms
from plein_bot.actions.acts import Acts
from plein_bot.actions.drift import DRIFT, Kept
from plein_bot.actions.ports import HomeserverError, TokenRevoked
from plein_bot.domain.drift import POWER_LEVELS, is_kept
from plein_bot.domain.ids import RoomId
from plein_bot.domain.places import Place
from plein_bot.index import audits
from plein_bot.index import drift as rows
from plein_bot.index import places as place_rows
from plein_bot.index.trouble import DatabaseTrouble

logger = logging.getLogger(__name__)


async def walk(acts: Acts, now: datetime) -> bool:
    """Put right whatever is not as it should be; whether every place could be looked at.

    Where all is well nothing is written, and the homeserver is only asked what it lists.
    """
    complete = True
    for subsite in await place_rows.subsites(acts.index):
        everything = await _rooms_of(acts, subsite)
        # What is under way finishes by itself, and looks wrong until it has.
        if await audits.under_way(acts.index, [one.room for one in everything]):
            complete = False
            continue
        for one in everything:
            await _whatever_becomes_of_it(one.room, _look_at(acts, one, now))
        await _whatever_becomes_of_it(subsite.room, _keep_inner_spaces(acts, subsite, now))
        await _whatever_becomes_of_it(subsite.room, _tidy(acts, subsite, now))
        await _whatever_becomes_of_it(subsite.room, _apply_lists(acts, subsite, now))
    return complete


async def _rooms_of(acts: Acts, subsite: Place) -> tuple[Kept, ...]:
    groups = await place_rows.groups_of(acts.index, subsite)
    staff_room = await place_rows.staff_room(acts.index, subsite)
    return (
        Kept(subsite.room, subsite),
        *(Kept(group.room, group) for group in groups),
        *((Kept(staff_room, subsite),) if staff_room else ()),
    )


async def _whatever_becomes_of_it(room: RoomId, todo: Awaitable[None]) -> None:
    """One room that cannot be put right must not keep the others from being looked at."""
    try:
        await todo
    except (DatabaseTrouble, TokenRevoked):
        raise
    except HomeserverError as error:
        logger.warning("%s cannot be put right: %s", room, error)
    except Exception:
        logger.exception("%s cannot be put right", room)


async def _look_at(acts: Acts, one: Kept, now: datetime) -> None:
    await _explain(acts, one)
    act = acts.by(acts.plein.bot, f"reconcile {now:%Y-%m-%d} {one.room}")
    async with act.locks.alone_in(one.place.root.room):
        if await rooms.keep(act, await drift.plan_of(act, one), one.room):
            await act.record(DRIFT, one.room)


async def _explain(acts: Acts, one: Kept) -> None:
    """What somebody wrote, and what was never attended to as their change."""
    act = acts.by(acts.plein.bot, f"reconcile {one.room}")
    plan = await drift.plan_of(act, one)
    for (kind, key), written in (await rows.by_others(acts.index, one.room)).items():
        theirs = acts.by(written.sender, written.event)
        if (kind, key) == (POWER_LEVELS, "") and written.content != plan.state[kind, key]:
            await following.changed(theirs, one, written.event)
        elif is_kept(kind):
            await drift.changed(theirs, one, kind, key, written.event)


async def _keep_inner_spaces(acts: Acts, subsite: Place, now: datetime) -> None:
    act = acts.by(acts.plein.bot, f"reconcile {now:%Y-%m-%d} spaces of {subsite.room}")
    async with act.locks.alone_in(subsite.room):
        if await inner_spaces.keep(act, subsite):
            await act.record(DRIFT, subsite.room)


async def _tidy(acts: Acts, subsite: Place, now: datetime) -> None:
    act = acts.by(acts.plein.bot, f"reconcile {now:%Y-%m-%d} {subsite.room}")
    async with act.locks.alone_in(subsite.room):
        await roles.tidy(act, subsite)


async def _apply_lists(acts: Acts, subsite: Place, now: datetime) -> None:
    act = acts.by(acts.plein.bot, f"policies {now:%Y-%m-%d} {subsite.room}")
    async with act.locks.alone_in(subsite.room):
        await policies.apply(act, subsite)
