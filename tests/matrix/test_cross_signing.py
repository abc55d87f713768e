"""The bot's device is cross-signed, once, and can be again."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from plein_bot.domain.ids import UserId
from plein_bot.homeserver.accounts import Account
from plein_bot.matrix import cross_signing, recovery
from plein_bot.matrix.api import Api, Json
from plein_bot.matrix.cross_signing import (
    FILE,
    CrossSigningLost,
    CrossSigningRefused,
    is_signed,
    set_up,
)
from plein_bot.matrix.encryption import Encryption
from tests.synapse.harness import PASSWORD, Synapse
from tests.synapse.people import Person

pytestmark = pytest.mark.synapse


class Crash(BaseException):
    pass


async def crash(*_: object) -> None:
    raise Crash


@pytest.fixture
async def account(synapse: Synapse) -> Account:
    return await synapse.account("plein")


@pytest.fixture
async def alice(synapse: Synapse) -> Person:
    return await synapse.person("alice")


@asynccontextmanager
async def started(
    synapse: Synapse, account: Account, folder: Path
) -> AsyncIterator[tuple[Api, Encryption]]:
    async with Api(synapse.url, account.access_token) as api:
        encryption = Encryption(api, UserId(account.user_id), str(account.device_id), folder)
        await encryption.open()
        yield api, encryption
        await encryption.close()


async def seen_by(person: Person, user: str) -> Json:
    return await person.call("POST", "keys/query", {"device_keys": {user: []}})


def assert_signed(seen: Json, account: Account) -> None:
    """What Element looks at before it shows no warning and sends its keys."""
    user, device_id = account.user_id, str(account.device_id)
    (master,) = seen["master_keys"][user]["keys"].values()
    self_signing = seen["self_signing_keys"][user]
    (self_signing_key,) = self_signing["keys"].values()
    device = seen["device_keys"][user][device_id]
    assert is_signed(self_signing, user, master)
    assert is_signed(device, user, self_signing_key)


async def test_others_see_a_device_signed_by_its_owner(
    synapse: Synapse, account: Account, alice: Person, tmp_path: Path
) -> None:
    async with started(synapse, account, tmp_path) as (api, encryption):
        key = await set_up(api, encryption)

    assert key is not None
    assert key == cross_signing.recovery_key(tmp_path)
    seen = await seen_by(alice, account.user_id)
    assert_signed(seen, account)
    assert (tmp_path / FILE).stat().st_mode & 0o777 == 0o600


async def test_the_device_has_signed_the_master_key(
    synapse: Synapse, account: Account, tmp_path: Path
) -> None:
    """Synapse shows this to the owner only; so the owner's other devices trust the key."""
    user, device_id = account.user_id, str(account.device_id)
    async with started(synapse, account, tmp_path) as (api, encryption):
        await set_up(api, encryption)
        seen = await api.call("POST", "v3/keys/query", {"device_keys": {user: []}})
        fingerprint = encryption.fingerprint

    master = seen["master_keys"][user]
    signature = master["signatures"][user][f"ed25519:{device_id}"]
    assert is_signed(
        cross_signing.with_signature(master, user, fingerprint, signature), user, fingerprint
    )


async def test_a_signature_of_somebody_else_is_none(
    synapse: Synapse, account: Account, alice: Person, tmp_path: Path
) -> None:
    async with started(synapse, account, tmp_path) as (api, encryption):
        await set_up(api, encryption)
    seen = await seen_by(alice, account.user_id)
    device = seen["device_keys"][account.user_id][account.device_id]
    (key,) = seen["self_signing_keys"][account.user_id]["keys"].values()
    assert is_signed(device, account.user_id, key)

    assert not is_signed({**device, "algorithms": []}, account.user_id, key)
    assert not is_signed(device, alice.user_id, key)
    assert not is_signed(device, account.user_id, "nonsense")


async def test_the_second_start_changes_nothing(
    synapse: Synapse, account: Account, alice: Person, tmp_path: Path
) -> None:
    async with started(synapse, account, tmp_path) as (api, encryption):
        await set_up(api, encryption)
    first = await seen_by(alice, account.user_id)

    async with started(synapse, account, tmp_path) as (api, encryption):
        answered = api.counts["answered"]
        assert await set_up(api, encryption) is None
        assert api.counts["answered"] - answered == 2  # it only looked
    assert await seen_by(alice, account.user_id) == first


