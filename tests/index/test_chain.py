"""Is whatever is done to the audit by others than Plein found?"""

import asyncio

from sqlalchemy import text

from plein_bot.domain.audits import Broken, Damage, Link
from plein_bot.domain.ids import EventId, RoomId, UserId
from plein_bot.index import audits, chain
from plein_bot.index.database import Index

SANNE, JOOST = UserId("@sanne:plein.test"), UserId("@joost:plein.test")
ROOM = RoomId("!room")


async def written(index: Index, first: int = 1, last: int = 6) -> Link:
    """As many entries, and the head."""
    for number in range(first, last + 1):
        await audits.record(
            index,
            f"$cause{number}",
            "ban",
            SANNE,
            place=ROOM,
            whom=JOOST,
            outcome="done",
            event=EventId(f"$ban{number}"),
            why=f"sanction:{number}",
        )
    return await chain.head(index)


async def tamper(index: Index, *statements: str) -> None:
    async with index.session() as session:
        for statement in statements:
            await session.execute(text(statement))


async def test_what_is_left_alone_holds(index: Index) -> None:
    assert await chain.examine(index) == Link(0, "")

    await audits.begin(index, "$begun", "ban", SANNE, places=(ROOM, RoomId("!\0ther")), whom=JOOST)
    await audits.end(index, "$begun", "ban", outcomes={ROOM: "done"}, whom=JOOST)
    head = await written(index)
    # Whom a key belongs to can be forgotten, and the audit knows keys only.
    await tamper(index, "DELETE FROM actors")

    assert head.number == 9
    assert await chain.examine(index, head) == head
    assert await chain.goes_on(index, head) == head


async def test_whatever_is_done_to_the_audit_is_found(index: Index) -> None:
    head = await written(index)
    copy = "number, at, action, actor, place, whom, outcome, cause, event, why, ends, hash"
    others = copy.removeprefix("number, ").replace("cause", "'$new'")
    for damage, statements in (
        (Broken(3, Damage.CHANGED), ["UPDATE audit SET outcome = 'undone' WHERE number = 3"]),
        (Broken(3, Damage.CHANGED), ["UPDATE audit SET why = '' WHERE number = 3"]),
        (Broken(3, Damage.CHANGED), ["UPDATE audit SET hash = 'x' WHERE number = 3"]),
        (Broken(3, Damage.MISSING), ["DELETE FROM audit WHERE number = 3"]),
        (Broken(1, Damage.MISSING), ["DELETE FROM audit WHERE number < 3"]),
        (Broken(5, Damage.CUT), ["DELETE FROM audit WHERE number > 4"]),
        (
            Broken(7, Damage.ADDED),
            [f"INSERT INTO audit ({copy}) SELECT 7, {others} FROM audit WHERE number = 6"],
        ),
        (
            Broken(4, Damage.CHANGED),
            [
                "UPDATE audit SET number = number + 100 WHERE number > 3",
                f"INSERT INTO audit ({copy}) SELECT 4, {others} FROM audit WHERE number = 3",
                "UPDATE audit SET number = number - 99 WHERE number > 100",
            ],
        ),
        (
            Broken(2, Damage.CHANGED),
            [
                "UPDATE audit SET number = 99 WHERE number = 2",
                "UPDATE audit SET number = 2 WHERE number = 5",
                "UPDATE audit SET number = 5 WHERE number = 99",
            ],
        ),
    ):
        await tamper(index, "CREATE TABLE kept AS SELECT * FROM audit", *statements)

        assert await chain.examine(index) == damage, statements

        await tamper(
            index,
            "DELETE FROM audit",
            f"INSERT INTO audit ({copy}) SELECT {copy} FROM kept",
            "DROP TABLE kept",
        )
        assert await chain.examine(index) == head


async def test_a_chain_that_was_made_anew_is_not_what_was_noted_elsewhere(index: Index) -> None:
    """Who can write in the database can also reckon, and write what fits."""
    noted = await written(index)
    await tamper(
        index,
        "DELETE FROM audit WHERE number > 3",
        "UPDATE audit_head SET number = 3, hash = (SELECT hash FROM audit WHERE number = 3)",
    )
    assert await chain.examine(index) == Link(3, (await chain.head(index)).hash)
    assert await chain.examine(index, noted) == Broken(4, Damage.CUT)
    assert await chain.goes_on(index, noted) == Broken(6, Damage.CUT)

    await written(index, 5, 9)

    assert isinstance(await chain.examine(index), Link)
    assert await chain.examine(index, noted) == Broken(6, Damage.REWRITTEN)
    assert await chain.goes_on(index, noted) == Broken(6, Damage.REWRITTEN)


async def test_two_processes_that_write_at_once_write_one_chain(url: str) -> None:
    """The lease keeps them apart; the chain does not count on it."""
    one, other = await Index.open(url), await Index.open(url)
    try:
        await written(one, 1, 1)
        await asyncio.gather(written(one, 2, 10), written(other, 11, 20))

        assert (await chain.head(one)).number == 20
        assert isinstance(await chain.examine(other), Link)
    finally:
        await one.close()
        await other.close()
