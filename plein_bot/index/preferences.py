"""What somebody chose, or used last."""

from typing import Any

from plein_bot.domain.ids import RoomId, UserId
from plein_bot.index.database import Index
from plein_bot.index.tables.ledger import PreferenceRow


async def language(index: Index, user: UserId) -> str | None:
    async with index.reading() as session:
        row = await session.get(PreferenceRow, user)
    return row.language if row else None


async def speak(index: Index, user: UserId, language: str) -> None:
    await _set(index, user, language=language)


async def last_place(index: Index, user: UserId) -> RoomId | None:
    async with index.reading() as session:
        row = await session.get(PreferenceRow, user)
    return row.last_place if row else None


async def use_place(index: Index, user: UserId, room: RoomId) -> None:
    if await last_place(index, user) != room:
        await _set(index, user, last_place=room)


async def speak_in(index: Index, user: UserId, chat: RoomId) -> None:
    """Of several direct chats with somebody, the one where they look (`members.direct_chat`)."""
    async with index.reading() as session:
        row = await session.get(PreferenceRow, user)
    if row is None or row.chat != chat:
        await _set(index, user, chat=chat)


async def _set(index: Index, user: UserId, **values: Any) -> None:
    async with index.session() as session:
        row = await session.get(PreferenceRow, user) or PreferenceRow(user_id=user)
        for name, value in values.items():
            setattr(row, name, value)
        session.add(row)
