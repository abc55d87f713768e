"""Timers: what is to be done at a moment, by whatever process runs then."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Timer:
    """Something due at a moment. There is one of a `name`, such as `post.publish:17`.

    `kind` says who sees to it (`commands/timers.py`), `subject` what it needs to know, as JSON.
    `lane` is where the work stands in line: a room, or another. `cause` is the work that set it.
    """

    name: str
    kind: str
    lane: str
    due_at: datetime
    cause: str
    subject: Mapping[str, Any] = field(default_factory=dict)
