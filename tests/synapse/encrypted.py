"""People whose direct chats are encrypted. The one kind of person that uses nio."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from nio.client.async_client import AsyncClient
from nio.events.room_events import MegolmEvent
from nio.exceptions import EncryptionError
from nio.responses import RoomSendResponse, SyncResponse

from tests.synapse.people import Person, transaction
from tests.synapse.strangers import Json
from tests.synapse.watchers import FILTER


@dataclass(eq=False)
class EncryptedPerson(Person):
    """Sends encrypted, sees decrypted, and trusts every device at first sight.

    What it sees of an encrypted event is the event as it was before encryption.
    """

    client: AsyncClient = field(kw_only=True)
    _sealed: list[MegolmEvent] = field(default_factory=list)

    async def sends(self, room: str, kind: str, content: Json) -> str:
        if room not in self.client.rooms or not self.client.rooms[room].encrypted:
            return await super().sends(room, kind, content)
        answer = await self.client.room_send(
            room, kind, content, transaction(), ignore_unverified_devices=True
        )
        assert isinstance(answer, RoomSendResponse), answer
        return answer.event_id

    async def _opens_chat(self, other: str) -> str:
        encryption = {"algorithm": "m.megolm.v1.aes-sha2"}
        return await self.creates_room(
            other,
            is_direct=True,
            preset="trusted_private_chat",
            initial_state=[{"type": "m.room.encryption", "state_key": "", "content": encryption}],
        )

    async def _sync(self, milliseconds: int) -> Json:
        response = await self.client.sync(milliseconds, sync_filter=FILTER, since=self._since)
        assert isinstance(response, SyncResponse), response
        # nio calls it by a type of its own; it is aiohttp's.
        answer: Any = response.transport_response
        sync: Json = await answer.json()
        for room, opened in self._opened_late():
            self._notes(room, [opened])
        for room, update in sync.get("rooms", {}).get("join", {}).items():
            read = response.rooms.join[room].timeline.events
            self._sealed += [event for event in read if isinstance(event, MegolmEvent)]
            # nio has put the decrypted events in the places of the encrypted ones.
            update["timeline"]["events"] = [event.source for event in read]
        await self._tends_keys()
        return sync

    def _opened_late(self) -> Iterator[tuple[str, Json]]:
        """Events whose key came after them."""
        for sealed in list(self._sealed):
            try:
                opened = self.client.decrypt_event(sealed)
            except EncryptionError:
                continue
            self._sealed.remove(sealed)
            self._known.discard(sealed.event_id)
            yield sealed.room_id, opened.source

    async def _tends_keys(self) -> None:
        """What nio does between two syncs of its own loop."""
        if self.client.should_upload_keys:
            await self.client.keys_upload()
        if self.client.should_query_keys:
            await self.client.keys_query()
        if self.client.should_claim_keys:
            await self.client.keys_claim(self.client.get_users_for_key_claiming())
        await self.client.send_to_device_messages()
