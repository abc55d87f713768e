"""Encrypted conversations of the bot's with people whose client is nio."""

import asyncio
import json
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from plein_bot.domain.ids import UserId
from plein_bot.homeserver.accounts import Account
from plein_bot.matrix.api import Api, Json, path
from plein_bot.matrix.encryption import Encryption, EncryptionStoreLost
from tests.matrix.bots import Bot, encrypted_room, session_of, started
from tests.synapse.encrypted import EncryptedPerson
from tests.synapse.harness import PASSWORD, Synapse

pytestmark = pytest.mark.synapse


class Kill(BaseException):
    pass


def kill(*_: object) -> None:
    raise Kill


@pytest.fixture
async def account(synapse: Synapse) -> Account:
    return await synapse.account("plein")


@pytest.fixture
async def bot(synapse: Synapse, account: Account, tmp_path: Path) -> AsyncIterator[Bot]:
    async with started(synapse, account, tmp_path / "bot") as bot:
        yield bot


@pytest.fixture
async def alice(synapse: Synapse) -> EncryptedPerson:
    return await synapse.encrypted_person("alice")


@pytest.fixture
async def bob(synapse: Synapse) -> EncryptedPerson:
    return await synapse.encrypted_person("bob")


async def test_a_conversation_goes_on_after_a_restart(
    synapse: Synapse, account: Account, alice: EncryptedPerson, tmp_path: Path
) -> None:
    async with started(synapse, account, tmp_path / "bot") as bot:
        room = await encrypted_room(alice, bot)
        await alice.says(room, "deelsites")
        await bot.hears("deelsites")
        await bot.says(room, "U hebt er geen.", alice.user_id)
        await alice.hears("U hebt er geen.")
        since = bot.since
        asked = bot.sealed

    await alice.says(room, "groepen")
    async with started(synapse, account, tmp_path / "bot", since) as bot:
        await bot.hears("groepen")
        await bot.says(room, "Ook niet.", alice.user_id)
        await alice.hears("Ook niet.")
        assert [opened["content"]["body"] for event in asked if (opened := bot.opens(event))] == [
            "deelsites"
        ]


async def test_nobody_on_the_way_can_read_it(bot: Bot, alice: EncryptedPerson) -> None:
    room = await encrypted_room(alice, bot)
    event = await bot.says(room, "geheim", alice.user_id)
    await alice.hears("geheim")

    stored = await bot.api.call("GET", path("v3/rooms/{}/event/{}", room, event))
    assert stored["type"] == "m.room.encrypted"
    assert "geheim" not in json.dumps(stored)


async def test_a_batch_that_comes_again_is_read_again(
    synapse: Synapse, account: Account, alice: EncryptedPerson, tmp_path: Path
) -> None:
    """The process was killed after the keys were stored and before the token was."""
    async with started(synapse, account, tmp_path / "bot") as bot:
        room = await encrypted_room(alice, bot)
        await bot.sync()
        before = bot.since
        await alice.says(room, "een")
        first = await bot.sync()
        assert first["to_device"]["events"]
        bot.reads(first)
        once = list(bot.read)
        await bot.encryption.take_in(first)
        bot.sealed.clear()
        bot.reads(first)
        assert [event["content"]["body"] for event in bot.read] == ["een"]
        assert bot.read == once

    async with started(synapse, account, tmp_path / "bot", before) as bot:
        await bot.encryption.take_in(first)
        bot.reads(first)
        assert bot.read == once
        await alice.says(room, "twee")
        await bot.hears("twee")


async def test_without_its_key_an_event_waits(bot: Bot, alice: EncryptedPerson) -> None:
    room = await encrypted_room(alice, bot)
    await bot.sync()
    await alice.says(room, "straks")
    sync = await bot.api.call("GET", "v3/sync", query={"since": bot.since})
    bot.reads(sync)
    assert bot.sealed
    assert bot.read == []

    assert await bot.encryption.take_in(sync) == {room}
    bot.reads({})
    assert [event["content"]["body"] for event in bot.read] == ["straks"]


async def test_a_reply_can_be_counted_by_the_server(bot: Bot, alice: EncryptedPerson) -> None:
    room = await encrypted_room(alice, bot)
    asked = await alice.says(room, "help")
    relation = {"m.in_reply_to": {"event_id": asked}}
    answer = await bot.says(room, "Zo:", alice.user_id, **{"m.relates_to": relation})
    stored = await bot.api.call("GET", path("v3/rooms/{}/event/{}", room, answer))
    assert stored["content"]["m.relates_to"] == relation
    heard = await alice.hears("Zo:")
    assert heard["content"]["m.relates_to"] == relation


