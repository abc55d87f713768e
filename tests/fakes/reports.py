"""What clients' own buttons told the homeserver, in memory; and what holds of the real one too."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from plein_bot.actions.ports import Reports
from plein_bot.domain.cases import ByClient


@dataclass
class FakeReports:
    told: list[ByClient] = field(default_factory=list)

    async def newest(self) -> int:
        return self.told[-1].id if self.told else 0

    async def since(self, last: int) -> tuple[ByClient, ...]:
        return tuple(one for one in self.told if one.id > last)


async def one_is_told_once(reports: Reports, press: Callable[[], Awaitable[object]]) -> ByClient:
    """Both homeservers tell of a report after the number that was last, and not after its own."""
    before = await reports.newest()
    assert await reports.since(before) == ()
    await press()
    (one,) = await reports.since(before)
    assert one.id > before
    assert await reports.newest() == one.id
    assert await reports.since(one.id) == ()
    return one
