"""Homeservers that do not federate, and people with rooms on them."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tests.bridges.homeserver.conversations import Side
from tests.bridges.homeserver.readers import Reader
from tests.synapse.harness import Synapse, running_synapse

NAMES = ("alfa", "beta", "gamma")
LABELS = {"alfa": "gemeente Alfa", "beta": "gemeente Beta", "gamma": "Gamma (partner)"}


def server_name(name: str) -> str:
    return f"{name}.localhost"


@dataclass
class Server:
    name: str
    synapse: Synapse

    @property
    def relay(self) -> str:
        return f"@plein-relay:{self.synapse.server_name}"

    async def is_killed(self) -> None:
        """And comes back."""
        await self.synapse.process.kill()
        await self.synapse.process.start()

    async def side(self, *, open_room: bool = True, people: int = 2) -> Side:
        """A new room with people in it, to which the bot of the relay is invited."""
        owner = await self.synapse.person("jan", "Jan Jansen")
        others = [
            await self.synapse.person("truus_de.vries=1", "Truus & <Co>") for _ in range(people - 1)
        ]
        room = await owner.creates_room(
            self.relay,
            *(one.user_id for one in others),
            # Public, or the profile of some homeservers would encrypt it.
            preset="public_chat",
            name=f"Dijken {self.name}",
            initial_state=[] if open_room else [_by_invitation()],
            power_level_content_override={"users": {self.relay: 50}},
        )
        for one in others:
            await one.joins(room)
        return Side(Reader(owner, room, LABELS[self.name]), [owner, *others])


def _by_invitation() -> dict[str, Any]:
    return {"type": "m.room.join_rules", "state_key": "", "content": {"join_rule": "invite"}}


@asynccontextmanager
async def servers(
    folder: Path, registrations: Mapping[str, Mapping[str, Any]]
) -> AsyncIterator[dict[str, Server]]:
    """All started side by side, each with its registration; they speak to no other homeserver."""
    async with AsyncExitStack() as stack:

        async def start(name: str, registration: Mapping[str, Any]) -> Server:
            file = folder / f"{name}.yaml"
            file.write_text(yaml.safe_dump(dict(registration)))
            extra = {"app_service_config_files": [str(file)], "federation_domain_whitelist": []}
            one = running_synapse(folder / name, server_name=server_name(name), extra=extra)
            return Server(name, await stack.enter_async_context(one))

        async with asyncio.TaskGroup() as group:
            starting = {
                name: group.create_task(start(name, registration))
                for name, registration in registrations.items()
            }
        yield {name: one.result() for name, one in starting.items()}
