"""What else names the room of a place, and goes along when the place gets another room."""

from sqlalchemy import update

from plein_bot.domain.ids import RoomId
from plein_bot.index.database import Index
from plein_bot.index.tables.cases import CaseRow
from plein_bot.index.tables.invitations import InvitationRow
from plein_bot.index.tables.ledger import OfferRow, PreferenceRow, RequestRow
from plein_bot.index.tables.policies import PolicyHitRow
from plein_bot.index.tables.posts import DraftRow
from plein_bot.index.tables.sanctions import SanctionRow

GOING_ALONG = (
    RequestRow.place,
    OfferRow.place,
    InvitationRow.place,
    PreferenceRow.last_place,
    DraftRow.place,
    SanctionRow.place,
    CaseRow.place,
    PolicyHitRow.subsite,
)
"""Of the ledger. The audit stays with the room where it happened: nothing in it ever changes."""


async def hand_over(index: Index, old: RoomId, new: RoomId) -> None:
    async with index.session() as session:
        for column in GOING_ALONG:
            await session.execute(update(column.class_).where(column == old).values({column: new}))
