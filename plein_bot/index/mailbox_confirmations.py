"""Who asked to take part by e-mail by a link for many, and has yet to prove the address."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, delete, func, select

from plein_bot.domain.mailboxes import Mailed
from plein_bot.domain.mails import Mail
from plein_bot.index import mails
from plein_bot.index.database import Index
from plein_bot.index.rows import put_new, sql_table
from plein_bot.index.tables.invitations import MailboxConfirmationRow as Row


@dataclass(frozen=True, slots=True)
class Confirmation:
    """`digest` is the hash of the token in the mail; the name and the rest is what they chose."""

    digest: str
    invitation: int
    address: str
    name: str
    language: str
    mailed: Mailed


async def count_of_address(index: Index, address: str, since: datetime) -> int:
    return await _count(index, Row.address == address, Row.sent_at >= since)


async def count_of_link(index: Index, invitation: int, since: datetime) -> int:
    return await _count(index, Row.invitation == invitation, Row.sent_at >= since)


async def _count(index: Index, *conditions: ColumnElement[bool]) -> int:
    async with index.reading() as session:
        number = await session.scalar(select(func.count()).select_from(Row).where(*conditions))
    return number or 0


async def send(
    index: Index, confirmation: Confirmation, form: str, mail: Mail, now: datetime
) -> None:
    """The same filling in of a form asks once: then neither the row nor the mail is new."""
    row = {
        "digest": confirmation.digest,
        "form": form,
        "invitation": confirmation.invitation,
        "address": confirmation.address,
        "name": confirmation.name,
        "language": confirmation.language,
        "mailed": confirmation.mailed,
        "sent_at": now,
    }
    async with index.session() as session:
        await put_new(session, sql_table(Row), [row], "form")
        await mails.add(session, [mail])
    index.announce()


async def of_digest(index: Index, digest: str, since: datetime) -> Confirmation | None:
    async with index.reading() as session:
        row = await session.scalar(select(Row).where(Row.digest == digest, Row.sent_at >= since))
    if row is None:
        return None
    return Confirmation(row.digest, row.invitation, row.address, row.name, row.language, row.mailed)


async def same(index: Index, one: Confirmation) -> tuple[str, ...]:
    """The digests of all by which this address was given at the same link, this one first."""
    query = select(Row.digest).where(
        Row.invitation == one.invitation, Row.address == one.address, Row.digest != one.digest
    )
    async with index.reading() as session:
        return (one.digest, *await session.scalars(query.order_by(Row.sent_at)))


async def forget(index: Index, before: datetime) -> None:
    async with index.session() as session:
        await session.execute(delete(Row).where(Row.sent_at < before))
