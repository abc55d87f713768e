from datetime import UTC, datetime, timedelta
from typing import Any, get_args, get_type_hints

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from plein_bot.domain.events import Batch, Due, FileSent, Incoming, Line, Undecryptable, Work
from plein_bot.domain.ids import EventId, RoomId, UserId
from plein_bot.domain.media import Media
from plein_bot.index import work
from plein_bot.index.database import Index
from plein_bot.index.intake import take_in
from plein_bot.index.work import Aside
from tests.index.homeserver import ALICE, BOT

HERE, THERE = "!here", "!there"


def line(key: str, room: str = HERE) -> Work:
    return Work(key, room, Line(key, room, ALICE, "help", 1))  # type: ignore[arg-type]


async def receive(index: Index, *things: Work) -> None:
    await take_in(index, Batch("token", work=things), BOT)


async def keys(index: Index) -> list[str]:
    return [row.work.key for row in await work.outstanding(index)]


async def test_work_waits_in_the_order_in_which_it_came(index: Index) -> None:
    await receive(index, line("$b"), line("$a", THERE))
    await receive(index, line("$c"))

    rows = await work.outstanding(index)

    assert [row.work for row in rows] == [line("$b"), line("$a", THERE), line("$c")]
    assert sorted(row.sequence for row in rows) == [row.sequence for row in rows]
    assert await work.outstanding(index, after=rows[1].sequence) == rows[2:]
    assert all(datetime.now(UTC) - row.received_at < timedelta(minutes=1) for row in rows)


async def test_work_that_comes_twice_is_done_once(index: Index) -> None:
    await receive(index, line("$a"), line("$a"))
    await receive(index, line("$a"))
    assert await keys(index) == ["$a"]

    await work.done(index, "$a")
    await receive(index, line("$a"))

    assert await keys(index) == []


async def test_work_that_was_set_aside_has_a_number_and_can_be_done_again(index: Index) -> None:
    await receive(index, line("$a"), line("$b"))

    number = await work.set_aside(index, "$a", "it broke")

    assert await keys(index) == ["$b"]
    [row] = await work.aside(index)
    assert row == Aside(line("$a"), number, 1, row.received_at, "it broke")
    assert await work.retry(index, number) == line("$a")
    assert await keys(index) == ["$a", "$b"]
    assert await work.aside(index) == []
    assert await work.retry(index, number) is None


async def test_a_number_is_never_given_out_again(index: Index) -> None:
    await receive(index, line("$a"), line("$b"))
    first = await work.set_aside(index, "$a", "")
    await work.retry(index, first)
    await work.done(index, "$a")
    await work.forget_done(index, datetime.now(UTC) + timedelta(days=1))

    second = await work.set_aside(index, "$b", "")
    await work.retry(index, second)

    assert second != first
    assert await work.set_aside(index, "$b", "") == second


async def test_done_work_is_forgotten_after_a_while(index: Index) -> None:
    await receive(index, line("$a"), line("$b"))
    await work.done(index, "$a")

    await work.forget_done(index, datetime.now(UTC) - timedelta(days=1))
    await receive(index, line("$a"))
    assert await keys(index) == ["$b"]

    await work.forget_done(index, datetime.now(UTC) + timedelta(minutes=1))
    await receive(index, line("$a"))
    assert await keys(index) == ["$b", "$a"]


async def test_work_that_nobody_knows_is_a_mistake(index: Index) -> None:
    with pytest.raises(LookupError):
        await work.done(index, "$unknown")
    with pytest.raises(LookupError):
        await work.set_aside(index, "$unknown", "")


HALF_A_PAIR = st.characters(categories=["Cs"])
TEXT = st.text(st.characters() | HALF_A_PAIR)
LEAVES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXT
)
# No half pairs in keys, where pydantic replaces them: a homeserver signs events, and refuses these.
JSON = st.dictionaries(st.text(), st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=3)))
OTHERWISE: dict[type[Any], dict[str, st.SearchStrategy[Any]]] = {
    Undecryptable: {"raw": JSON},
    Due: {"subject": JSON, "due_at": st.datetimes(timezones=st.just(UTC))},
    Media: {"key": st.none() | JSON},
    FileSent: {"media": st.deferred(lambda: made_of_any_text(Media))},
}


def made_of_any_text(kind: type[Any]) -> st.SearchStrategy[Any]:
    fields = {
        name: TEXT if hint in (str, UserId, RoomId, EventId) else st.from_type(hint)
        for name, hint in get_type_hints(kind).items()
        if name != "kind" and name not in OTHERWISE.get(kind, {})
    }
    return st.builds(kind, **fields, **OTHERWISE.get(kind, {}))


@given(incoming=st.one_of([made_of_any_text(kind) for kind in get_args(Incoming)]))
@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=40
)
async def test_what_came_in_comes_out_as_it_was(index: Index, incoming: Incoming) -> None:
    await receive(index, Work("$a", HERE, incoming))
    [row] = await work.outstanding(index)
    await work.done(index, "$a")
    await work.forget_done(index, datetime.now(UTC) + timedelta(days=1))

    assert row.work.incoming == incoming
    assert type(row.work.incoming) is type(incoming)
