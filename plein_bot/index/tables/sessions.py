"""Who is signed in on the web, and the links by which people sign in."""

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from plein_bot.domain.ids import UserId
from plein_bot.index.tables.ledger import Ledger


class SignInRow(Ledger):
    """A link that was asked for by `cause`.

    Of its token there is only the hash; `unsaid` is the token until it has been said. `session`
    is what it began, and so tells a second click of the same browser from somebody else.
    """

    __tablename__ = "sign_ins"

    cause: Mapped[str] = mapped_column(primary_key=True)
    person: Mapped[UserId] = mapped_column(index=True)
    digest: Mapped[str] = mapped_column(unique=True)
    unsaid: Mapped[str | None]
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    session: Mapped[str | None]


class WebSessionRow(Ledger):
    """Somebody who is signed in in a browser; `digest` is the hash of what its cookie says."""

    __tablename__ = "web_sessions"

    digest: Mapped[str] = mapped_column(primary_key=True)
    person: Mapped[UserId] = mapped_column(index=True)
    begun_at: Mapped[datetime]
    seen_at: Mapped[datetime] = mapped_column(index=True)
