"""Links by which somebody with an account of ours chooses another password."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, select, update

from plein_bot.domain.ids import UserId
from plein_bot.domain.mails import Mail
from plein_bot.index import mails
from plein_bot.index.database import Index
from plein_bot.index.tables.invitations import (
    InvitationRow,
    InvitationUseRow,
    PasswordLinkRow,
)


@dataclass(frozen=True, slots=True)
class PasswordLink:
    """`digest` is the hash of its token. `mail` goes to the address of the invitation."""

    digest: str
    person: UserId
    mail: Mail


async def accounts_of(index: Index, address: str) -> tuple[UserId, ...]:
    """The accounts that were made by invitations to an address."""
    async with index.reading() as session:
        found = await session.scalars(
            select(InvitationUseRow.person)
            .join(InvitationRow, InvitationRow.number == InvitationUseRow.invitation)
            .where(
                InvitationRow.address == address,
                InvitationUseRow.made_here.is_(True),
                InvitationUseRow.done_at.is_not(None),
            )
            .order_by(InvitationUseRow.claimed_at)
        )
        return tuple(dict.fromkeys(found))


async def count_since(index: Index, address: str, moment: datetime) -> int:
    async with index.reading() as session:
        number = await session.scalar(
            select(func.count())
            .select_from(PasswordLinkRow)
            .where(PasswordLinkRow.address == address, PasswordLinkRow.sent_at >= moment)
        )
    return number or 0


async def send(index: Index, links: Sequence[PasswordLink], now: datetime) -> None:
    async with index.session() as session:
        session.add_all(
            PasswordLinkRow(
                digest=link.digest, person=link.person, address=link.mail.address, sent_at=now
            )
            for link in links
        )
        await mails.add(session, [link.mail for link in links])
    index.announce()


async def whose(index: Index, digest: str, since: datetime) -> UserId | None:
    """Whose password a link is about; None where it was used, or sent before this moment."""
    async with index.reading() as session:
        return await session.scalar(
            select(PasswordLinkRow.person).where(
                PasswordLinkRow.digest == digest,
                PasswordLinkRow.used_at.is_(None),
                PasswordLinkRow.sent_at >= since,
            )
        )


async def use(index: Index, digest: str, now: datetime) -> bool:
    """Use a link up; False where somebody did so before."""
    async with index.session() as session:
        used = await session.execute(
            update(PasswordLinkRow)
            .where(PasswordLinkRow.digest == digest, PasswordLinkRow.used_at.is_(None))
            .values(used_at=now)
            .returning(PasswordLinkRow.digest)
        )
        return used.scalar_one_or_none() is not None


async def give_back(index: Index, digest: str) -> None:
    """It came to nothing: the link may be used once more."""
    async with index.session() as session:
        await session.execute(
            update(PasswordLinkRow).where(PasswordLinkRow.digest == digest).values(used_at=None)
        )


async def forget(index: Index, before: datetime) -> None:
    async with index.session() as session:
        await session.execute(delete(PasswordLinkRow).where(PasswordLinkRow.sent_at < before))
