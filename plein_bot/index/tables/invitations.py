"""Invitations, and who came by them."""

from datetime import datetime

from sqlalchemy import Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from plein_bot.domain.ids import RoomId, UserId
from plein_bot.domain.invitations import OPEN, InvitationKind, InvitationState
from plein_bot.domain.mailboxes import Mailed
from plein_bot.index.tables.ledger import Ledger


class InvitationRow(Ledger):
    """An invitation. `number` is what people call it; it is never given out again.

    `guest` is the address, the Matrix ID, or what tells a link from others. Of its token there is
    only the hash; `unsaid` is that of a link until it has been said.
    """

    __tablename__ = "invitations"

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    kind: Mapped[InvitationKind]
    place: Mapped[RoomId] = mapped_column(index=True)
    inviter: Mapped[UserId] = mapped_column(index=True)
    person: Mapped[UserId | None] = mapped_column(index=True)
    address: Mapped[str | None]
    name: Mapped[str] = mapped_column(default="")
    text: Mapped[str] = mapped_column(default="")
    language: Mapped[str]
    state: Mapped[InvitationState]
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    uses: Mapped[int] = mapped_column(default=1)
    used: Mapped[int] = mapped_column(default=0)
    several: Mapped[bool] = mapped_column(default=False)
    digest: Mapped[str | None] = mapped_column(unique=True)
    unsaid: Mapped[str | None]
    mail: Mapped[str | None]
    cause: Mapped[str]
    guest: Mapped[str]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[UserId | None]
    decided_cause: Mapped[str | None]

    __table_args__ = (
        UniqueConstraint("cause", "guest"),
        {"sqlite_autoincrement": True},
    )


class InvitationUseRow(Ledger):
    """Somebody who said by a link who they are. `done_at` once they are invited on the homeserver.

    `form` is the page by which they did, so that a double click is one use.
    """

    __tablename__ = "invitation_uses"

    invitation: Mapped[int] = mapped_column(primary_key=True)
    person: Mapped[UserId] = mapped_column(primary_key=True)
    form: Mapped[str] = mapped_column(unique=True)
    made_here: Mapped[bool] = mapped_column(default=False)
    claimed_at: Mapped[datetime]
    done_at: Mapped[datetime | None]
    joined_at: Mapped[datetime | None]


# One invitation of a guest to a place is open at a time.
Index(
    "ix_invitations_open",
    InvitationRow.place,
    InvitationRow.guest,
    unique=True,
    sqlite_where=InvitationRow.state.in_(OPEN),
    postgresql_where=InvitationRow.state.in_(OPEN),
)


# Who comes into a place is looked for here: whose invitation was that?
Index("ix_invitation_uses_person", InvitationUseRow.person)


class PasswordLinkRow(Ledger):
    """A link by which somebody with an account of ours chooses another password; for a day."""

    __tablename__ = "password_links"

    digest: Mapped[str] = mapped_column(primary_key=True)
    person: Mapped[UserId]
    address: Mapped[str] = mapped_column(index=True)
    sent_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class MailboxConfirmationRow(Ledger):
    """Somebody who gave an address by a link for many, and has yet to prove it; for three days.

    `form` is the page by which they did, so that a double click mails once.
    """

    __tablename__ = "mailbox_confirmations"

    digest: Mapped[str] = mapped_column(primary_key=True)
    form: Mapped[str] = mapped_column(unique=True)
    invitation: Mapped[int] = mapped_column(index=True)
    address: Mapped[str] = mapped_column(index=True)
    name: Mapped[str]
    language: Mapped[str]
    mailed: Mapped[Mailed]
    sent_at: Mapped[datetime]
