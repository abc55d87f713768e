"""Whom the policy lists hit that subsites follow."""

from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from plein_bot.domain.ids import EventId, RoomId, UserId
from plein_bot.domain.policy_lists import HitState
from plein_bot.index.tables.ledger import Ledger


class PolicyHitRow(Ledger):
    """A list has a rule against somebody who came into a subsite, and what is done about it.

    It stays as long as the rule does, so that it is known whose a ban is, and that somebody is
    spared. `number` is what people call it where the staff are asked; it is never given out again.
    """

    __tablename__ = "policy_hits"

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    subsite: Mapped[RoomId]
    list_room: Mapped[RoomId]
    person: Mapped[UserId]
    state: Mapped[HitState]
    found_at: Mapped[datetime]
    cause: Mapped[str]
    notice: Mapped[EventId | None] = mapped_column(index=True)
    decided_by: Mapped[UserId | None]
    decided_cause: Mapped[str | None]

    __table_args__ = (
        UniqueConstraint("subsite", "person", "list_room"),
        {"sqlite_autoincrement": True},
    )
