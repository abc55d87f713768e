"""What is a side? A homeserver, who its people are, and whether it answers now."""

import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from bridges.common.homeserver import LONGEST, Homeserver, HomeserverError, Json, Stream, Unanswered
from bridges.homeserver.config import BOT, Class, SideSettings
from bridges.homeserver.names import ghost_id, is_ghost

logger = logging.getLogger(__name__)


class SideAway(Exception):
    """A side does not answer, which is nobody's fault here: later it will."""

    def __init__(self, side: "Side", until: float) -> None:
        super().__init__(f"{side.name} is away")
        self.side = side
        self.until = until


@dataclass
class Away:
    """A side that does not answer is left alone for a while, each time twice as long."""

    until: float = 0.0
    pause: float = 1.0

    def missed(self, now: float) -> float:
        """It did not answer; gives until when it is left alone.

        What fails side by side is one failure.
        """
        if now >= self.until:
            self.until = now + self.pause
            self.pause = min(2 * self.pause, LONGEST)
        return self.until

    def answered(self) -> None:
        self.until, self.pause = 0.0, 1.0


@dataclass(frozen=True)
class Side:
    name: str
    server_name: str
    plein: str | None
    label: str
    language: str
    people: Class
    visitors: Mapping[str, Class]
    homeserver: Homeserver
    away: Away = field(default_factory=Away)

    @classmethod
    def of(cls, name: str, settings: SideSettings, homeserver: Homeserver) -> "Side":
        return cls(
            name,
            settings.server_name,
            settings.plein,
            settings.label,
            settings.language,
            settings.people,
            settings.visitors,
            homeserver,
        )

    @property
    def bot(self) -> str:
        return f"@{BOT}:{self.server_name}"

    async def call(
        self,
        method: str,
        path: str,
        body: Json | None = None,
        *,
        user: str | None = None,
        query: Mapping[str, str] | None = None,
        data: bytes | Stream | None = None,
        mime: str = "application/octet-stream",
    ) -> Json:
        """As `Homeserver.call`, once. Raises `SideAway` where the side does not answer.

        500 is for whoever asked, as `Unanswered`: it may be about what was asked.
        """
        try:
            answer = await self.homeserver.call(
                method, path, body, user=user, query=query, data=data, mime=mime, tries=1
            )
        except HomeserverError as error:
            if error.status == 401:
                # It does not know us: whoever runs it has to let it read the registration.
                logger.error("%s refuses the relay's token: %s", self.name, error)
                raise SideAway(self, self.away.missed(time.time())) from error
            self.away.answered()
            raise
        except Unanswered as error:
            if error.status == 500:
                raise
            logger.info("%s does not answer: %s", self.name, error)
            raise SideAway(self, self.away.missed(time.time())) from error
        self.away.answered()
        return answer

    def may_call_posts(self, user_id: str) -> bool:
        """Whether what somebody calls a post is one: anybody can write that they wrote one."""
        return self.plein is None or user_id == self.plein

    def ghost_of(self, user_id: str) -> str:
        return ghost_id(user_id, self.server_name)

    def is_ghost(self, user_id: str) -> bool:
        """Whether somebody is one of the relay's own, whom nobody else can have made."""
        return is_ghost(user_id, self.server_name)

    def is_ours(self, user_id: str) -> bool:
        return user_id == self.bot or self.is_ghost(user_id)

    def label_of(self, user_id: str) -> str:
        """What stands behind the name of somebody of this side; of a visitor, their homeserver."""
        home = user_id.partition(":")[2]
        return (self.label or self.server_name) if home == self.server_name else home

    def class_of(self, user_id: str) -> Class:
        """What somebody is who speaks in a room of this side."""
        home = user_id.partition(":")[2]
        if home == self.server_name:
            return self.people
        return self.visitors.get(home, "citizen")


class Sides(dict[str, Side]):
    """All of them, by name."""

    def may_speak_for(self, near: Side, user_id: str) -> bool:
        """Whether what a side brings of somebody is heard: not of people of another side, who come
        by that one, unless the configuration has them for visitors here. Else one homeserver could
        say what it likes in the name of officials of another."""
        home = user_id.partition(":")[2]
        if home == near.server_name or home in near.visitors:
            return True
        return all(side.server_name != home for side in self.values())

    def silent(self) -> list[str]:
        """Those that did not answer the last time."""
        return [name for name, side in self.items() if side.away.until > 0]

    def away(self) -> list[str]:
        """Those that are left alone now."""
        now = time.time()
        return [name for name, side in self.items() if side.away.until > now]
