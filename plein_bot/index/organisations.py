"""The register of organisations, folded from the state of the bot's register room."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from plein_bot.domain.ids import RoomId
from plein_bot.domain.people import Organisation, OrganisationKind
from plein_bot.domain.places import Kind
from plein_bot.index.database import Index
from plein_bot.index.tables.projection import OrganisationRow, RoomRow, StateRow

TYPE = "nl.plein.organisation"


async def fold(session: AsyncSession, room: RoomId, types: Collection[str]) -> None:
    """Make the register's rows again, after state of these types changed."""
    if TYPE not in types:
        return
    row = await session.get(RoomRow, room)
    if row is None or not row.managed or row.kind != Kind.REGISTER.value:
        return
    found = await session.execute(
        select(StateRow.state_key, StateRow.content).where(
            StateRow.room_id == room,
            StateRow.type == TYPE,
            StateRow.sender == row.creator,
        )
    )
    await session.execute(delete(OrganisationRow).where(OrganisationRow.room_id == room))
    for slug, content in found:
        # An organisation is removed by emptying its state.
        if content.get("kind") in set(OrganisationKind) and isinstance(content.get("name"), str):
            session.add(
                OrganisationRow(
                    slug=slug,
                    room_id=room,
                    name=content["name"],
                    kind=OrganisationKind(content["kind"]),
                    content=content,
                )
            )


def to_content(organisation: Organisation) -> dict[str, Any]:
    return {
        "name": organisation.name,
        "kind": organisation.kind.value,
        "servers": list(organisation.servers),
        "domains": list(organisation.domains),
    }


def _strings(value: object) -> tuple[str, ...]:
    return tuple(v.lower() for v in value if isinstance(v, str)) if isinstance(value, list) else ()


async def all_of(index: Index) -> tuple[Organisation, ...]:
    async with index.reading() as session:
        rows = await session.scalars(select(OrganisationRow).order_by(OrganisationRow.slug))
        return tuple(
            Organisation(
                row.slug,
                row.name,
                row.kind,
                _strings(row.content.get("servers")),
                _strings(row.content.get("domains")),
            )
            for row in rows
        )
