from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from plein_bot.domain.events import Due
from plein_bot.domain.timers import Timer
from plein_bot.index import timers, work
from plein_bot.index.database import Index
from tests.conftest import opened

NINE = datetime(2026, 12, 1, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)


def timer(name: str = "post.publish:17", due_at: datetime = NINE, lane: str = "!here") -> Timer:
    return Timer(name, name.partition(":")[0], lane, due_at, "$cause", {"number": 17})


async def ripened(index: Index) -> list[Due]:
    found = [one.work.incoming for one in await work.outstanding(index)]
    assert all(isinstance(one, Due) for one in found)
    return [one for one in found if isinstance(one, Due)]


async def names(index: Index) -> list[str]:
    return [due.name for due in await ripened(index)]


async def test_what_is_due_becomes_work_and_what_is_not_waits(index: Index) -> None:
    await timers.set(index, timer("b", NINE))
    await timers.set(index, timer("a", NINE + HOUR))
    await timers.set(index, timer("c", NINE - HOUR))

    assert await timers.ripen(index, NINE) == 2

    [first, second] = await work.outstanding(index)
    assert second.work.incoming == Due("b", "b", {"number": 17}, NINE)
    assert second.work.key == "timer:b:2026-12-01T09:00:00+00:00"
    assert second.work.lane == "!here"
    assert first.work.key == "timer:c:2026-12-01T08:00:00+00:00"
    assert await timers.next_due(index) == NINE + HOUR


async def test_one_of_the_same_name_takes_the_place_of_another(index: Index) -> None:
    await timers.set(index, timer(due_at=NINE))
    await timers.set(index, timer(due_at=NINE + HOUR))

    assert await timers.of_kind(index, "post.publish") == (timer(due_at=NINE + HOUR),)
    assert await timers.ripen(index, NINE) == 0
    assert await timers.ripen(index, NINE + HOUR) == 1
    assert await timers.next_due(index) is None


async def test_what_is_cancelled_does_not_ripen(index: Index) -> None:
    await timers.set(index, timer())

    await timers.cancel(index, "post.publish:17")
    await timers.cancel(index, "post.publish:unknown")

    assert await timers.ripen(index, NINE) == 0


async def test_those_of_a_kind_come_in_their_order(index: Index) -> None:
    for name, hours in (("post.publish:1", 2), ("post.close:1", 1), ("post.publish:2", 0)):
        await timers.set(index, timer(name, NINE + hours * HOUR))

    found = await timers.of_kind(index, "post.publish")

    assert [one.name for one in found] == ["post.publish:2", "post.publish:1"]
    assert await timers.of_kind(index, "poll") == ()


async def test_an_act_that_is_done_again_does_not_make_it_ripen_again(index: Index) -> None:
    await timers.set(index, timer())
    await timers.ripen(index, NINE)
    [one] = await work.outstanding(index)
    await work.done(index, one.work.key)

    await timers.set(index, timer())
    await timers.ripen(index, NINE + HOUR)

    assert await ripened(index) == []
    assert await timers.next_due(index) is None


async def test_another_moment_of_the_same_name_ripens_anew(index: Index) -> None:
    await timers.set(index, timer())
    await timers.ripen(index, NINE)
    await timers.set(index, timer(due_at=NINE + HOUR))
    await timers.ripen(index, NINE + HOUR)

    assert [due.due_at for due in await ripened(index)] == [NINE, NINE + HOUR]


async def test_a_clock_that_goes_back_ripens_nothing_twice(index: Index) -> None:
    await timers.set(index, timer("a", NINE))
    await timers.set(index, timer("b", NINE + HOUR))

    for now in (NINE + HOUR / 2, NINE - HOUR, NINE + HOUR / 2, NINE - 1000 * HOUR):
        await timers.ripen(index, now)
    assert await names(index) == ["a"]

    await timers.ripen(index, NINE + 10_000 * HOUR)
    assert await names(index) == ["a", "b"]


async def test_the_hour_that_comes_twice_comes_twice(index: Index) -> None:
    amsterdam = ZoneInfo("Europe/Amsterdam")
    half_past_two = datetime(2026, 10, 25, 2, 30, tzinfo=amsterdam)
    await timers.set(index, timer("winter", half_past_two.replace(fold=1)))
    await timers.set(index, timer("summer", half_past_two))

    await timers.ripen(index, datetime(2026, 10, 25, 0, 30, tzinfo=UTC))
    assert await names(index) == ["summer"]

    await timers.ripen(index, datetime(2026, 10, 25, 1, 30, tzinfo=UTC))
    assert await names(index) == ["summer", "winter"]


async def test_two_processes_ripen_the_same_once(url: str) -> None:
    async with opened(url) as index, opened(url) as other:
        await timers.set(index, timer())
        await timers.set(index, timer("later", NINE + HOUR))

        assert await timers.ripen(other, NINE) == 1
        assert await timers.ripen(index, NINE) == 0

        assert await names(index) == ["post.publish:17"]
        assert await timers.next_due(index) == NINE + HOUR


async def test_thousands_ripen_at_once(index: Index) -> None:
    many = [timer(f"digest:{number:05}", NINE) for number in range(12_000)]
    async with index.session() as session:
        await timers.put_down(session, many)

    assert await timers.ripen(index, NINE) == 12_000

    assert await names(index) == [one.name for one in many]