async def test_who_comes_later_reads_on_and_who_left_does_not(
    bot: Bot, alice: EncryptedPerson, bob: EncryptedPerson
) -> None:
    room = await encrypted_room(alice, bot)
    await bot.says(room, "onder ons", alice.user_id)
    await alice.hears("onder ons")

    await alice.invites(room, bob.user_id)
    await bob.joins(room)
    await bot.says(room, "welkom", alice.user_id, bob.user_id)
    await bob.hears("welkom")
    await alice.hears("welkom")
    assert not any(event["content"].get("body") == "onder ons" for event in bob.seen)
    while_in = [event for event in bob.seen if event["type"] == "m.room.encrypted"]
    assert len(while_in) == 1  # it saw that there was something before

    await bob.leaves(room)
    event = await bot.says(room, "hij is weg", alice.user_id)
    await alice.hears("hij is weg")
    known = {session.id for session in bob.client.olm.inbound_group_store}  # type: ignore[union-attr]
    assert known
    assert await session_of(bot, room, event) not in known


async def test_a_device_that_is_added_reads_on_and_one_that_is_removed_does_not(
    synapse: Synapse, bot: Bot, alice: EncryptedPerson, tmp_path: Path
) -> None:
    room = await encrypted_room(alice, bot)
    await bot.says(room, "een", alice.user_id)
    await alice.hears("een")
    await bot.sync()
    name = alice.user_id[1:].partition(":")[0]
    login = await synapse.accounts.register(name, PASSWORD)

    async with started(synapse, login, tmp_path / "phone") as phone:
        while_added = await bot.sync()
        assert alice.user_id in while_added["device_lists"]["changed"]
        with_phone = await bot.says(room, "twee", alice.user_id)
        await phone.hears("twee")
        await phone.api.call("POST", "v3/logout")

    while_removed = await bot.sync()
    assert alice.user_id in while_removed["device_lists"]["changed"]
    without_phone = await bot.says(room, "drie", alice.user_id)
    await alice.hears("drie")
    assert await session_of(bot, room, with_phone) != await session_of(bot, room, without_phone)


async def test_many_messages_at_once_share_one_session(bot: Bot, alice: EncryptedPerson) -> None:
    room = await encrypted_room(alice, bot)
    events = await asyncio.gather(*(bot.says(room, f"nr {n}", alice.user_id) for n in range(10)))
    assert len({await session_of(bot, room, event) for event in events}) == 1
    for n in range(10):
        await alice.hears(f"nr {n}")


async def test_somebody_elses_event_with_the_same_text_is_a_replay(
    bot: Bot, alice: EncryptedPerson
) -> None:
    room = await encrypted_room(alice, bot)
    await alice.says(room, "ja")
    await bot.hears("ja")
    (event,) = bot.sealed
    assert bot.opens(event)
    assert bot.opens({**event, "event_id": "$another"}) is None
    assert bot.opens({**event, "room_id": "!another:plein.test"}) is None
    assert bot.opens(event)


async def test_what_newer_clients_leave_out_is_not_needed(bot: Bot, alice: EncryptedPerson) -> None:
    room = await encrypted_room(alice, bot)
    await alice.says(room, "kort")
    await bot.hears("kort")
    (event,) = bot.sealed
    content = {k: v for k, v in event["content"].items() if k not in ("sender_key", "device_id")}
    opened = bot.opens({**event, "content": content})
    assert opened is not None
    assert opened["content"]["body"] == "kort"


@pytest.mark.parametrize(
    "content",
    [
        {},
        {"algorithm": "m.megolm.v1.aes-sha2", "session_id": 3, "ciphertext": []},
        {"algorithm": "m.megolm.v1.aes-sha2", "session_id": "x", "ciphertext": "x"},
        {
            "algorithm": "m.megolm.v1.aes-sha2",
            "session_id": "x",
            "sender_key": "x",
            "device_id": "x",
        },
        {"algorithm": "m.olm.v1.curve25519-aes-sha2", "ciphertext": {}},
    ],
)
async def test_nonsense_cannot_be_read_and_does_no_harm(bot: Bot, content: Json) -> None:
    event = {
        "type": "m.room.encrypted",
        "room_id": "!room:plein.test",
        "event_id": "$event",
        "sender": "@mallory:plein.test",
        "origin_server_ts": 1,
        "content": content,
    }
    assert bot.opens(event) is None


