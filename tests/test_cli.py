"""`plein` at its edges: what an operator reads when it cannot be done, and how it stops."""

import asyncio
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import yaml

from plein_bot import cli
from tests.synapse.harness import PASSWORD, Synapse, free_port, running_synapse

PLEIN = (sys.executable, "-m", "plein_bot")


@pytest.fixture(scope="module")
async def synapse(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Synapse]:
    async with running_synapse(tmp_path_factory.mktemp("synapse")) as homeserver:
        yield homeserver


async def document(synapse: Synapse, folder: Path, **homeserver: Any) -> dict[str, Any]:
    """A configuration that works, but for what is given in `homeserver`."""
    bot, reserve = await synapse.account("plein"), await synapse.account("plein-reserve")
    entrance = {"access_token": bot.access_token} if "password" not in homeserver else {}
    return {
        "homeserver": {
            "url": synapse.url,
            "user_id": bot.user_id,
            "reserve_account": reserve.user_id,
            **entrance,
            **homeserver,
        },
        "database": {"url": f"sqlite+aiosqlite:///{folder}/plein.db"},
        "web": {"port": free_port()},
        "data": {"folder": str(folder / "data")},
    }


def written(document: dict[str, Any], folder: Path) -> Path:
    config = folder / "config.yaml"
    config.write_text(yaml.safe_dump(document))
    return config


@asynccontextmanager
async def started(*line: str) -> AsyncIterator[asyncio.subprocess.Process]:
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PLEIN_")}
    process = await asyncio.create_subprocess_exec(
        *PLEIN,
        *line,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env=environment,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def answer(*line: str) -> tuple[int, str, str]:
    """Exit code, standard output and standard error of a run that ends by itself."""
    async with started(*line) as process, asyncio.timeout(60):
        out, err = await process.communicate()
        assert process.returncode is not None
        return process.returncode, out.decode(), err.decode()


async def refusal(*line: str) -> str:
    code, _, err = await answer(*line)
    assert code == 1
    assert "Traceback" not in err
    return err


async def until_ready(process: asyncio.subprocess.Process) -> None:
    assert process.stderr
    async with asyncio.timeout(60):
        async for line in process.stderr:
            if b"Plein is ready" in line:
                return
    raise AssertionError("it ended before it was ready")


async def test_help_names_every_operation() -> None:
    _, out, _ = await answer("--help")

    assert [name for name in cli.OPERATIONS if f"    {name} " not in out] == []


@pytest.mark.parametrize("operation", cli.OPERATIONS)
def test_every_operation_explains_itself(
    operation: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.run([operation, "--help"])

    assert ended.value.code == 0
    said = " ".join(capsys.readouterr().out.split())
    assert cli.OPERATIONS[operation].split(",")[0][:20] in said


async def test_a_configuration_that_is_not_there_is_told(tmp_path: Path) -> None:
    missing = tmp_path / "config.yaml"

    assert await refusal("run", "--config", str(missing)) == (
        f"{missing}: there is no such file. Copy config.yaml.example and edit the copy.\n"
    )


async def test_migrate_makes_the_database_and_retry_looks_in_it(tmp_path: Path) -> None:
    config = written(
        {
            "homeserver": {
                "url": "http://127.0.0.1:9",
                "user_id": "@plein:a.example",
                "reserve_account": "@reserve:a.example",
                "access_token": "t",
            },
            "database": {"url": f"sqlite+aiosqlite:///{tmp_path}/plein.db"},
        },
        tmp_path,
    )

    assert "plein migrate" in await refusal("retry", "7", "--config", str(config))
    code, out, _ = await answer("migrate", "--config", str(config))
    assert (code, out) == (0, "✓ The database is up to date.\n")
    code, out, _ = await answer("retry", "7", "--config", str(config))
    assert code == 1
    assert "Nothing was set aside under number 7" in out


async def test_a_database_that_cannot_be_opened_is_told(tmp_path: Path) -> None:
    config = written(
        {
            "homeserver": {
                "url": "http://127.0.0.1:9",
                "user_id": "@plein:a.example",
                "reserve_account": "@reserve:a.example",
                "access_token": "t",
            },
            "database": {"url": f"sqlite+aiosqlite:///{tmp_path}/nowhere/plein.db"},
        },
        tmp_path,
    )

    assert (await refusal("run", "--config", str(config))).startswith("The database cannot be used")


@pytest.mark.synapse
async def test_a_wrong_password_is_told(synapse: Synapse, tmp_path: Path) -> None:
    config = written(await document(synapse, tmp_path, password="verkeerd"), tmp_path)

    trouble = await refusal("run", "--config", str(config))

    assert "The homeserver refuses: M_FORBIDDEN" in trouble


@pytest.mark.synapse
async def test_the_token_of_somebody_else_is_told(synapse: Synapse, tmp_path: Path) -> None:
    other = await synapse.account("sanne")
    settings = await document(synapse, tmp_path, access_token=other.access_token)

    trouble = await refusal("run", "--config", str(written(settings, tmp_path)))

    assert other.user_id in trouble
    assert settings["homeserver"]["user_id"] in trouble


@pytest.mark.synapse
async def test_a_taken_port_is_told(synapse: Synapse, tmp_path: Path) -> None:
    settings = await document(synapse, tmp_path)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        settings["web"]["port"] = taken.getsockname()[1]

        trouble = await refusal("run", "--config", str(written(settings, tmp_path)))

    assert f"127.0.0.1:{settings['web']['port']}" in trouble
    assert "something else listens there already" in trouble


@pytest.mark.synapse
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
async def test_it_stops_in_order_and_shows_the_recovery_key_once(
    synapse: Synapse, tmp_path: Path, how: signal.Signals
) -> None:
    config = written(await document(synapse, tmp_path, password=PASSWORD), tmp_path)
    told = []
    for _ in range(2):
        async with started("run", "--config", str(config)) as process:
            await until_ready(process)
            process.send_signal(how)
            out, err = await process.communicate()
            assert process.returncode == 0, err
            told.append(out.decode().count("recovery key"))

    assert told == [1, 0]


@pytest.mark.synapse
async def test_a_revoked_token_stops_it_with_a_sentence(synapse: Synapse, tmp_path: Path) -> None:
    bot = await synapse.person("plein")
    config = written(
        await document(synapse, tmp_path, user_id=bot.user_id, access_token=bot.token), tmp_path
    )
    async with started("run", "--config", str(config)) as process:
        await until_ready(process)
        await bot.call("POST", "logout", {})
        async with asyncio.timeout(60):
            _, err = await process.communicate()

    assert process.returncode == 1
    assert b"does not accept the bot's access token" in err
    assert b"Traceback" not in err
    # And so it does at the next start.
    assert "access token" in await refusal("run", "--config", str(config))
