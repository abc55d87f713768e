"""Who invited the relay into a room that they do not manage, and when?"""

from sqlalchemy import delete

from bridges.homeserver.store.database import Session
from bridges.homeserver.store.tables import InvitationRow


async def turn_down(
    session: Session, side: str, room: str, person: str, event_id: str, now: float
) -> None:
    await session.merge(
        InvitationRow(side=side, room_id=room, user_id=person, event_id=event_id, at=now)
    )


async def is_again(
    session: Session, side: str, room: str, person: str, event_id: str, since: float
) -> bool:
    """Whether an earlier invitation of theirs into that room was turned down."""
    row = await session.get(InvitationRow, (side, room, person))
    return row is not None and row.event_id != event_id and row.at > since


async def forget(session: Session, before: float) -> None:
    await session.execute(delete(InvitationRow).where(InvitationRow.at < before))
