"""Posts that are being written."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from sqlalchemy import delete, select, update

from plein_bot.domain.drafts import Draft
from plein_bot.domain.ids import UserId
from plein_bot.index.database import Index
from plein_bot.index.tables.posts import DraftPictureRow, DraftRow


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture of a draft, which its text calls `image:<number>`; `url` once it has an address."""

    number: int
    name: str
    mime: str
    data: bytes = field(repr=False)
    url: str | None = None


async def begin(
    index: Index,
    person: UserId,
    title: str,
    text: str,
    cause: str,
    replaces: int | None = None,
    pictures: Iterable[Picture] = (),
) -> Draft:
    """A new draft, or the one that this cause began before."""
    async with index.session() as session:
        row = await session.scalar(select(DraftRow).where(DraftRow.cause == cause))
        if row is None:
            row = DraftRow(
                person=person,
                title=title,
                text=text,
                replaces=replaces,
                changed_at=datetime.now(UTC),
                cause=cause,
                last_cause=cause,
            )
            session.add(row)
            await session.flush()
            for one in pictures:
                session.add(
                    DraftPictureRow(
                        draft=row.number,
                        number=one.number,
                        name=one.name,
                        mime=one.mime,
                        data=one.data,
                        url=one.url,
                    )
                )
        return _draft(row)


async def pictures_of(index: Index, number: int) -> tuple[Picture, ...]:
    """The pictures of a draft, in their order."""
    async with index.reading() as session:
        rows = await session.scalars(
            select(DraftPictureRow)
            .where(DraftPictureRow.draft == number)
            .order_by(DraftPictureRow.number)
        )
        return tuple(Picture(row.number, row.name, row.mime, row.data, row.url) for row in rows)


async def addressed(index: Index, draft: int, picture: int, url: str) -> None:
    """Write down where a picture is to stand in the media repository."""
    async with index.session() as session:
        await session.execute(
            update(DraftPictureRow)
            .where(DraftPictureRow.draft == draft, DraftPictureRow.number == picture)
            .values(url=url)
        )


async def begun_by(index: Index, cause: str) -> Draft | None:
    """What this cause began and has not ended."""
    async with index.reading() as session:
        row = await session.scalar(
            select(DraftRow).where(DraftRow.cause == cause, DraftRow.done.is_(False))
        )
        return _draft(row) if row else None


async def of_person(index: Index, person: UserId) -> tuple[Draft, ...]:
    """What somebody is writing, the one changed last first."""
    async with index.reading() as session:
        rows = await session.scalars(
            select(DraftRow)
            .where(DraftRow.person == person, DraftRow.done.is_(False))
            .order_by(DraftRow.changed_at.desc(), DraftRow.number.desc())
        )
        return tuple(_draft(row) for row in rows)


async def numbered(index: Index, number: int) -> Draft | None:
    """None for one that was sent or thrown away."""
    async with index.reading() as session:
        row = await session.get(DraftRow, number)
        return _draft(row) if row and not row.done else None


async def change(index: Index, draft: Draft, cause: str) -> Draft:
    """Keep a draft as it is now."""
    async with index.session() as session:
        row = await session.get(DraftRow, draft.number)
        if row is None or row.done:
            return draft
        row.title, row.text, row.place = draft.title, draft.text, draft.place
        row.publish_at, row.until = draft.publish_at, draft.until
        row.closes_at = draft.closes_at
        row.changed_at, row.last_cause = datetime.now(UTC), cause
        return _draft(row)


async def append(index: Index, draft: Draft, more: str, cause: str) -> Draft:
    """Put text under what is there, once per cause; gives the draft as it stands."""
    async with index.session() as session:
        row = await session.get(DraftRow, draft.number)
        if row is None or row.done or row.last_cause == cause:
            return _draft(row) if row else draft
        row.text = f"{row.text}\n\n{more}" if row.text else more
        row.changed_at, row.last_cause = datetime.now(UTC), cause
        return _draft(row)


async def end(index: Index, number: int, cause: str) -> None:
    """It was sent, or thrown away: what was written goes."""
    async with index.session() as session:
        row = await session.get(DraftRow, number)
        if row and not row.done:
            row.done, row.title, row.text, row.last_cause = True, "", "", cause
            await session.execute(delete(DraftPictureRow).where(DraftPictureRow.draft == number))


async def ended_by(index: Index, cause: str) -> Draft | None:
    """What this cause sent or threw away, before it was interrupted."""
    async with index.reading() as session:
        row = await session.scalar(
            select(DraftRow).where(DraftRow.last_cause == cause, DraftRow.done.is_(True))
        )
        return _draft(row) if row else None


def _draft(row: DraftRow) -> Draft:
    return Draft(
        number=row.number,
        person=row.person,
        title=row.title,
        text=row.text,
        place=row.place,
        publish_at=row.publish_at,
        until=row.until,
        closes_at=row.closes_at,
        replaces=row.replaces,
    )
