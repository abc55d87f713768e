"""The `Registrar` of actions, in memory. `away` as a homeserver that does not answer."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from plein_bot.actions.ports import HomeserverError
from plein_bot.domain.ids import RoomId, UserId
from tests.fakes.homeserver import FakeHomeserver


@dataclass
class FakeRegistrar:
    homeserver: FakeHomeserver
    passwords: dict[UserId, str] = field(default_factory=dict)
    with_passwords: bool = True
    away: bool = False

    async def takes_passwords(self) -> bool:
        return self.with_passwords

    async def exists(self, user: UserId) -> bool:
        self._answer()
        return user in self.passwords

    async def make(self, user: UserId, name: str, password: str) -> None:
        self._answer()
        self.homeserver.names[user] = name
        self.passwords[user] = password

    async def enter(self, user: UserId, rooms: Sequence[RoomId]) -> None:
        self._answer()
        for room in rooms:
            self.homeserver.join(room, user)

    async def set_password(self, user: UserId, password: str) -> None:
        self._answer()
        self.passwords[user] = password

    def _answer(self) -> None:
        self.homeserver.step()
        if self.away:
            raise HomeserverError("M_UNKNOWN", "away", 500)
