"""The database and the ways into it: reading, writing, and waiting until something is known."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Self, TypeVar

from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker

from plein_bot.index import engines
from plein_bot.index.lately import Lately
from plein_bot.index.schema import refuse_another_schema
from plein_bot.index.trouble import told_as_trouble

T = TypeVar("T")


class Index:
    """Plein's database, opened by `Index.open`.

    A session belongs to one task and one piece of work: open it, use it, leave the block. It never
    leaves `index/`; domain objects do. `changes` is another number after whatever was written, and
    only one process writes: what was made of what is known holds as long as it is the same.
    `lately` is of the intake alone (`watching`).
    """

    def __init__(self, url: str) -> None:
        self._writer: AsyncEngine = engines.for_writing(url)
        self._reader: AsyncEngine = engines.for_reading(url, self._writer)
        self._writing = async_sessionmaker(self._writer, expire_on_commit=False)
        self._reading = async_sessionmaker(self._reader, expire_on_commit=False)
        # One transaction at a time: then what one has read still stands when it writes, in
        # PostgreSQL too. SQLite lets only one write anyway, and is not fair to those who wait.
        self._turn = asyncio.Lock()
        self._busy: asyncio.Task[object] | None = None
        self._news = asyncio.Event()
        self.changes = 0
        self.lately = Lately()

    @classmethod
    async def open(cls, url: str) -> Self:
        """Open a database that `migrate` made. Raises `DatabaseTrouble`, also on another schema."""
        index = cls(url)
        try:
            with told_as_trouble():
                async with index._reader.connect() as connection:
                    await connection.run_sync(refuse_another_schema)
        except BaseException:
            await index.close()
            raise
        return index

    async def close(self) -> None:
        await self._reader.dispose()
        await self._writer.dispose()

    @asynccontextmanager
    async def session(self, *, unseen: bool = False) -> AsyncIterator[AsyncSession]:
        """A transaction: committed on leaving the block, rolled back on an exception.

        Keep it short: nobody else writes meanwhile. What is `unseen` is nothing that anybody could
        be shown. Raises `DatabaseTrouble`.
        """
        task = asyncio.current_task()
        if self._busy is task:
            raise RuntimeError("a session inside a session would wait for itself for ever")
        async with self._turn:
            self._busy = task
            try:
                with told_as_trouble():
                    async with self._writing.begin() as session:
                        yield session
            finally:
                self._busy = None
                self.changes += not unseen

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncSession]:
        """One moment of the database, for reading only. Raises `DatabaseTrouble`."""
        with told_as_trouble():
            async with self._reading() as session:
                yield session

    async def until(self, condition: Callable[[], Awaitable[T]]) -> T:
        """Wait until `condition` holds, and give what it gave. It is asked again after each intake.

        Only the intake of this process counts. It waits for ever: put `asyncio.timeout` around it.
        """
        while True:
            # Taken before asking, so that news which comes during the question is not missed.
            news = self._news
            if answer := await condition():
                return answer
            await news.wait()

    def announce(self) -> None:
        """Let those who wait look again; the intake does it."""
        self._news.set()
        self._news = asyncio.Event()
