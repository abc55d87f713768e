import asyncio
import signal
import socket
import sys
from pathlib import Path

import pytest

from plein_bot.homeserver.settings import Profile, Settings
from plein_bot.homeserver.synapse import Synapse, running
from plein_bot.homeserver.troubles import HomeserverTrouble, Kind
from tests.synapse.harness import PASSWORD, free_port

pytestmark = pytest.mark.synapse

# Somebody who starts a homeserver and then has no chance to stop it.
PARENT = """
import asyncio, sys
from pathlib import Path
from plein_bot.homeserver.settings import Settings
from plein_bot.homeserver.synapse import running

async def main():
    async with running(Settings(Path(sys.argv[1]), int(sys.argv[2]))):
        print("ready", flush=True)
        await asyncio.Event().wait()

asyncio.run(main())
"""


def settings(folder: Path, profile: Profile = Profile.DEFAULTS) -> Settings:
    return Settings(folder, free_port(), profile, extra={"bcrypt_rounds": 4})


async def until_nobody_listens(port: int) -> None:
    async with asyncio.timeout(60):
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except ConnectionRefusedError:
                return
            except ConnectionResetError:
                continue  # caught in the middle of its end
            writer.close()


@pytest.mark.parametrize("profile", Profile)
async def test_it_keeps_its_data_over_a_power_cut_and_a_restart(
    tmp_path: Path, profile: Profile
) -> None:
    chosen = settings(tmp_path / "data", profile)
    async with running(chosen) as synapse:
        before = await synapse.accounts.register("alice", PASSWORD)
        await synapse.kill()
        await synapse.start()
        again = await synapse.accounts.register("alice", PASSWORD)
        assert again.user_id == before.user_id
        assert again.access_token != before.access_token

    async with running(chosen) as synapse:
        third = await synapse.accounts.register("alice", PASSWORD)
        assert third.user_id == before.user_id


async def test_it_dies_with_a_parent_that_is_killed(tmp_path: Path) -> None:
    port = free_port()
    parent = await asyncio.create_subprocess_exec(
        sys.executable, "-c", PARENT, str(tmp_path), str(port), stdout=asyncio.subprocess.PIPE
    )
    assert parent.stdout is not None
    assert await parent.stdout.readline() == b"ready\n"

    parent.send_signal(signal.SIGKILL)
    await parent.wait()

    await until_nobody_listens(port)


async def test_its_end_is_noticed(tmp_path: Path) -> None:
    async with running(settings(tmp_path)) as synapse:
        end = asyncio.create_task(synapse.exited())
        await synapse.kill()

        assert (await end).kind is Kind.DIED


async def test_a_taken_port_is_named(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]

        with pytest.raises(HomeserverTrouble, match=f"127.0.0.1:{port} already") as trouble:
            await Synapse(Settings(tmp_path, port)).start()

    assert trouble.value.kind is Kind.PORT_IN_USE
    assert trouble.value.port == port


async def test_a_port_taken_while_synapse_starts_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("plein_bot.homeserver.synapse._is_taken", lambda port: False)
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()

        with pytest.raises(HomeserverTrouble) as trouble:
            await Synapse(Settings(tmp_path, other.getsockname()[1])).start()

    assert trouble.value.kind is Kind.PORT_IN_USE


async def test_synapse_own_words_tell_why_it_did_not_start(tmp_path: Path) -> None:
    wrong = Settings(tmp_path, free_port(), extra={"database": {"name": "nope"}})

    with pytest.raises(HomeserverTrouble) as trouble:
        await Synapse(wrong).start()

    assert trouble.value.kind is Kind.DIED_AT_START
    assert "Unsupported database type 'nope'" in str(trouble.value)
    assert str(tmp_path / "synapse.log") in str(trouble.value)


async def test_a_missing_synapse_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "synapse", None)

    with pytest.raises(HomeserverTrouble, match="pip install") as trouble:
        await Synapse(settings(tmp_path)).start()

    assert trouble.value.kind is Kind.NOT_INSTALLED
