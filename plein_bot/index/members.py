"""Who is in which room, as the homeserver last told it."""

from collections.abc import Iterable
from typing import NamedTuple

from sqlalchemy import ColumnElement, Text, case, exists, func, select, type_coerce
from sqlalchemy.orm import aliased

from plein_bot.domain.bans import Ban
from plein_bot.domain.events import Membership
from plein_bot.domain.ids import RoomId, UserId
from plein_bot.index.database import Index
from plein_bot.index.tables.ledger import PreferenceRow
from plein_bot.index.tables.projection import EventRow, MemberRow, RoomRow, StateRow

_THERE = (Membership.JOIN, Membership.INVITE)


class Stay(NamedTuple):
    """A membership, and when it began or last changed (in milliseconds, as the event says)."""

    membership: Membership
    ts: int


async def memberships(
    index: Index, person: UserId, rooms: Iterable[RoomId]
) -> dict[RoomId, Membership]:
    """Somebody's membership of each of these rooms; a room is absent where there never was one."""
    async with index.reading() as session:
        rows = await session.execute(
            select(MemberRow.room_id, MemberRow.membership).where(
                MemberRow.user_id == person, MemberRow.room_id.in_(set(rooms))
            )
        )
        return {room: membership for room, membership in rows}


async def of_room(index: Index, room: RoomId) -> dict[UserId, Membership]:
    async with index.reading() as session:
        rows = await session.execute(
            select(MemberRow.user_id, MemberRow.membership)
            .where(MemberRow.room_id == room)
            .order_by(MemberRow.user_id)
        )
        return {user: membership for user, membership in rows}


async def present(index: Index, rooms: Iterable[RoomId]) -> dict[RoomId, tuple[UserId, ...]]:
    """Who is in each of these rooms, is invited or knocks."""
    found: dict[RoomId, list[UserId]] = {}
    async with index.reading() as session:
        rows = await session.execute(
            select(MemberRow.room_id, MemberRow.user_id)
            .where(
                MemberRow.room_id.in_(set(rooms)),
                MemberRow.membership.in_((*_THERE, Membership.KNOCK)),
            )
            .order_by(MemberRow.user_id)
        )
        for room, user in rows:
            found.setdefault(room, []).append(user)
    return {room: tuple(users) for room, users in found.items()}


async def among(
    index: Index, rooms: Iterable[RoomId], people: Iterable[UserId]
) -> dict[tuple[RoomId, UserId], Stay]:
    """What these people have to do with these rooms, and since when."""
    async with index.reading() as session:
        rows = await session.execute(
            select(MemberRow.room_id, MemberRow.user_id, MemberRow.membership, MemberRow.ts).where(
                MemberRow.room_id.in_(set(rooms)), MemberRow.user_id.in_(set(people))
            )
        )
        return {(room, user): Stay(membership, ts) for room, user, membership, ts in rows}


async def bans(index: Index, rooms: Iterable[RoomId], of: UserId | None = None) -> tuple[Ban, ...]:
    """Who is shut out of these rooms, the longest first; with `of` that of one person."""
    query = select(MemberRow.room_id, MemberRow.user_id, MemberRow.sender, MemberRow.ts).where(
        MemberRow.room_id.in_(set(rooms)), MemberRow.membership == Membership.BAN
    )
    if of:
        query = query.where(MemberRow.user_id == of)
    async with index.reading() as session:
        rows = await session.execute(query.order_by(MemberRow.ts, MemberRow.room_id))
        return tuple(Ban(room, user, sender, ts) for room, user, sender, ts in rows)


async def counts(index: Index, rooms: Iterable[RoomId]) -> dict[RoomId, int]:
    """How many have joined each room, the bot among them."""
    async with index.reading() as session:
        rows = await session.execute(
            select(MemberRow.room_id, func.count())
            .where(MemberRow.room_id.in_(set(rooms)), MemberRow.membership == Membership.JOIN)
            .group_by(MemberRow.room_id)
        )
        return {room: number for room, number in rows}


async def names(index: Index, people: Iterable[UserId]) -> dict[UserId, str]:
    """The name that each person bears; of several, the one they took last."""
    async with index.reading() as session:
        rows = await session.execute(
            select(MemberRow.user_id, MemberRow.name)
            .where(
                MemberRow.user_id.in_(set(people)),
                MemberRow.name.is_not(None),
                # Somebody's name is in the events that they sent themselves; an inviter's server
                # may have filled in another.
                MemberRow.membership.in_((Membership.JOIN, Membership.KNOCK)),
            )
            .order_by(MemberRow.ts)
        )
        return {user: name for user, name in rows if name}


async def names_in(index: Index, room: RoomId, people: Iterable[UserId]) -> dict[UserId, str]:
    """The names that people bear, or last bore, in one room; elsewhere they may bear others."""
    async with index.reading() as session:
        rows = await session.execute(
            select(MemberRow.user_id, MemberRow.name).where(
                MemberRow.room_id == room,
                MemberRow.user_id.in_(set(people)),
                MemberRow.membership == Membership.JOIN,
                MemberRow.name.is_not(None),
            )
        )
        here = {user: name for user, name in rows if name}
    gone = {user: await last_name(index, room, user) for user in set(people) - here.keys()}
    return here | {user: name for user, name in gone.items() if name}


