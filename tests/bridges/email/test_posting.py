"""What somebody hears whose mail cannot be placed."""

from pathlib import Path

from tests.bridges.email.fakes import FakeHomeserver
from tests.bridges.email.test_interruptions import (
    BOT,
    DOMAIN,
    JAN,
    ghost,
    letter,
    meets,
    receives,
    started,
)


async def test_who_may_start_nothing_there_hears_to_which_address_they_can_write(
    tmp_path: Path,
) -> None:
    homeserver = FakeHomeserver(BOT)
    for group, posting in (("publiek", "authors"), ("nieuws", "staff"), ("leden", "everyone")):
        room = homeserver.room(f"zaanstreek.{group}", group)
        room.state["nl.plein.group"]["content"]["posting"] = posting
        room.members[ghost(JAN)] = "join"
    async with started(f"sqlite+aiosqlite:///{tmp_path}/bridge.db", homeserver) as bridge:
        await meets(bridge, JAN)
        for group in ("publiek", "nieuws", "leden"):
            await bridge.post.ghosts.settles(ghost(JAN), f"!zaanstreek.{group}")
        await receives(bridge, JAN, f"zaanstreek@{DOMAIN}", letter("Meer groen!", Subject="Idee"))
        await bridge.works()
        [told] = await bridge.queued()

    said = told.content.decode()
    assert f"U kunt iets nieuws beginnen op: zaanstreek+leden@{DOMAIN}" in said
