"""Links to sign in with, and the sessions that they began."""

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select, update

from plein_bot.domain.ids import UserId
from plein_bot.domain.sessions import IDLE, LASTS
from plein_bot.index.database import Index
from plein_bot.index.rows import put_new, sql_table
from plein_bot.index.tables.sessions import SignInRow, WebSessionRow

_OFTEN_ENOUGH = timedelta(minutes=5)
"""Between two times that it is written down when somebody was last seen."""


async def offer(
    index: Index,
    cause: str,
    person: UserId,
    token: str,
    digest: str,
    now: datetime,
    until: datetime,
) -> str:
    """Keep a link, and let older ones of this person work no more.

    Returns the token that stands for this cause; "" once it has been said.
    """
    row = {
        "cause": cause,
        "person": person,
        "digest": digest,
        "unsaid": token,
        "made_at": now,
        "expires_at": until,
        "session": None,
    }
    async with index.session() as session:
        await put_new(session, sql_table(SignInRow), [row], "cause")
        await session.execute(
            update(SignInRow)
            .where(SignInRow.person == person, SignInRow.cause != cause, SignInRow.expires_at > now)
            .values(expires_at=now)
        )
        query = select(SignInRow.unsaid).where(SignInRow.cause == cause)
        return await session.scalar(query) or ""


async def said(index: Index, cause: str) -> None:
    """The link stands in the chat: from here on there is the hash alone."""
    async with index.session() as session:
        await session.execute(update(SignInRow).where(SignInRow.cause == cause).values(unsaid=None))


async def count_since(index: Index, person: UserId, since: datetime, *, but: str) -> int:
    """How many links somebody was given since then, by other causes than this."""
    query = select(func.count()).where(
        SignInRow.person == person, SignInRow.made_at >= since, SignInRow.cause != but
    )
    async with index.reading() as session:
        return await session.scalar(query) or 0


async def whose_link(index: Index, digest: str, now: datetime) -> UserId | None:
    """Who may still sign in by a link; asking changes nothing."""
    query = select(SignInRow.person).where(
        SignInRow.digest == digest, SignInRow.session.is_(None), SignInRow.expires_at > now
    )
    async with index.reading() as session:
        return await session.scalar(query)


async def begin(
    index: Index, link: str, digest: str, now: datetime, *, alone: bool
) -> UserId | None:
    """Sign somebody in by a link that was not used before; None where it is over.

    The same browser once more is a double click. With `alone` all their other sessions end.
    """
    async with index.session() as session:
        taken: UserId | None = await session.scalar(
            update(SignInRow)
            .where(
                SignInRow.digest == link, SignInRow.session.is_(None), SignInRow.expires_at > now
            )
            .values(session=digest)
            .returning(SignInRow.person)
        )
        if taken is None:
            again = select(WebSessionRow.person).where(
                WebSessionRow.digest
                == select(SignInRow.session).where(SignInRow.digest == link).scalar_subquery(),
                WebSessionRow.digest == digest,
            )
            return await session.scalar(again)
        if alone:
            await session.execute(delete(WebSessionRow).where(WebSessionRow.person == taken))
        session.add(WebSessionRow(digest=digest, person=taken, begun_at=now, seen_at=now))
        return taken


async def person_in(index: Index, digest: str, now: datetime) -> UserId | None:
    """Who is signed in by this; None where that is over."""
    async with index.reading() as session:
        row = await session.get(WebSessionRow, digest)
    if row is None or row.begun_at <= now - LASTS or row.seen_at <= now - IDLE:
        return None
    if row.seen_at <= now - _OFTEN_ENOUGH:
        async with index.session() as session:
            await session.execute(
                update(WebSessionRow).where(WebSessionRow.digest == digest).values(seen_at=now)
            )
    return row.person


async def end(index: Index, digest: str) -> None:
    async with index.session() as session:
        await session.execute(delete(WebSessionRow).where(WebSessionRow.digest == digest))


async def end_all(index: Index, people: Collection[UserId], now: datetime) -> int:
    """End all sessions of these people and let no link of theirs work any more.

    Returns how many sessions that were.
    """
    async with index.session() as session:
        ended = list(
            await session.scalars(
                delete(WebSessionRow)
                .where(WebSessionRow.person.in_(people))
                .returning(WebSessionRow.digest)
            )
        )
        await session.execute(
            update(SignInRow)
            .where(SignInRow.person.in_(people), SignInRow.expires_at > now)
            .values(expires_at=now, unsaid=None)
        )
        return len(ended)


async def forget(index: Index, now: datetime) -> None:
    """What is over and counts for nothing any more."""
    async with index.session() as session:
        over = WebSessionRow.begun_at <= now - LASTS, WebSessionRow.seen_at <= now - IDLE
        for condition in over:
            await session.execute(delete(WebSessionRow).where(condition))
        await session.execute(delete(SignInRow).where(SignInRow.expires_at <= now - LASTS))