async def names_there(index: Index, room: RoomId) -> tuple[str, ...]:
    """The names of all who are in a room now, as they bear them there."""
    async with index.reading() as session:
        rows = await session.scalars(
            select(MemberRow.name).where(
                MemberRow.room_id == room,
                MemberRow.membership == Membership.JOIN,
                MemberRow.name.is_not(None),
            )
        )
        return tuple(name for name in rows if name)


async def last_name(index: Index, room: RoomId, person: UserId) -> str | None:
    """The name that somebody last bore in a room where they may be no longer."""
    async with index.reading() as session:
        contents = await session.scalars(
            select(EventRow.content)
            .where(
                EventRow.room_id == room,
                EventRow.type == "m.room.member",
                EventRow.state_key == person,
                EventRow.sender == person,
            )
            .order_by(EventRow.position.desc())
            .limit(10)
        )
        names = (content.get("displayname") for content in contents)
        return next((name for name in names if isinstance(name, str) and name), None)


async def last_names(
    index: Index, rooms: Iterable[RoomId], people: Iterable[UserId]
) -> dict[UserId, str]:
    """The same of several people, of whichever of these rooms they were last in."""
    query = (
        select(EventRow.sender, EventRow.content)
        .where(
            EventRow.room_id.in_(set(rooms)),
            EventRow.type == "m.room.member",
            EventRow.state_key.in_(set(people)),
            EventRow.sender == EventRow.state_key,
        )
        .order_by(EventRow.ts)
    )
    async with index.reading() as session:
        found = [(who, said.get("displayname")) for who, said in await session.execute(query)]
    return {who: name for who, name in found if isinstance(name, str) and name}


def _is_closed() -> ColumnElement[bool]:
    """Whether nobody comes into the room uninvited: else it is no direct chat, however few are in.

    A homeserver may put everybody, the bot too, into a room where all are welcome.
    """
    # The content is canonical JSON.
    closed = type_coerce(StateRow.content, Text).contains('"join_rule":"invite"', autoescape=True)
    return ~exists().where(
        StateRow.room_id == RoomRow.room_id, StateRow.type == "m.room.join_rules", ~closed
    )


async def direct_chat(index: Index, bot: UserId, person: UserId) -> RoomId | None:
    """The room in which the bot and this person are alone, or will be once they accept.

    Of several the one in which they last spoke; before they did, the newest.
    """
    mine, theirs, everybody = aliased(MemberRow), aliased(MemberRow), aliased(MemberRow)
    alone = (
        select(func.count())
        .where(everybody.room_id == mine.room_id, everybody.membership.in_(_THERE))
        .scalar_subquery()
    )
    chosen = select(PreferenceRow.chat).where(PreferenceRow.user_id == person).scalar_subquery()
    spoken_in = case((mine.room_id == chosen, 1), else_=0)
    # The two databases have no function in common for this.
    later = case((mine.ts > theirs.ts, mine.ts), else_=theirs.ts)
    async with index.reading() as session:
        return await session.scalar(
            select(mine.room_id)
            .join(theirs, theirs.room_id == mine.room_id)
            .join(RoomRow, RoomRow.room_id == mine.room_id)
            .where(
                mine.user_id == bot,
                mine.membership == Membership.JOIN,
                theirs.user_id == person,
                theirs.membership.in_(_THERE),
                RoomRow.managed.is_(False),
                RoomRow.membership == Membership.JOIN,
                _is_closed(),
                alone == 2,
            )
            # A joined chat goes before one that waits for them to accept.
            .order_by(theirs.membership.desc(), spoken_in.desc(), later.desc())
            .limit(1)
        )


async def named(
    index: Index, rooms: Iterable[RoomId], name: str, *, begins: bool = False
) -> tuple[UserId, ...]:
    """Those in any of these rooms who bear a name, in any case of letters.

    With `begins`, where nobody does, those whose name has it as its first words.
    """
    async with index.reading() as session:
        rows = await session.execute(
            select(MemberRow.user_id, MemberRow.name)
            .where(
                MemberRow.room_id.in_(set(rooms)),
                MemberRow.membership.in_((*_THERE, Membership.KNOCK)),
            )
            .distinct()
        )
        names = {(user, own.casefold()) for user, own in rows if own}
    wanted = name.casefold()
    found = {user for user, own in names if own == wanted}
    if begins and not found:
        found = {user for user, own in names if own.startswith(f"{wanted} ")}
    return tuple(sorted(found))


async def alone_with(index: Index, bot: UserId, room: RoomId) -> UserId | None:
    """The other one of a direct chat; None where the room is none or has a third."""
    async with index.reading() as session:
        users = await session.scalars(
            select(MemberRow.user_id)
            .join(RoomRow, RoomRow.room_id == MemberRow.room_id)
            .where(
                MemberRow.room_id == room,
                MemberRow.membership.in_(_THERE),
                RoomRow.managed.is_(False),
                _is_closed(),
            )
            .limit(3)
        )
        others = [user for user in users if user != bot]
    return others[0] if len(others) == 1 else None


async def is_closed(index: Index, room: RoomId) -> bool:
    """Whether nobody comes into the room uninvited."""
    async with index.reading() as session:
        query = select(RoomRow.room_id).where(RoomRow.room_id == room, _is_closed())
        return await session.scalar(query) is not None
