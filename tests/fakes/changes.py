"""What Plein changed in its rooms, by what it was caused: each has to be in the audit."""

from dataclasses import dataclass, field

from plein_bot.domain import effects
from plein_bot.domain.effects import Effect
from tests.fakes.rooms import Room

_CHANGING = (
    effects.PutState,
    effects.Publish,
    effects.Invite,
    effects.Remove,
    effects.Ban,
    effects.Unban,
    effects.EndPoll,
    effects.Note,
    effects.Redact,
    effects.CreateRoom,
)


@dataclass
class Changes:
    by_cause: dict[str, set[str]] = field(default_factory=dict)

    def note(self, effect: Effect, cause: str, room: Room | None) -> None:
        if isinstance(effect, effects.Redact) and effect.event == cause:
            return  # A line that was private: an entry about it would tell who typed it.
        if (
            isinstance(effect, _CHANGING)
            and room
            and "nl.plein.kind" in room.content("m.room.create")
        ):
            self.by_cause.setdefault(cause, set()).add(repr(effect))