async def test_a_crash_before_the_signature_is_made_good(
    synapse: Synapse,
    account: Account,
    alice: Person,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with started(synapse, account, tmp_path) as (api, encryption):
        with monkeypatch.context() as patch:
            patch.setattr(cross_signing, "_sign", crash)
            with pytest.raises(Crash):
                await set_up(api, encryption)
    assert "master_keys" in await seen_by(alice, account.user_id)

    async with started(synapse, account, tmp_path) as (api, encryption):
        await set_up(api, encryption)
    assert_signed(await seen_by(alice, account.user_id), account)


async def test_a_crash_before_the_upload_is_made_good(
    synapse: Synapse,
    account: Account,
    alice: Person,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with started(synapse, account, tmp_path) as (api, encryption):
        with monkeypatch.context() as patch:
            patch.setattr(cross_signing, "_upload", crash)
            with pytest.raises(Crash):
                await set_up(api, encryption)
        written = cross_signing.recovery_key(tmp_path)

    async with started(synapse, account, tmp_path) as (api, encryption):
        assert await set_up(api, encryption) == written
    assert_signed(await seen_by(alice, account.user_id), account)


async def test_a_new_device_is_signed_by_the_same_keys(
    synapse: Synapse, account: Account, alice: Person, tmp_path: Path
) -> None:
    async with started(synapse, account, tmp_path) as (api, encryption):
        await set_up(api, encryption)
    name = account.user_id[1:].partition(":")[0]
    again = await synapse.accounts.register(name, PASSWORD)
    assert again.device_id != account.device_id

    async with started(synapse, again, tmp_path) as (api, encryption):
        assert await set_up(api, encryption) is None
    assert_signed(await seen_by(alice, account.user_id), again)


async def test_lost_keys_are_said_to_be_lost_and_come_back_with_the_recovery_key(
    synapse: Synapse, account: Account, alice: Person, tmp_path: Path
) -> None:
    async with started(synapse, account, tmp_path) as (api, encryption):
        key = await set_up(api, encryption)
        first = await seen_by(alice, account.user_id)
        (tmp_path / FILE).unlink()

        with pytest.raises(CrossSigningLost, match="recovery key"):
            await set_up(api, encryption)
        with pytest.raises(CrossSigningLost, match="another account"):
            await set_up(api, encryption, recovery_key=recovery.encode(bytes(32)))
        assert not (tmp_path / FILE).exists()

        assert await set_up(api, encryption, recovery_key=key) is None
        assert cross_signing.recovery_key(tmp_path) == key
    assert await seen_by(alice, account.user_id) == first


async def test_keys_made_anew_elsewhere_are_noticed(
    synapse: Synapse, account: Account, tmp_path: Path
) -> None:
    async with started(synapse, account, tmp_path) as (api, encryption):
        await set_up(api, encryption)
        (tmp_path / FILE).write_text('{"seed": "AAAA"}')
        with pytest.raises(CrossSigningLost, match="elsewhere"):
            await set_up(api, encryption)


async def test_a_homeserver_that_wants_more_gets_the_password(
    synapse: Synapse, account: Account, tmp_path: Path
) -> None:
    """Synapse wants it for keys that replace others; here the old ones are ours too."""
    user = account.user_id
    async with started(synapse, account, tmp_path) as (api, encryption):
        await set_up(api, encryption)
        other = cross_signing.SigningKeys.derive(user, bytes(32))

        with pytest.raises(CrossSigningRefused, match=r"only with m\.login\.password"):
            await cross_signing._upload(api, other, None)
        with pytest.raises(CrossSigningRefused):
            await cross_signing._upload(api, other, "not the password")
        await cross_signing._upload(api, other, PASSWORD)
        seen = await api.call("POST", "v3/keys/query", {"device_keys": {user: []}})
    assert list(seen["master_keys"][user]["keys"].values()) == [other.master.public]


def test_signed_is_the_canonical_form() -> None:
    """Examples of the specification's appendix "Canonical JSON"."""
    thing = {"本": 2, "日": 1, "a": "日", "one": 1, "signatures": {"x": 1}, "unsigned": {}}
    assert cross_signing.canonical(thing) == '{"a":"日","one":1,"日":1,"本":2}'.encode()
