"""Mail that came back: when is somebody left alone, and when do they get mail again?"""

import time

from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from bridges.email.store import letters, people, reached, threads
from bridges.email.store.database import Store
from tests.bridges.email.fakes import FakeHomeserver
from tests.bridges.email.test_interruptions import (
    BOT,
    DOMAIN,
    JAN,
    KEYS,
    Bridge,
    ghost,
    letter,
    meets,
    receives,
    started,
)

REPORT = """From: mailer-daemon@x.example
Content-Type: multipart/report; report-type=delivery-status; boundary=b

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; x.example

Final-Recipient: rfc822; {address}
Action: failed
Status: 5.1.1

--b--
"""


async def comes_back(bridge: Bridge, number: int, about: str) -> bool:
    """Whether Jan is left alone after a report that is brought to his address for those."""
    token = KEYS.returning(ghost(JAN)[1:].partition(":")[0], time.time())
    row: dict[str, object] = {
        "identity": str(number),
        "lane": "b",
        "sender": "",
        "recipient": f"b+{token}@{DOMAIN}",
        "author": "",
        "content": REPORT.format(address=about).encode(),
        "at": 1.0,
    }
    async with bridge.store.session() as session:
        await letters.keep(session, [row])
    await bridge.works()
    async with bridge.store.session() as session:
        person = await people.by_id(session, ghost(JAN))
    assert person
    return person.paused


async def test_only_reports_about_them_count_and_until_they_write(url: str) -> None:
    homeserver = FakeHomeserver(BOT)
    homeserver.room("zaanstreek.publiek", "publiek")
    async with started(url, homeserver) as bridge:
        await meets(bridge, JAN)
        assert not any([await comes_back(bridge, one, "ander@x.example") for one in range(4)])
        assert [await comes_back(bridge, one, JAN) for one in (4, 5, 6)] == [False, False, True]

        await receives(bridge, JAN, f"zaanstreek@{DOMAIN}", letter("Ik ben er nog"))
        assert not await comes_back(bridge, 7, JAN)
        async with bridge.store.session() as session:
            for month in (1, 2, 3):
                await people.bounced(session, ghost(JAN), time.time() + month * 32 * 86_400, 3)
            person = await people.by_id(session, ghost(JAN))
        assert person
        assert not person.paused, "now and then is not gone"


async def test_a_database_from_before_is_brought_up_to_date(url: str) -> None:
    await (await Store.open(url)).close()
    old = create_async_engine(url)
    async with old.begin() as connection:
        for step in (
            "DROP INDEX ix_letters_author",
            "ALTER TABLE people DROP COLUMN bounced",
            "ALTER TABLE people DROP COLUMN edits",
            "ALTER TABLE people DROP COLUMN renewed",
            "DROP TABLE reached",
            "DROP TABLE fetched",
            "INSERT INTO messages VALUES ('1@x', '!r', '$1', '$1', 'Hoi')",
            "UPDATE schema_version SET version = 1",
        ):
            await connection.execute(text(step))
    await old.dispose()

    for _ in range(2):
        store = await Store.open(url)
        async with store.session() as session:
            await people.wrote(session, "@niemand:x")
            assert await threads.first_known(session, ["1@x"], "!r")
            assert await reached.rooms(session) == {}
        await store.close()
