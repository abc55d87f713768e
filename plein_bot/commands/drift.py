"""What happens when somebody changes the state of one of Plein's rooms in a client."""

from plein_bot.actions import drift, following, tombstones
from plein_bot.actions.acts import Acts
from plein_bot.domain.drift import POWER_LEVELS, TOMBSTONE
from plein_bot.domain.events import Redacted, StateChanged


class Drift:
    """Names, topics and the like are the staff's; they are known from the room, and followed."""

    def __init__(self, acts: Acts) -> None:
        self._acts = acts

    async def changed(self, change: StateChanged) -> None:
        act = self._acts.by(change.sender, change.event)
        if change.type == TOMBSTONE:
            # A room that goes on elsewhere is not made whole by state.
            await tombstones.answer(act, change.room)
            return
        if await tombstones.keep_closed(act, change.room):
            return
        one = await drift.kept(act, change.room)
        if one is None:
            return
        match change.type:
            case kind if kind == POWER_LEVELS and not change.state_key:
                await following.changed(act, one, change.event)
            case _:
                await drift.changed(act, one, change.type, change.state_key, change.event)

    async def redacted(self, redacted: Redacted) -> None:
        act = self._acts.by(redacted.sender, redacted.event)
        if await tombstones.keep_closed(act, redacted.room):
            return
        if one := await drift.kept(act, redacted.room):
            await drift.taken_away(act, one, redacted.target)
