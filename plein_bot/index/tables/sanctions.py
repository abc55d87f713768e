"""What befell people in a place, by whom and why."""

from datetime import datetime
from typing import Any

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from plein_bot.domain.ids import RoomId, UserId
from plein_bot.domain.sanctions import SanctionKind
from plein_bot.index.tables.ledger import Ledger


class SanctionRow(Ledger):
    """A warning, a mute, a ban. `number` is what people call it; it is never given out again.

    The reason stands here and not in the audit: it can be deleted. With `values` it is a sentence
    of Plein's own, into which these are put.
    """

    __tablename__ = "sanctions"

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    kind: Mapped[SanctionKind]
    place: Mapped[RoomId] = mapped_column(index=True)
    person: Mapped[UserId] = mapped_column(index=True)
    by: Mapped[UserId]
    reason: Mapped[str]
    values: Mapped[dict[str, Any] | None]
    made_at: Mapped[datetime]
    ends_at: Mapped[datetime | None]
    lifted_at: Mapped[datetime | None]
    lifted_by: Mapped[UserId | None]
    case: Mapped[int | None] = mapped_column(index=True)
    cause: Mapped[str]

    __table_args__ = (
        UniqueConstraint("cause", "kind", "place", "person"),
        {"sqlite_autoincrement": True},
    )
