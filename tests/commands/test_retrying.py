import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from plein_bot.commands.desk import Desk
from plein_bot.domain.events import Batch, Line, Work
from plein_bot.domain.ids import EventId, RoomId
from plein_bot.index import work
from plein_bot.index.database import Index
from plein_bot.index.intake import take_in
from tests.index.homeserver import ALICE, BOT

HERE = RoomId("!here")


def line(key: str) -> Work:
    return Work(key, HERE, Line(EventId(key), HERE, ALICE, "help", 1))


@asynccontextmanager
async def at_work(index: Index, handle: Callable[[Work], Awaitable[None]]) -> AsyncIterator[None]:
    async def apologise(_: Work, __: int) -> None:
        pass

    working = asyncio.create_task(Desk(index, handle, apologise).run())
    yield
    working.cancel()
    await asyncio.wait([working])


async def nothing_waits(index: Index) -> None:
    async with asyncio.timeout(60):
        while await work.outstanding(index):
            pass


async def test_what_was_set_aside_is_done_again_by_the_desk_that_runs(
    index: Index, url: str
) -> None:
    tried: list[str] = []
    mended = False

    async def handle(one: Work) -> None:
        tried.append(one.key)
        if one.key == "$a" and not mended:
            raise ValueError("it broke")

    async with at_work(index, handle):
        await take_in(index, Batch("1", work=(line("$a"), line("$b"))), BOT)
        await nothing_waits(index)
        [aside] = await work.aside(index)
        mended = True

        # As another process does it: the desk notices with the next thing that comes in.
        other = await Index.open(url)
        await work.retry(other, aside.number)
        await other.close()
        await take_in(index, Batch("2", work=(line("$c"),)), BOT)
        await nothing_waits(index)

    assert tried == ["$a", "$b", "$a", "$c"]
    assert await work.aside(index) == []
