"""Who takes part by mail, and in which rooms?"""

from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bridges.email.store.tables import LetterRow, MailRow, MemberRow, PersonRow, ReplyRow, RoomRow

_LATELY = 30 * 86_400.0
"""Seconds after which a mail that came back says nothing any more about the next."""


class Choice(StrEnum):
    """What somebody gets by mail."""

    EACH = "each"
    DAILY = "daily"
    POSTS = "posts"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Person:
    user_id: str
    address: str
    name: str
    language: str
    choice: Choice
    confirmed: bool
    registered: bool
    paused: bool
    edits: bool = False
    """Whether they get a mail of what is changed afterwards."""
    renewed: int = 0
    """How often they asked for another link to choose by: only the last is theirs."""


@dataclass(frozen=True, slots=True)
class Room:
    """A place that ghosts are in; `replaced_by` is where it goes on."""

    room_id: str
    subsite: str
    group: str
    name: str
    replaced_by: str | None = None


def _person(row: PersonRow) -> Person:
    return Person(
        row.user_id,
        row.address,
        row.name,
        row.language,
        Choice(row.choice),
        row.confirmed is not None,
        row.registered,
        row.paused is not None,
        row.edits,
        row.renewed,
    )


async def by_address(session: AsyncSession, address: str) -> Person | None:
    row = await session.scalar(select(PersonRow).where(PersonRow.address == address))
    return _person(row) if row else None


async def by_id(session: AsyncSession, user_id: str) -> Person | None:
    row = await session.get(PersonRow, user_id)
    return _person(row) if row else None


async def meet(session: AsyncSession, person: Person, at: float) -> Person:
    """Write somebody down. Who is known keeps what they chose, and may only become confirmed."""
    row = await session.get(PersonRow, person.user_id)
    if row is None:
        row = PersonRow(
            user_id=person.user_id,
            address=person.address,
            name=person.name,
            language=person.language,
            choice=person.choice.value,
            edits=person.edits,
            confirmed=at if person.confirmed else None,
        )
        session.add(row)
        await session.flush()
    elif person.confirmed and row.confirmed is None:
        row.confirmed, row.name, row.language = at, person.name, person.language
        row.choice, row.edits = person.choice.value, person.edits
    return _person(row)


async def choose(
    session: AsyncSession, user_id: str, choice: Choice | None, edits: bool | None = None
) -> None:
    """None leaves it as it is. Who chooses is there, so what came back before counts no more."""
    values: dict[str, object] = {"paused": None, "bounces": 0, "bounced": None}
    if choice is not None:
        values["choice"] = choice.value
    if edits is not None:
        values["edits"] = edits
    await session.execute(update(PersonRow).where(PersonRow.user_id == user_id).values(**values))


async def renew(session: AsyncSession, user_id: str) -> None:
    """The link by which somebody chooses is another now, and the one before does nothing."""
    await session.execute(
        update(PersonRow).where(PersonRow.user_id == user_id).values(renewed=PersonRow.renewed + 1)
    )


async def registered(session: AsyncSession, user_id: str) -> None:
    await session.execute(
        update(PersonRow).where(PersonRow.user_id == user_id).values(registered=True)
    )


async def bounced(session: AsyncSession, user_id: str, at: float, enough: int) -> None:
    """Mail to somebody came back for good; after `enough` times in a while no more goes there."""
    row = await session.get(PersonRow, user_id)
    if row is not None:
        lately = row.bounced is not None and at - row.bounced < _LATELY
        row.bounces = row.bounces + 1 if lately else 1
        row.bounced = at
        if row.bounces >= enough and row.paused is None:
            row.paused = at


async def wrote(session: AsyncSession, user_id: str) -> None:
    """Who writes is there: what came back before counts no more, and they get mail again."""
    await session.execute(
        update(PersonRow)
        .where(PersonRow.user_id == user_id, PersonRow.bounces > 0)
        .values(bounces=0, bounced=None, paused=None)
    )


async def forget(session: AsyncSession, user_id: str) -> None:
    """The address goes, with what waits to be mailed there. The ghost can never write again."""
    row = await session.get(PersonRow, user_id)
    if row is not None:
        await session.execute(delete(MailRow).where(MailRow.recipient == row.address))
        # It may also be the envelope's of what bears somebody else's name.
        theirs = LetterRow.sender == row.address
        await session.execute(update(LetterRow).where(theirs).values(sender=""))
    for table in (MailRow, ReplyRow, MemberRow, PersonRow):
        await session.execute(delete(table).where(table.user_id == user_id))
    # Their mails keep what makes them known when they come again, and nothing that names anybody.
    await session.execute(
        update(LetterRow)
        .where(LetterRow.author == user_id)
        .values(sender="", content=None, state="refused")
    )


async def forget_strangers(session: AsyncSession) -> None:
    """Who never confirmed anything, and has nothing left to confirm."""
    waiting = select(LetterRow.author).where(LetterRow.content.is_not(None))
    await session.execute(
        delete(PersonRow).where(PersonRow.confirmed.is_(None), PersonRow.user_id.not_in(waiting))
    )
    # What they were asked bears their address too.
    known = select(PersonRow.user_id)
    await session.execute(delete(MailRow).where(MailRow.user_id.not_in(known)))


# Rooms


async def room(session: AsyncSession, room_id: str) -> Room | None:
    row = await session.get(RoomRow, room_id)
    return _room(row) if row else None


def _room(row: RoomRow) -> Room:
    return Room(row.room_id, row.subsite, row.group, row.name, row.replaced_by)


async def know_room(session: AsyncSession, room: Room) -> None:
    await session.merge(
        RoomRow(
            room_id=room.room_id,
            subsite=room.subsite,
            group=room.group,
            name=room.name,
            replaced_by=room.replaced_by,
        )
    )


async def replaced(session: AsyncSession, room_id: str, by: str) -> None:
    await session.execute(update(RoomRow).where(RoomRow.room_id == room_id).values(replaced_by=by))


async def rooms_of(session: AsyncSession, user_id: str) -> list[Room]:
    found = await session.scalars(
        select(RoomRow)
        .join(MemberRow, MemberRow.room_id == RoomRow.room_id)
        .where(MemberRow.user_id == user_id, RoomRow.replaced_by.is_(None), RoomRow.group != "")
    )
    return [_room(row) for row in found]


async def members(session: AsyncSession, room_id: str) -> list[Person]:
    found = await session.scalars(
        select(PersonRow)
        .join(MemberRow, MemberRow.user_id == PersonRow.user_id)
        .where(MemberRow.room_id == room_id)
        .order_by(PersonRow.user_id)
    )
    return [_person(row) for row in found]


async def is_member(session: AsyncSession, room_id: str, user_id: str) -> bool:
    return await session.get(MemberRow, (room_id, user_id)) is not None


async def joined(session: AsyncSession, room_id: str, user_id: str) -> None:
    await session.merge(MemberRow(room_id=room_id, user_id=user_id))


async def left(session: AsyncSession, room_id: str, user_id: str) -> None:
    await session.execute(
        delete(MemberRow).where(MemberRow.room_id == room_id, MemberRow.user_id == user_id)
    )
