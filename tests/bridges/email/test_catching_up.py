"""What the homeserver forgot to bring is mailed all the same: once, and in its order."""

from bridges.common.looking_back import SILENCE, LookingBack
from bridges.email.catching_up import Joined
from tests.bridges.email.fakes import FakeHomeserver, Json
from tests.bridges.email.test_interruptions import (
    BOT,
    JAN,
    Bridge,
    meets,
    started,
    takes_part,
)

ROOMS = ("zaanstreek.publiek", "zaanstreek.fietsen")


async def mailed(bridge: Bridge) -> str:
    """The subjects of what goes out now, without the place."""
    await bridge.works()
    return " ".join(
        mail.content.split(b"] ")[1].split()[0].decode() for mail in await bridge.queued()
    )


async def test_what_never_came_and_what_comes_late_is_mailed_once(url: str) -> None:
    homeserver, now = FakeHomeserver(BOT), 0.0
    rooms = [homeserver.room(name, name.partition(".")[2]) for name in ROOMS]

    def says(room: int, *words: str) -> list[Json]:
        content = [{"msgtype": "m.text", "body": word} for word in words]
        return [homeserver.says(rooms[room], "@annelies:x", one) for one in content]

    async with started(url, homeserver) as bridge:
        await meets(bridge, JAN)
        for name in ROOMS:
            await takes_part(bridge, JAN, f"!{name}")
        looking_back = LookingBack(Joined(bridge.store, homeserver), lambda: now)
        # By a bridge that did not look back yet.
        says(0, "een")
        says(1, "twee")
        await looking_back.everywhere()
        assert await mailed(bridge) == "", "what was there already was mailed then"

        await looking_back.take("1", says(0, "drie"))
        forgotten = says(0, "vier") + says(1, "vijf")
        now += SILENCE + 0.1
        await looking_back.take("2", says(0, "zes"))
        assert await mailed(bridge) == "drie vier zes"
        # It comes right after, and this room was not looked at since the homeserver was killed.
        await looking_back.take("3", says(1, "zeven"))
        assert await mailed(bridge) == "vijf zeven"

        await looking_back.take("4", forgotten)
        assert not await bridge.attend.rooms(), "what was fetched is known when it comes late"

        says(1, "acht")
        await looking_back.everywhere()
        assert await mailed(bridge) == "acht"
        await looking_back.everywhere()
        assert not await bridge.attend.rooms()
