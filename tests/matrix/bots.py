"""As much of a bot as encryption needs, and an encrypted room for it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from plein_bot.domain.ids import RoomId, UserId
from plein_bot.homeserver.accounts import Account
from plein_bot.matrix.api import Api, Json, path
from plein_bot.matrix.encryption import Encryption
from tests.synapse.encrypted import EncryptedPerson
from tests.synapse.harness import Synapse
from tests.synapse.people import transaction
from tests.synapse.watchers import membership

ENCRYPTED: Json = {
    "type": "m.room.encryption",
    "state_key": "",
    "content": {"algorithm": "m.megolm.v1.aes-sha2"},
}


@dataclass
class Bot:
    """As much of a bot as encryption needs: it syncs, reads and says."""

    api: Api
    encryption: Encryption
    since: str = ""
    read: list[Json] = field(default_factory=list)
    sealed: list[Json] = field(default_factory=list)

    async def sync(self) -> Json:
        """One batch, taken in; its token is kept only when that has worked."""
        query = {"timeout": "5000"} | ({"since": self.since} if self.since else {})
        sync = await self.api.call("GET", "v3/sync", query=query)
        await self.encryption.take_in(sync)
        self.since = sync["next_batch"]
        return sync

    async def hears(self, text: str) -> Json:
        async with asyncio.timeout(60):
            while True:
                for event in self.read:
                    if event["content"].get("body") == text:
                        return event
                self.reads(await self.sync())

    def reads(self, sync: Json) -> None:
        for room, update in sync.get("rooms", {}).get("join", {}).items():
            events = [{**event, "room_id": room} for event in update["timeline"]["events"]]
            self.sealed += [event for event in events if event["type"] == "m.room.encrypted"]
        self.read = [opened for event in self.sealed if (opened := self.opens(event))]

    def opens(self, event: Json) -> Json | None:
        return self.encryption.decrypt(event, event["room_id"])

    async def says(self, room: str, text: str, *members: str, **content: Any) -> str:
        people = [UserId(member) for member in (*members, self.encryption.user_id)]
        sealed = await self.encryption.encrypt(
            RoomId(room), people, "m.room.message", {"msgtype": "m.text", "body": text, **content}
        )
        where = path("v3/rooms/{}/send/m.room.encrypted/{}", room, transaction())
        return str((await self.api.call("PUT", where, sealed))["event_id"])


@asynccontextmanager
async def started(
    synapse: Synapse, account: Account, folder: Path, since: str = ""
) -> AsyncIterator[Bot]:
    async with Api(synapse.url, account.access_token) as api:
        user, device = UserId(account.user_id), str(account.device_id)
        encryption = Encryption(api, user, device, folder)
        await encryption.open()
        yield Bot(api, encryption, since)
        await encryption.close()


async def encrypted_room(alice: EncryptedPerson, bot: Bot, *others: EncryptedPerson) -> str:
    user = bot.encryption.user_id
    invited = [user, *(other.user_id for other in others)]
    room = await alice.creates_room(*invited, initial_state=[ENCRYPTED])
    await bot.api.call("POST", path("v3/join/{}", room))
    for other in others:
        await other.joins(room)
    await alice.sees(membership(room, user, "join"))
    await alice.catches_up()
    for other in others:
        await other.sees(membership(room, other.user_id, "join"))
    return room


async def session_of(bot: Bot, room: str, event: str) -> str:
    """The id of the session that an event, as it is stored, was encrypted with."""
    stored = await bot.api.call("GET", path("v3/rooms/{}/event/{}", room, event))
    return str(stored["content"]["session_id"])
