"""A private PostgreSQL, for as long as the tests run.

Its files are thrown away, so it never waits for the disk. It listens on a socket in its own
directory and on no port.
"""

import asyncio
import itertools
import os
import pwd
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import asyncpg  # type: ignore[import-untyped]  # It ships annotations but no py.typed.


def program(name: str) -> str | None:
    """Find one of PostgreSQL's programs; Debian keeps most of them off the path."""
    if found := shutil.which(name):
        return found
    candidates = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    return str(candidates[-1]) if candidates else None


def missing() -> str | None:
    """Why PostgreSQL cannot run here; None where it can."""
    if not (program("initdb") and program("postgres")):
        return "PostgreSQL is not installed (no initdb and postgres)"
    if os.geteuid() == 0 and not shutil.which("setpriv"):
        return "PostgreSQL does not run as root, and there is no setpriv to become somebody else"
    return None


def _unprivileged(*command: str, dies_with_us: bool = False) -> list[str]:
    if not shutil.which("setpriv"):
        return list(command)
    options = ["--pdeathsig", "QUIT"] if dies_with_us else []
    if os.geteuid() == 0:
        nobody = pwd.getpwnam("nobody")
        ids = [f"--reuid={nobody.pw_uid}", f"--regid={nobody.pw_gid}", "--clear-groups"]
        options = [*ids, *options]
    return ["setpriv", *options, *command]


@dataclass
class Cluster:
    socket: Path
    _numbers: "itertools.count[int]" = field(default_factory=itertools.count)

    def url(self, database: str) -> str:
        return f"postgresql+asyncpg://plein@/{database}?host={self.socket}"

    async def say(self, statement: str) -> None:
        connection = await asyncpg.connect(user="plein", host=str(self.socket), database="postgres")
        try:
            await connection.execute(statement)
        finally:
            await connection.close()

    @asynccontextmanager
    async def database(self, template: str = "template0") -> AsyncIterator[str]:
        """The URL of a database of one's own: a copy of the template, or empty."""
        name = f"test_{next(self._numbers)}"
        await self.say(f"CREATE DATABASE {name} TEMPLATE {template}")
        try:
            yield self.url(name)
        finally:
            await self.say(f"DROP DATABASE {name} WITH (FORCE)")


@asynccontextmanager
async def running() -> AsyncIterator[Cluster]:
    initdb, postgres = program("initdb"), program("postgres")
    assert initdb, missing()
    assert postgres, missing()
    # Not pytest's own directory: that is closed to the user that PostgreSQL runs as.
    directory = Path(tempfile.mkdtemp(prefix="plein-postgres-"))
    if os.geteuid() == 0:
        nobody = pwd.getpwnam("nobody")
        os.chown(directory, nobody.pw_uid, nobody.pw_gid)
    data = directory / "data"
    make = [initdb, "-D", str(data), "-U", "plein", "-A", "trust", "-E", "UTF8", "-N"]
    # A locale that does not sort by bytes, so that tests notice where we rely on it.
    make += ["--locale=C.UTF-8", "--locale-provider=icu", "--icu-locale=nl"]
    initial = await asyncio.create_subprocess_exec(
        *_unprivileged(*make), stdout=asyncio.subprocess.DEVNULL, cwd=directory
    )
    assert await initial.wait() == 0
    hurried = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
    quiet = {"listen_addresses": "", "unix_socket_directories": str(directory)}
    settings = [f"--{name}={value}" for name, value in (hurried | quiet).items()]
    with (directory / "log").open("wb") as log:
        process = await asyncio.create_subprocess_exec(
            *_unprivileged(postgres, "-D", str(data), *settings, dies_with_us=True),
            stdout=log,
            stderr=log,
            cwd=directory,
        )
    try:
        cluster = Cluster(directory)
        await _until_ready(cluster, process)
        yield cluster
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()
        shutil.rmtree(directory)


async def _until_ready(cluster: Cluster, process: asyncio.subprocess.Process) -> None:
    async with asyncio.timeout(60):
        while True:
            assert process.returncode is None, (cluster.socket / "log").read_text()
            try:
                await cluster.say("SELECT 1")
                return
            except (OSError, asyncpg.CannotConnectNowError):
                await asyncio.sleep(0.05)
