import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from plein_bot.commands.desk import Desk
from plein_bot.domain.events import Batch, Line, Work
from plein_bot.domain.ids import EventId, RoomId, UserId
from plein_bot.index import work as rows
from plein_bot.index.database import Index
from plein_bot.index.intake import take_in
from plein_bot.index.trouble import DatabaseTrouble, Kind

BOT, ALICE = UserId("@plein:plein.test"), UserId("@alice:plein.test")
Handle = Callable[[Work], Awaitable[None]]


def line(key: str, room: str = "!here") -> Work:
    return Work(key, room, Line(EventId(key), RoomId(room), ALICE, "help", 1))


async def receive(index: Index, *things: Work) -> None:
    await take_in(index, Batch("token", work=things), BOT)


@asynccontextmanager
async def at_work(
    index: Index, handle: Handle, sorry: list[tuple[str, int]]
) -> AsyncIterator[None]:
    async def apologise(work: Work, number: int) -> None:
        sorry.append((work.key, number))

    working = asyncio.create_task(Desk(index, handle, apologise).run())
    try:
        yield
    finally:
        working.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await working


async def all_done(index: Index) -> None:
    """Being done makes no news, so this looks again and again."""
    async with asyncio.timeout(60):
        while await rows.outstanding(index):  # noqa: ASYNC110
            await asyncio.sleep(0)


async def test_a_lane_is_in_order_and_lanes_do_not_wait_for_each_other(index: Index) -> None:
    begun: list[str] = []
    other_lane = asyncio.Event()

    async def handle(work: Work) -> None:
        begun.append(work.key)
        if work.key == "$first":
            await other_lane.wait()
        if work.key == "$elsewhere":
            other_lane.set()

    await receive(index, line("$first"), line("$second"), line("$elsewhere", "!there"))
    async with at_work(index, handle, []):
        await all_done(index)

    assert begun.index("$first") < begun.index("$second")
    assert begun.index("$elsewhere") < begun.index("$second")


async def test_what_fails_is_set_aside_with_a_number_and_the_lane_goes_on(index: Index) -> None:
    done: list[str] = []
    sorry: list[tuple[str, int]] = []

    async def handle(work: Work) -> None:
        if work.key == "$bad":
            raise RuntimeError("a mistake of ours")
        done.append(work.key)

    await receive(index, line("$bad"), line("$good"))
    async with at_work(index, handle, sorry):
        await all_done(index)

    assert done == ["$good"]
    [aside] = await rows.aside(index)
    assert sorry == [("$bad", aside.number)]
    assert "a mistake of ours" in aside.error


async def test_trouble_with_the_database_is_waited_out(index: Index) -> None:
    tries: list[str] = []

    async def handle(work: Work) -> None:
        tries.append(work.key)
        if len(tries) == 1:
            raise DatabaseTrouble(Kind.LOCKED, "for a moment")

    await receive(index, line("$a"), line("$b"))
    async with at_work(index, handle, []):
        await all_done(index)

    assert tries == ["$a", "$a", "$b"]
    assert await rows.aside(index) == []


async def test_work_from_before_a_stop_comes_first_and_each_is_done_once(index: Index) -> None:
    done: list[str] = []

    async def handle(work: Work) -> None:
        done.append(work.key)

    await receive(index, line("$old"))
    async with at_work(index, handle, []):
        await receive(index, line("$new"), line("$old"))
        await all_done(index)
        await receive(index, line("$new"))
        await all_done(index)

    assert done == ["$old", "$new"]


async def test_what_is_to_be_tried_again_is_done_without_a_restart(index: Index) -> None:
    broken = True
    done: list[str] = []

    async def handle(work: Work) -> None:
        if broken and work.key == "$bad":
            raise RuntimeError("a mistake of ours")
        done.append(work.key)

    await receive(index, line("$bad"), line("$later"))
    async with at_work(index, handle, []):
        await all_done(index)
        [aside] = await rows.aside(index)
        broken = False
        await rows.retry(index, aside.number)
        await all_done(index)

    assert done == ["$later", "$bad"]
