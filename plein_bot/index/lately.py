"""What happened lately in guarded places, and how they are guarded; gone when Plein stops."""

from dataclasses import dataclass, field

from plein_bot.domain.ids import RoomId
from plein_bot.domain.protections import Guard, Protection
from plein_bot.domain.watching import Recent


@dataclass
class Lately:
    """`heard_at` is when the last news was stored, in milliseconds by our own clock."""

    heard_at: int | None = None
    guards: dict[RoomId, dict[Protection, Guard]] = field(default_factory=dict)
    recent: dict[RoomId, Recent] = field(default_factory=dict)
