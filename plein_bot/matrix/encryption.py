"""End-to-end encryption: keys come in, messages go out.

nio is the keeper of keys and the cipher, no more: its `Olm` machine and store are used, its client
is not, so that every request goes through our own `Api`. Devices are trusted on first use; one that
comes with another signing key later is not.
"""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

from nio.crypto.attachments import decrypt_attachment, encrypt_attachment
from nio.crypto.olm_machine import Olm
from nio.events import DummyEvent, MegolmEvent, RoomKeyEvent, ToDeviceEvent
from nio.exceptions import EncryptionError
from nio.store.database import SqliteStore

from plein_bot.actions.ports import Damaged, HomeserverError, TokenRevoked
from plein_bot.domain.ids import RoomId, UserId
from plein_bot.matrix.api import Api, Json
from plein_bot.matrix.keys import KeyExchange

log = logging.getLogger(__name__)


class EncryptionStoreLost(Exception):
    """The server knows this device by other keys than ours: the store was lost or is another's."""

    def __init__(self, device_id: str) -> None:
        super().__init__(
            f"The homeserver knows device {device_id} by other keys than those in the encryption"
            " store. Put the store back, or log the bot in anew so that it gets a new device."
        )


class Encryption:
    """What one device of one account can read and write.

    Whatever `take_in` and `encrypt` change is on disk before they return: a crash loses no key, and
    a batch that comes again does no harm. One process at a time; a second one ruins the store.
    """

    def __init__(self, api: Api, user_id: UserId, device_id: str, folder: Path) -> None:
        self.user_id = user_id
        self.device_id = device_id
        self.folder = folder
        self._api = api
        self._rooms: defaultdict[RoomId, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._store: SqliteStore
        self._olm: Any  # an Olm; nio annotates only half of it
        self._keys: KeyExchange

    async def open(self) -> None:
        """Load the store and make the device's keys known. Raises `EncryptionStoreLost`."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._load()
        await self._check_identity()
        await _unless_refused(self._keys.upload)

    async def close(self) -> None:
        self._store.database.close()

    @property
    def fingerprint(self) -> str:
        """The device's Ed25519 key, as people compare it and others sign it."""
        return str(self._olm.account.identity_keys["ed25519"])

    @property
    def device_keys(self) -> Json:
        """The device as others see it, without signatures."""
        account = self._olm.account.identity_keys
        return {
            "user_id": self.user_id,
            "device_id": self.device_id,
            "algorithms": list(Olm._algorithms),
            "keys": {f"{kind}:{self.device_id}": account[kind] for kind in account},
        }

    def sign(self, thing: Json) -> str:
        """The device's signature (specification, "Signing JSON")."""
        bare = {key: thing[key] for key in thing if key not in ("signatures", "unsigned")}
        return str(self._olm.sign_json(bare))

    async def take_in(self, sync: Json) -> frozenset[RoomId]:
        """Take the keys out of a response to `/sync`; the rooms that can now be read better.

        When it returns, the keys are on disk and the batch's token may be stored.
        """
        rooms = self._read_letters(sync.get("to_device", {}).get("events", []))
        keys = self._keys
        keys.notice(sync)
        for chore in (keys.upload, keys.learn_changes, keys.mend_sessions, keys.send_letters):
            await _unless_refused(chore)
        return rooms

    def decrypt(self, event: Json, room_id: RoomId) -> Json | None:
        """The event as its sender meant it; None as long as its key is missing.

        The same event may be read any number of times, another event with its text may not.
        """
        # Deprecated since version 1.3 of the specification, and indispensable to nio.
        deprecated = {"device_id": "", "sender_key": self._sender_key(room_id, event["content"])}
        sealed: Any = MegolmEvent.from_dict({**event, "content": deprecated | event["content"]})
        if not isinstance(sealed, MegolmEvent) or not self._is_of_its_sender(sealed):
            return None
        try:
            opened: Json = self._olm.decrypt_megolm_event(sealed, room_id).source
        except (EncryptionError, ValueError) as failure:
            log.info("%s cannot be decrypted: %s", sealed.event_id, failure)
            return None
        if opened.get("room_id") != room_id or "type" not in opened or "content" not in opened:
            return None
        return {**event, "type": opened["type"], "content": opened["content"]}

    async def encrypt(
        self, room_id: RoomId, members: Iterable[UserId], type: str, content: Json
    ) -> Json:
        """The content of an `m.room.encrypted` that all `members` can read, and nobody else.

        `members` are those of now, with the invited where they may read what comes before they
        join. Somebody who left cannot read it: the room gets a new session.
        """
        people = set(members)
        async with self._rooms[room_id]:
            await self._keys.learn_devices(people)
            await self._keys.share_session(room_id, people)
            sealed: Json = self._olm.group_encrypt(room_id, {"type": type, "content": content})
        if "m.relates_to" in content:  # the server needs it to count replies and reactions
            sealed["m.relates_to"] = content["m.relates_to"]
        return sealed

    def _load(self) -> None:
        name = f"{quote(self.device_id, safe='')}.db"
        self._store = SqliteStore(self.user_id, self.device_id, str(self.folder), "", name)
        self._olm = Olm(self.user_id, self.device_id, self._store)
        self._keys = KeyExchange(self._api, self._olm, self._store)

    async def _check_identity(self) -> None:
        body = {"device_keys": {self.user_id: [self.device_id]}}
        answer = await self._api.call("POST", "v3/keys/query", body)
        device = answer["device_keys"].get(self.user_id, {}).get(self.device_id)
        if device is None:
            self._olm.account.shared = False
        elif device["keys"].get(f"ed25519:{self.device_id}") != self.fingerprint:
            raise EncryptionStoreLost(self.device_id)

    def _read_letters(self, letters: list[Json]) -> frozenset[RoomId]:
        """Read to-device messages, all in one transaction; the rooms that they bring keys of."""
        rooms = set[RoomId]()
        if not letters:
            return frozenset()  # nothing to save: that takes a third of the time of an answer
        try:
            with self._store.database.atomic():
                for letter in letters:
                    said = self._read_letter(letter)
                    if isinstance(said, RoomKeyEvent):
                        rooms.add(RoomId(said.room_id))
                    elif isinstance(said, DummyEvent):
                        self._forget_shared_with(said)
                # nio saved it before the one-time keys of the new sessions were gone from it.
                self._olm.save_account()
        except BaseException:
            # What is not on disk must not be in memory: the batch will come again.
            self._store.database.close()
            self._load()
            raise
        return frozenset(rooms)

    def _read_letter(self, letter: Json) -> object:
        if letter.get("type") != "m.room.encrypted":
            return None
        try:
            return self._olm.handle_to_device_event(ToDeviceEvent.parse_event(letter))
        except (
            Exception
        ) as failure:  # anybody may send anything; nio and vodozemac raise many kinds
            log.warning("a to-device message of %s is no good: %r", letter.get("sender"), failure)
            return None

    def _forget_shared_with(self, restart: DummyEvent) -> None:
        """A device that starts over has lost what we sent it: let it have our sessions again."""
        devices = self._olm.device_store
        device = devices.device_from_sender_key(restart.sender, restart.sender_key)
        if device is not None:
            for session in self._olm.outbound_group_sessions.values():
                session.users_shared_with.discard((device.user_id, device.id))

    def _sender_key(self, room_id: RoomId, content: Json) -> str:
        for sender_key, sessions in self._olm.inbound_group_store[room_id].items():
            if str(content.get("session_id")) in sessions:
                return str(sender_key)
        return "unknown"

    def _is_of_its_sender(self, sealed: MegolmEvent) -> bool:
        """Whether the session is that of the device that it names; a device not yet met may be."""
        device = self._olm.device_store[sealed.sender].get(sealed.device_id)
        return device is None or device.curve25519 == sealed.sender_key


async def _unless_refused(chore: Callable[[], Awaitable[None]]) -> None:
    """Do what can wait until the next batch; a refusal must not keep messages from coming in."""
    try:
        await chore()
    except TokenRevoked:
        raise
    except HomeserverError as refusal:
        log.error("encryption: %s", refusal)


def encrypt_file(data: bytes) -> tuple[bytes, Json]:
    """A file as it is stored for an encrypted room, and what an event needs to open it.

    Matrix specification, "Sending encrypted attachments".
    """
    sealed, key = encrypt_attachment(data)
    return sealed, key


def decrypt_file(sealed: bytes, key: Mapping[str, Any]) -> bytes:
    """What was sealed, by what the event says of it. Raises Damaged."""
    try:
        opened: bytes = decrypt_attachment(
            sealed, key["key"]["k"], key["hashes"]["sha256"], key["iv"]
        )
    except Exception as failure:  # anybody may send anything; nio and its ciphers raise many kinds
        raise Damaged(f"a sealed file cannot be opened: {failure!r}") from failure
    return opened
