"""How keys travel: what is asked of the homeserver, and what nio's `Olm` machine does with it.

Every change is on disk before others can build on it. Answers are taken in piece by piece, because
they hold what other people's devices made: one malformed key is no reason to lose all others.
"""

import logging
from collections import defaultdict
from collections.abc import Collection
from typing import Any
from uuid import uuid4

from nio.crypto.device import OlmDevice
from nio.responses import KeysClaimResponse, KeysQueryResponse, KeysUploadResponse, ToDeviceResponse
from nio.store.database import SqliteStore

from plein_bot.domain.ids import UserId
from plein_bot.matrix.api import Api, Json, path

log = logging.getLogger(__name__)

KIND = "signed_curve25519"


class KeyExchange:
    """One device's dealings in keys. `olm` is a nio `Olm`, which annotates only half of itself."""

    def __init__(self, api: Api, olm: Any, store: SqliteStore) -> None:
        self._api = api
        self._olm = olm
        self._store = store
        self._needs_fallback_key = False  # until a sync says so

    def notice(self, sync: Json) -> None:
        """What a response to `/sync` says of others' devices and of our stock of keys."""
        lists = sync.get("device_lists", {})
        self._olm.users_for_key_query |= self._olm.tracked_users & set(lists.get("changed", []))
        self._olm.tracked_users -= set(lists.get("left", []))
        if "device_one_time_keys_count" in sync:
            # nio overlooks a count of 0.
            self._olm.uploaded_key_count = sync["device_one_time_keys_count"].get(KIND, 0)
        if "device_unused_fallback_key_types" in sync:
            self._needs_fallback_key = KIND not in sync["device_unused_fallback_key_types"]

    async def upload(self) -> None:
        """Make the device's keys known, and fill up those that others have used."""
        body = self._olm.share_keys() if self._olm.should_upload_keys else {}
        if self._needs_fallback_key:
            body["fallback_keys"] = self._fallback_keys()
        if not body:
            return
        self._olm.save_account()  # before the server has them: somebody may use one at once
        answer = await self._api.call("POST", "v3/keys/upload", body)
        count = answer["one_time_key_counts"].get(KIND, 0)
        self._olm.handle_response(KeysUploadResponse(0, count))
        self._needs_fallback_key = False

    def _fallback_keys(self) -> Json:
        """A key that may be used more than once, for when the one-time keys have run out.

        nio does not know these (specification, "One-time and fallback keys"); vodozemac does.
        """
        account = self._olm.account._account
        if not account.fallback_key:
            account.generate_fallback_key()
        keys = {}
        for name, key in account.fallback_key.items():
            thing: Json = {"key": key.to_base64(), "fallback": True}
            signature = {f"ed25519:{self._olm.device_id}": self._olm.sign_json(thing)}
            keys[f"{KIND}:{name}"] = {**thing, "signatures": {self._olm.user_id: signature}}
        return keys

    async def learn_devices(self, people: Collection[str]) -> None:
        """Learn the devices of those people whom we do not know, or not as they are now."""
        tracked, outdated = self._olm.tracked_users, self._olm.users_for_key_query
        wanted = {person for person in people if person not in tracked or person in outdated}
        if not wanted:
            return
        # Off the list before asking: a change that is told meanwhile must be asked for again.
        outdated -= wanted
        try:
            body: Json = {"device_keys": {person: [] for person in wanted}}
            answer = await self._api.call("POST", "v3/keys/query", body)
        except BaseException:
            outdated |= wanted
            raise
        found = answer.get("device_keys", {})
        changed_meanwhile = set(outdated)
        with self._store.database.atomic():
            for person in wanted & found.keys():
                response = KeysQueryResponse.from_dict({"device_keys": {person: found[person]}})
                if isinstance(response, KeysQueryResponse):
                    self._olm.handle_response(response)
                else:
                    log.warning("the devices of %s are malformed", person)
                    tracked.add(person)
        # Of those whose server is away we know no more than before.
        outdated |= changed_meanwhile | (wanted - found.keys())

    async def learn_changes(self) -> None:
        await self.learn_devices(set(self._olm.users_for_key_query))

    def devices_of(self, people: Collection[str]) -> list[OlmDevice]:
        """All devices that are known of these people, but for this one."""
        ours = (self._olm.user_id, self._olm.device_id)
        return [
            device
            for person in people
            for device in self._olm.device_store.active_user_devices(person)
            if (person, device.id) != ours
        ]

    async def start_sessions(self, devices: Collection[OlmDevice]) -> None:
        """Claim a one-time key of each device; those that have none are left out for now."""
        if not devices:
            return
        wanted: defaultdict[str, dict[str, str]] = defaultdict(dict)
        for device in devices:
            wanted[device.user_id][device.id] = KIND
        answer = await self._api.call("POST", "v3/keys/claim", {"one_time_keys": wanted})
        with self._store.database.atomic():
            for person, keys in answer.get("one_time_keys", {}).items():
                for device_id, key in keys.items():
                    try:
                        claimed = KeysClaimResponse({person: {device_id: key}}, {})
                        self._olm.handle_response(claimed)
                    except Exception as failure:  # nio and vodozemac raise many kinds
                        log.warning("a key of %s %s is no good: %r", person, device_id, failure)

    async def mend_sessions(self) -> None:
        """Start over with devices whose messages we can no longer read."""
        await self.start_sessions(self._olm.wedged_devices)

    async def share_session(self, room_id: str, people: Collection[UserId]) -> None:
        """Give the room's session to every device of `people` that lacks it.

        It is a new one when somebody has it who is no longer among them, and from time to time.
        """
        sessions = self._olm.outbound_group_sessions
        devices = self.devices_of(people)
        session = sessions.get(room_id)
        if session and (
            session.expired or session.users_shared_with - {(d.user_id, d.id) for d in devices}
        ):
            del sessions[room_id]
        await self.start_sessions(
            [device for device in devices if not self._olm.session_store.get(device.curve25519)]
        )
        with self._store.database.atomic():
            if room_id not in sessions:
                self._olm.create_outbound_group_session(room_id)
            session = sessions[room_id]
            # As it stands, from the next message on; nio would replace a session marked as shared.
            session.shared = False
            letters = list(
                self._olm.share_group_session_parallel(
                    room_id, sorted(people), ignore_unverified_devices=True
                )
            )
        for recipients, body in letters:
            await self._send("m.room.encrypted", body)
            session.users_shared_with.update(recipients)
        session.shared = True

    async def send_letters(self) -> None:
        """Send the to-device messages that nio has made of its own accord."""
        for letter in list(self._olm.outgoing_to_device_messages):
            await self._send(letter.type, letter.as_dict())
            self._olm.handle_response(ToDeviceResponse(letter))

    async def _send(self, type: str, body: Json) -> None:
        await self._api.call("PUT", path("v3/sendToDevice/{}/{}", type, uuid4().hex), body)
