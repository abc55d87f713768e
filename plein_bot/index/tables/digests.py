"""Digests: how often people want one, and what they have read."""

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from plein_bot.domain.digests import Often, Way
from plein_bot.domain.ids import UserId
from plein_bot.index.tables.ledger import Ledger


class DigestRow(Ledger):
    """How somebody wants their digest. All that came before `until` was told.

    `number` stands for them in the link that ends it, and is never given to somebody else.
    """

    __tablename__ = "digests"
    __table_args__ = {"sqlite_autoincrement": True}

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    user_id: Mapped[UserId] = mapped_column(unique=True)
    often: Mapped[Often]
    way: Mapped[Way]
    until: Mapped[datetime]
    next_at: Mapped[datetime | None] = mapped_column(index=True)
