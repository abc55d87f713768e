"""The bot signs its own device, so that clients show no warning and do not withhold their keys.

Specification, "Cross-signing", and MSC4153: clients send keys to cross-signed devices only. Three
Ed25519 keys: the master key signs the other two, the self-signing key signs devices, the
user-signing key would sign other people. All three are derived from one seed, which is the recovery
key: who has that can make them again.
"""

import base64
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from plein_bot.actions.ports import HomeserverError
from plein_bot.matrix import recovery
from plein_bot.matrix.api import Api, AuthenticationNeeded, Json
from plein_bot.matrix.encryption import Encryption

FILE = "cross_signing.json"


class CrossSigningError(Exception):
    """The device cannot be cross-signed; says what the operator can do."""


class CrossSigningLost(CrossSigningError):
    """The account has cross-signing keys, and they are not ours."""


class CrossSigningRefused(CrossSigningError):
    """The homeserver will not take the keys."""


@dataclass(frozen=True, slots=True)
class SigningKey:
    """One of the three. `usage` is `master`, `self_signing` or `user_signing`."""

    usage: str
    private: Ed25519PrivateKey

    @property
    def public(self) -> str:
        return _unpadded(self.private.public_key().public_bytes_raw())

    def sign(self, thing: Json, user_id: str) -> Json:
        """`thing` with this key's signature beside those that it has."""
        signature = _unpadded(self.private.sign(canonical(thing)))
        return with_signature(thing, user_id, self.public, signature)


@dataclass(frozen=True, slots=True)
class SigningKeys:
    user_id: str
    master: SigningKey
    self_signing: SigningKey
    user_signing: SigningKey

    def __iter__(self) -> Iterator[SigningKey]:
        return iter((self.master, self.self_signing, self.user_signing))

    @classmethod
    def derive(cls, user_id: str, seed: bytes) -> Self:
        """HKDF-SHA256 (RFC 5869) of the seed, with the usage and the owner as its info."""

        def key(usage: str) -> SigningKey:
            info = f"nl.plein.cross_signing|{user_id}|{usage}".encode()
            private = HKDF(SHA256(), 32, salt=None, info=info).derive(seed)
            return SigningKey(usage, Ed25519PrivateKey.from_private_bytes(private))

        return cls(user_id, key("master"), key("self_signing"), key("user_signing"))

    def public(self, key: SigningKey) -> Json:
        """A key as others see it; the master key has signed the other two."""
        thing: Json = {
            "user_id": self.user_id,
            "usage": [key.usage],
            "keys": {f"ed25519:{key.public}": key.public},
        }
        return thing if key is self.master else self.master.sign(thing, self.user_id)


async def set_up(
    api: Api,
    encryption: Encryption,
    *,
    password: str | None = None,
    recovery_key: str | None = None,
) -> str | None:
    """Make sure that the bot's device is cross-signed; does nothing where it is.

    Returns the recovery key where the keys were new, to be printed once. `recovery_key` brings back
    keys whose file was lost. `password` is the account's, for homeservers that ask for it.
    Raises a `CrossSigningError` that says what can be done, or `NotARecoveryKey`.
    """
    user = encryption.user_id
    seed = _read(encryption.folder)
    known = await _known(api, user)
    master = _published(known, user, "master")
    if seed is None:
        if master is not None and recovery_key is None:
            raise CrossSigningLost(
                f"{user} has cross-signing keys, and {encryption.folder / FILE} is not there. Put"
                " the file back, or give the recovery key that was printed when it was made."
            )
        seed = os.urandom(32) if recovery_key is None else recovery.decode(recovery_key)
    keys = SigningKeys.derive(user, seed)
    if master not in (None, keys.master.public):
        raise CrossSigningLost(
            f"{user} has other cross-signing keys than these: they were made anew elsewhere, or"
            " the recovery key is that of another account."
        )
    # On disk before the homeserver has them: they can never be uploaded a second time.
    _write(encryption.folder, seed)
    if any(_published(known, user, key.usage) != key.public for key in keys):
        await _upload(api, keys, password)
    await _sign(api, encryption, keys)
    return recovery.encode(seed) if master is None else None


class Trust(StrEnum):
    """What clients see of the bot's device."""

    SIGNED = "signed"
    UNSIGNED = "unsigned"
    ABSENT = "absent"
    """The account has no keys yet; they are made at the first start."""
    FOREIGN = "foreign"
    """It has keys that are not ours, or no longer."""


async def trust(api: Api, user: str, device_id: str, folder: Path) -> Trust:
    known = await _known(api, user)
    master = _published(known, user, "master")
    if master is None:
        return Trust.ABSENT
    seed = _read(folder)
    if seed is None or SigningKeys.derive(user, seed).master.public != master:
        return Trust.FOREIGN
    device = known["device_keys"].get(user, {}).get(device_id, {})
    signer = _published(known, user, "self_signing")
    return Trust.SIGNED if signer and is_signed(device, user, signer) else Trust.UNSIGNED


