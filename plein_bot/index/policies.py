"""Which policy lists subsites follow, and what rules there are in them, as the rooms say."""

import asyncio
from collections.abc import Collection, Iterable
from weakref import WeakKeyDictionary

from sqlalchemy import Select, select
from sqlalchemy.orm import aliased

from plein_bot.domain import policies, policy_lists
from plein_bot.domain.events import Json
from plein_bot.domain.ids import RoomId
from plein_bot.domain.policies import Rule, RuleBook
from plein_bot.domain.policy_lists import Following, Mode
from plein_bot.index.database import Index
from plein_bot.index.tables.projection import PlaceRow, RoomRow, StateRow

_AT_ONCE = 500
"""Rules that are read at a time: a list may have many, and others want to be served too."""

# The books are read for everybody who comes, and made anew by whoever attends to a change of their
# list; until then the old one does.
_BOOKS: WeakKeyDictionary[Index, dict[RoomId, RuleBook]] = WeakKeyDictionary()

_NAME = aliased(StateRow)
_FOLLOWED: Select[RoomId, str, Json, Json] = (
    select(StateRow.room_id, StateRow.state_key, StateRow.content, _NAME.content)
    .join(RoomRow, RoomRow.room_id == StateRow.room_id)
    # Where a subsite goes on in another room, what stands in the old one counts no more.
    .join(PlaceRow, PlaceRow.room_id == StateRow.room_id)
    .outerjoin(
        _NAME,
        (_NAME.room_id == StateRow.state_key)
        & (_NAME.type == "m.room.name")
        & (_NAME.state_key == ""),
    )
    .where(
        StateRow.type == policy_lists.TYPE,
        StateRow.sender == RoomRow.creator,
        PlaceRow.subsite.is_(None),
    )
)


async def _all(index: Index, query: Select[RoomId, str, Json, Json]) -> tuple[Following, ...]:
    found: list[Following] = []
    async with index.reading() as session:
        for subsite, room, content, named in await session.execute(query):
            name = (named or {}).get("name")  # there may be none
            said = name if isinstance(name, str) else ""
            if one := policy_lists.following(subsite, room, content, said):
                found.append(one)
    return tuple(sorted(found, key=lambda one: one.number))


async def of_subsites(index: Index, subsites: Collection[RoomId]) -> tuple[Following, ...]:
    """The lists that these subsites follow or followed, by number."""
    return await _all(index, _FOLLOWED.where(StateRow.room_id.in_(set(subsites))))


async def of_list(index: Index, room: RoomId) -> tuple[Following, ...]:
    """Who follows, or followed, the list in this room."""
    return await _all(index, _FOLLOWED.where(StateRow.state_key == room))


async def all_of(index: Index) -> tuple[Following, ...]:
    return await _all(index, _FOLLOWED)


async def is_followed(index: Index, room: RoomId) -> bool:
    return any(one.mode is not Mode.OFF for one in await of_list(index, room))


async def book(index: Index, room: RoomId) -> RuleBook:
    """The rules of a list as they were when it was last attended to."""
    books = _BOOKS.setdefault(index, {})
    if room not in books:
        rules = await _rules(index, room)
        books[room] = await asyncio.to_thread(RuleBook, rules)
    return books[room]


async def books(index: Index, lists: Iterable[Following]) -> dict[RoomId, RuleBook]:
    return {one.room: await book(index, one.room) for one in lists}


def forget(index: Index, room: RoomId) -> None:
    """The rules of a list have changed: whoever asks for them next gets them as they are."""
    _BOOKS.get(index, {}).pop(room, None)


async def _rules(index: Index, room: RoomId) -> list[Rule]:
    """Of the same entity the newest kind of rule comes first, as `TYPES` has them."""
    found: list[Rule] = []
    for kind in policies.TYPES:
        after: str | None = None
        while True:
            query = select(StateRow.state_key, StateRow.content).where(
                StateRow.room_id == room, StateRow.type == kind
            )
            if after is not None:
                query = query.where(StateRow.state_key > after)
            async with index.reading() as session:
                rows = (
                    await session.execute(query.order_by(StateRow.state_key).limit(_AT_ONCE))
                ).all()
            found += [
                rule for key, content in rows if (rule := policies.rule_of(kind, key, content))
            ]
            if len(rows) < _AT_ONCE:
                break
            after = rows[-1][0]
    return found
