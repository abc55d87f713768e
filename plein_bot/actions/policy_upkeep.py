"""Policy lists that are followed although something happened to them that nobody meant."""

from plein_bot.actions import policies, staff
from plein_bot.actions.acts import Act, Acts
from plein_bot.actions.policy_lists import FOLLOW, TO
from plein_bot.domain import policy_lists as rules
from plein_bot.domain.effects import PutState
from plein_bot.domain.ids import RoomId
from plein_bot.domain.places import Place
from plein_bot.domain.policy_lists import Following, Mode
from plein_bot.domain.sentences import say
from plein_bot.index import audits, drift
from plein_bot.index import places as place_rows
from plein_bot.index import policies as rows

AWAY, BACK = "policy.away", "policy.back"


async def watch(acts: Acts) -> None:
    """Tell the staff once whenever a list cannot be read any more: what it said goes on to count.

    And once when it can be again.
    """
    for one in await rows.all_of(acts.index):
        subsite = await place_rows.of_room(acts.index, one.subsite)
        if one.mode is Mode.OFF or subsite is None:
            continue
        why = f"policy:{one.room}"
        known = await audits.done_because_of(acts.index, (AWAY, BACK), place=subsite.room, why=why)
        act = acts.by(acts.plein.bot, f"policy away {one.subsite} {one.number} {len(known)}")
        was_away = known[-1:] == (AWAY,)
        if was_away is not await policies.is_readable(act, one.room):
            continue
        told = (
            say(
                "I can read policy list {number} ({list}) again.", number=one.number, list=one.shown
            )
            if was_away
            else say(
                "I cannot read policy list {number} ({list}) any more: I was put out of its room, "
                "or the room is gone. What it said last goes on to count, and nobody is let in "
                "again. Let go of it with `policy unfollow {number}`.",
                number=one.number,
                list=one.shown,
            )
        )
        await staff.tell(act, subsite, told, "away")
        await act.record(BACK if was_away else AWAY, subsite.room, why=why)


async def restore(act: Act, subsite: Place, room: RoomId) -> None:
    """Follow a list again as it was, after somebody redacted that it is followed.

    The number stands in what was said there before, and how far it is followed in the audit.
    """
    lists = await rows.of_subsites(act.index, [subsite.room])
    if any(one.room == room for one in lists):
        return
    done = await audits.done_because_of(
        act.index, (FOLLOW, *TO.values()), place=subsite.room, why=f"policy:{room}"
    )
    modes = {action: mode for mode, action in TO.items()}
    mode = modes.get(done[-1], Mode.DRY_RUN) if done else Mode.DRY_RUN
    here = {subsite.room, *await place_rows.earlier_rooms(act.index, [subsite.room])}
    number = await drift.numbered_before(act.index, here, rules.TYPE, room)
    if number is None:
        everywhere = await rows.all_of(act.index)
        number = max((one.number for one in everywhere), default=0) + 1
    one = Following(number, subsite.room, room, mode)
    await act.perform([PutState(subsite.room, rules.TYPE, one.content, room)])
    rows.forget(act.index, room)