def recovery_key(folder: Path) -> str | None:
    """The recovery key of the keys in this folder, for an operator who lost it."""
    seed = _read(folder)
    return None if seed is None else recovery.encode(seed)


def canonical(thing: Json) -> bytes:
    """What is signed (specification, "Canonical JSON" and "Signing JSON")."""
    return json.dumps(
        _bare(thing), ensure_ascii=False, separators=(",", ":"), sort_keys=True
    ).encode()


def is_signed(thing: Json, user_id: str, public: str) -> bool:
    """Whether `thing` carries a signature of `user_id` by this Ed25519 key that holds."""
    signature = thing.get("signatures", {}).get(user_id, {}).get(f"ed25519:{public}", "")
    try:
        key = Ed25519PublicKey.from_public_bytes(_padded(public))
        key.verify(_padded(signature), canonical(thing))
    except (InvalidSignature, ValueError):
        return False
    return True


def with_signature(thing: Json, user_id: str, name: str, signature: str) -> Json:
    signatures = {**thing.get("signatures", {})}
    signatures[user_id] = {**signatures.get(user_id, {}), f"ed25519:{name}": signature}
    return {**thing, "signatures": signatures}


async def _known(api: Api, user: str) -> Json:
    return await api.call("POST", "v3/keys/query", {"device_keys": {user: []}})


async def _upload(api: Api, keys: SigningKeys, password: str | None) -> None:
    """Synapse takes the first keys of an account without further proof."""
    body = {f"{key.usage}_key": keys.public(key) for key in keys}
    where = "v3/keys/device_signing/upload"
    try:
        try:
            await api.call("POST", where, body)
        except AuthenticationNeeded as needed:
            if password is None or ["m.login.password"] not in needed.flows:
                raise
            identifier = {"type": "m.id.user", "user": keys.user_id}
            proof = {"type": "m.login.password", "identifier": identifier, "password": password}
            await api.call("POST", where, {**body, "auth": {**proof, "session": needed.session}})
    except AuthenticationNeeded as needed:
        ways = " or ".join(" and ".join(stages) for stages in needed.flows)
        raise CrossSigningRefused(
            f"The homeserver takes the cross-signing keys of {keys.user_id} only with {ways}."
            " Give the account's password, or allow cross-signing without it for a while."
        ) from needed
    except HomeserverError as refusal:
        raise CrossSigningRefused(
            f"The homeserver does not take the cross-signing keys: {refusal}"
        ) from refusal


async def _sign(api: Api, encryption: Encryption, keys: SigningKeys) -> None:
    """The self-signing key signs the device and the device the master key, unless they have."""
    user, device_id = keys.user_id, encryption.device_id
    known = await _known(api, user)
    device = known["device_keys"].get(user, {}).get(device_id, {})
    if _bare(device) != encryption.device_keys:
        raise CrossSigningRefused(f"The homeserver does not know device {device_id} as we do.")
    fresh = {}
    if not is_signed(device, user, keys.self_signing.public):
        fresh[device_id] = keys.self_signing.sign(encryption.device_keys, user)
    signatures = known["master_keys"][user].get("signatures", {}).get(user, {})
    if f"ed25519:{device_id}" not in signatures:
        master = keys.public(keys.master)
        signature = encryption.sign(master)
        fresh[keys.master.public] = with_signature(master, user, device_id, signature)
    if not fresh:
        return
    answer = await api.call("POST", "v3/keys/signatures/upload", {user: fresh})
    if failures := answer.get("failures"):
        raise CrossSigningRefused(f"The homeserver does not take the signatures: {failures}")


def _bare(thing: Json) -> Json:
    return {key: thing[key] for key in thing if key not in ("signatures", "unsigned")}


def _published(known: Json, user: str, usage: str) -> str | None:
    keys = known.get(f"{usage}_keys", {}).get(user, {}).get("keys", {})
    return next(iter(keys.values()), None)


def _unpadded(data: bytes) -> str:
    return base64.b64encode(data).decode().rstrip("=")


def _padded(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), validate=True)


def _read(folder: Path) -> bytes | None:
    file = folder / FILE
    return base64.b64decode(json.loads(file.read_text())["seed"]) if file.exists() else None


def _write(folder: Path, seed: bytes) -> None:
    """All or nothing, also when the power goes; readable by its owner only."""
    file = folder / FILE
    if file.exists():
        return
    draft = folder / f"{FILE}.new"
    draft.unlink(missing_ok=True)
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as text:
        json.dump({"seed": base64.b64encode(seed).decode()}, text)
        text.flush()
        os.fsync(text.fileno())
    draft.replace(file)
    directory = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)