async def test_nonsense_among_the_keys_does_not_keep_the_others_from_coming(
    bot: Bot, alice: EncryptedPerson
) -> None:
    room = await encrypted_room(alice, bot)
    await bot.sync()
    await alice.says(room, "toch")
    sync = await bot.api.call("GET", "v3/sync", query={"since": bot.since})
    (letter,) = sync["to_device"]["events"]
    our_key = next(iter(letter["content"]["ciphertext"]))
    broken = {**letter["content"], "ciphertext": {our_key: {"type": 0, "body": "AAAA"}}}
    sync["to_device"]["events"] = [
        {},
        {"type": "m.room.encrypted"},
        {**letter, "content": {}},
        {**letter, "content": broken},
        {**letter, "type": "m.key.verification.start"},
        letter,
    ]

    assert await bot.encryption.take_in(sync) == {room}
    bot.reads(sync)
    assert [event["content"]["body"] for event in bot.read] == ["toch"]


async def test_a_kill_after_the_keys_are_read_loses_none(
    synapse: Synapse,
    account: Account,
    alice: EncryptedPerson,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Nothing is closed; what another process finds is what is on disk at that moment."""
    async with started(synapse, account, tmp_path / "bot") as bot:
        room = await encrypted_room(alice, bot)
        await bot.sync()
        since = bot.since
        await alice.says(room, "nog net")
        with monkeypatch.context() as patch:
            patch.setattr(bot.encryption._keys, "notice", kill)
            with pytest.raises(Kill):
                await bot.sync()
        shutil.copytree(tmp_path / "bot", tmp_path / "found")

    async with started(synapse, account, tmp_path / "found", since) as bot:
        await bot.hears("nog net")
        await bot.says(room, "gehoord", alice.user_id)
        await alice.hears("gehoord")


async def test_a_kill_after_new_keys_are_published_loses_none(
    synapse: Synapse,
    account: Account,
    alice: EncryptedPerson,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("plein_bot.matrix.keys.KeysUploadResponse", kill)
        with pytest.raises(Kill):
            async with started(synapse, account, tmp_path / "bot"):
                pass

    async with started(synapse, account, tmp_path / "bot") as bot:
        room = await encrypted_room(alice, bot)
        await alice.says(room, "daar bent u")
        await bot.hears("daar bent u")


async def test_what_is_not_on_disk_is_not_in_memory(
    bot: Bot, alice: EncryptedPerson, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The disk is full while a batch is taken in; later the same batch comes again."""
    room = await encrypted_room(alice, bot)
    await bot.sync()
    await alice.says(room, "vol")
    sync = await bot.api.call("GET", "v3/sync", query={"since": bot.since})

    def full(*_: object) -> None:
        raise OSError("no space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(bot.encryption._olm, "save_account", full)
        with pytest.raises(OSError, match="no space"):
            await bot.encryption.take_in(sync)

    assert await bot.encryption.take_in(sync) == {room}
    bot.reads(sync)
    assert [event["content"]["body"] for event in bot.read] == ["vol"]


async def test_a_bot_that_was_away_can_be_reached_when_its_keys_have_run_out(
    synapse: Synapse, account: Account, alice: EncryptedPerson, tmp_path: Path
) -> None:
    """Others used all 50 one-time keys; then there is the fallback key."""
    async with started(synapse, account, tmp_path / "bot") as bot:
        room = await encrypted_room(alice, bot)
        await bot.sync()
        since = bot.since
    claim = {"one_time_keys": {account.user_id: {account.device_id: "signed_curve25519"}}}
    used = [json.dumps(await alice.call("POST", "keys/claim", claim)) for _ in range(60)]
    assert "fallback" in used[-1]
    await alice.says(room, "bent u daar?")

    async with started(synapse, account, tmp_path / "bot", since) as bot:
        await bot.hears("bent u daar?")
        again = json.dumps(await alice.call("POST", "keys/claim", claim))
        assert "fallback" not in again


async def test_a_lost_store_is_said_to_be_lost(
    synapse: Synapse, account: Account, tmp_path: Path
) -> None:
    async with started(synapse, account, tmp_path / "bot"):
        pass
    async with Api(synapse.url, account.access_token) as api:
        user, device = UserId(account.user_id), str(account.device_id)
        encryption = Encryption(api, user, device, tmp_path / "empty")
        with pytest.raises(EncryptionStoreLost, match="new device"):
            await encryption.open()
        await encryption.close()
