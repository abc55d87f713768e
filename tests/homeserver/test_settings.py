"""What the private homeserver is told, asked of the homeserver itself."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from plein_bot.homeserver.settings import Profile, Settings, homeserver_yaml
from tests.synapse.harness import PASSWORD, Synapse, running_synapse
from tests.synapse.people import Person

ratelimiting = pytest.importorskip("synapse.config.ratelimiting")


@pytest.fixture(scope="module")
async def reference(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Synapse]:
    folder = tmp_path_factory.mktemp("reference")
    async with running_synapse(folder, Profile.REFERENCE) as synapse:
        yield synapse


def rates(settings: Settings) -> dict[str, Any]:
    """Every limit that Synapse knows of, as it reads them."""
    config = ratelimiting.RatelimitConfig(None)
    config.read_config(homeserver_yaml(settings))
    return {
        name: value
        for name, value in vars(config).items()
        if isinstance(value, ratelimiting.RatelimitSettings)
        # Bytes, not requests; and only for the media of other servers.
        and name != "remote_media_downloads"
    }


@pytest.mark.parametrize("profile", Profile)
def test_without_limits_every_limit_is_lifted(tmp_path: Path, profile: Profile) -> None:
    found = rates(Settings(tmp_path, 8001, profile, limits=False))

    assert len(found) > 15
    assert {name for name, rate in found.items() if rate.per_second < 10_000} == set()


def test_with_limits_a_profile_keeps_its_own(tmp_path: Path) -> None:
    defaults = rates(Settings(tmp_path, 8001))["rc_message"]
    reference = rates(Settings(tmp_path, 8001, Profile.REFERENCE))["rc_message"]

    assert (defaults.per_second, defaults.burst_count) == (0.2, 10)
    assert (reference.per_second, reference.burst_count) == (0.5, 30)


@pytest.mark.synapse
async def test_the_reference_takes_no_passwords_and_still_gives_tokens(
    reference: Synapse,
) -> None:
    alice = await reference.person("alice")
    identifier = {"type": "m.id.user", "user": alice.user_id}
    body = {"type": "m.login.password", "identifier": identifier, "password": PASSWORD}

    status, answer = await reference.stranger.tries("POST", "login", body)
    assert status >= 400, answer
    assert (await alice.call("GET", "account/whoami"))["device_id"] == alice.device_id

    name = alice.user_id[1:].partition(":")[0]
    again = await reference.accounts.register(name, "another password")
    assert again.user_id == alice.user_id
    assert again.device_id is None
    alice.token = again.access_token
    assert (await alice.call("GET", "account/whoami"))["user_id"] == alice.user_id


@pytest.mark.synapse
async def test_the_reference_encrypts_private_rooms(reference: Synapse) -> None:
    alice = await reference.person("alice")
    private = await alice.creates_room(preset="private_chat")
    public = await alice.creates_room(preset="public_chat")

    assert ("m.room.encryption", "") in await alice.state(private)
    assert ("m.room.encryption", "") not in await alice.state(public)


@pytest.mark.synapse
async def test_the_reference_accepts_direct_invitations_only(reference: Synapse) -> None:
    alice, bob = await reference.person("alice"), await reference.person("bob")

    chat = await alice.chat_with(bob.user_id)
    room = await alice.creates_room(bob.user_id, preset="public_chat")
    await bob.is_invited_to(room)

    assert (await alice.members(chat))[bob.user_id] == "join"
    assert (await alice.members(room))[bob.user_id] == "invite"


@pytest.mark.synapse
async def test_the_reference_puts_everybody_in_welkom_and_keeps_their_words(
    reference: Synapse,
) -> None:
    alice = await reference.person("alice")
    welkom = await alice.resolves(f"#welkom:{reference.server_name}")
    assert welkom is not None
    await alice.sees(
        lambda room, event: (
            room == welkom
            and event.get("state_key") == alice.user_id
            and event["content"].get("membership") == "join"
        )
    )
    said = await alice.says(welkom, "Goedemorgen")

    await reference.process.kill()
    await reference.process.start()

    assert await alice.may_read(welkom, said)


@pytest.mark.synapse
async def test_only_the_bot_lists_rooms(tmp_path: Path) -> None:
    async with running_synapse(tmp_path) as synapse:
        bot, alice = await synapse.person("plein"), await synapse.person("alice")

        listed = await bot.creates_room(visibility="public", preset="public_chat")
        await alice.creates_room(visibility="public", preset="public_chat")

        assert [room["room_id"] for room in await alice.directory()] == [listed]


@pytest.mark.synapse
async def test_a_limit_can_be_lifted_for_one(tmp_path: Path) -> None:
    async with running_synapse(tmp_path, limits=True) as synapse:
        fast, slow = await synapse.person("fast"), await synapse.person("slow")
        await synapse.accounts.lift_limits(fast.user_id)

        statuses: dict[Person, list[int]] = {}
        for person in (fast, slow):
            room = await person.creates_room()
            path = f"rooms/{room}/state/m.room.topic"
            statuses[person] = [
                (await person.tries("PUT", path, {"topic": str(number)}))[0] for number in range(15)
            ]

        assert set(statuses[fast]) == {200}
        assert 429 in statuses[slow]
