"""The `Mailboxes` of actions, in memory. `away` as a bridge that does not answer."""

import hashlib
from dataclasses import dataclass, field

from plein_bot.actions.ports import MailboxesAway, NoMailbox
from plein_bot.domain.ids import UserId
from plein_bot.domain.mailboxes import Mailed
from tests.fakes.homeserver import FakeHomeserver


@dataclass
class FakeMailboxes:
    homeserver: FakeHomeserver
    chosen: dict[UserId, tuple[str, Mailed]] = field(default_factory=dict)
    away: bool = False

    async def meet(self, address: str, name: str, language: str, mailed: Mailed) -> UserId:
        self.homeserver.step()
        if self.away:
            raise MailboxesAway("away")
        if "@" not in address or "@" in name:
            raise NoMailbox("PLEIN_NO_ADDRESS")
        mark = hashlib.sha256(address.lower().encode()).hexdigest()[:20]
        user = UserId(f"@mail_{mark}:{self.homeserver.plein.server}")
        # What its owner chose stays.
        self.chosen.setdefault(user, (language, mailed))
        self.homeserver.names.setdefault(user, f"{name} (per e-mail)")
        return user
