"""ClamAV's daemon as Plein asks it: the real one and ours give the same answers."""

import asyncio
import os
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest

from plein_bot.actions.ports import ScanFailed, ScannerAway
from plein_bot.domain.scanning import CLEAN, TOO_LARGE, Scan, Verdict
from plein_bot.scanning.clamd import Clamd
from tests.fakes import clamd as fakes
from tests.fakes.clamd import EICAR, FakeClamd
from tests.synapse.harness import free_port

LARGEST = 1_000_000


@asynccontextmanager
async def real(folder: Path) -> AsyncIterator[str]:
    """With one signature of our own: the true ones are some 400 MB, and come over the network."""
    signatures = folder / "signatures"
    signatures.mkdir()
    (signatures / "test.ndb").write_text(f"Eicar-Test:0:*:{EICAR.hex()}\n")
    socket = folder / "clamd.sock"
    (folder / "clamd.conf").write_text(
        f"DatabaseDirectory {signatures}\nLocalSocket {socket}\nForeground yes\n"
        f"StreamMaxLength {LARGEST}\nLogFile {folder}/clamd.log\n"
    )
    process = await asyncio.create_subprocess_exec(
        shutil.which("clamd") or "/usr/sbin/clamd",
        "--config-file",
        str(folder / "clamd.conf"),
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        async with asyncio.timeout(60):
            while not socket.exists():
                assert process.returncode is None, (folder / "clamd.log").read_text()
                await asyncio.sleep(0.05)
        yield str(socket)
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()


@pytest.fixture(scope="module", params=["ours", "ClamAV"])
async def clamd(request: pytest.FixtureRequest) -> AsyncIterator[Clamd]:
    if request.param == "ours":
        async with fakes.running(FakeClamd(LARGEST), free_port()) as where:
            yield Clamd(where)
        return
    if not (shutil.which("clamd") or os.access("/usr/sbin/clamd", os.X_OK)):
        pytest.skip("ClamAV is not installed (no clamd)")
    with tempfile.TemporaryDirectory() as folder:  # a socket's path is short: not pytest's own
        async with real(Path(folder)) as where:
            yield Clamd(where)


async def test_what_holds_no_virus_is_clean(clamd: Clamd) -> None:
    assert await clamd.scan(b"Verslag van de wijkschouw") == CLEAN
    assert await clamd.scan(b"") == CLEAN
    assert await clamd.scan(os.urandom(LARGEST - 1)) == CLEAN


async def test_a_virus_is_found_by_its_name(clamd: Clamd) -> None:
    found = await clamd.scan(EICAR)

    assert found.verdict is Verdict.INFECTED
    assert found.finding.startswith("Eicar-Test")


async def test_what_is_too_large_is_said_to_be_however_large(clamd: Clamd) -> None:
    for size in (LARGEST + 1, 40 * LARGEST) * 10:
        assert await clamd.scan(bytes(size)) == Scan(Verdict.UNSCANNED, TOO_LARGE)


async def test_several_at_once_get_each_their_own_answer(clamd: Clamd) -> None:
    found = await asyncio.gather(*(clamd.scan(EICAR if n % 2 else b"schoon") for n in range(10)))

    assert [one.verdict is Verdict.INFECTED for one in found] == [bool(n % 2) for n in range(10)]


async def test_it_says_which_one_it_is(clamd: Clamd) -> None:
    assert (await clamd.version()).startswith("ClamAV ")


async def test_one_that_does_not_answer_is_away_until_it_does() -> None:
    port = free_port()
    clamd = Clamd(f"127.0.0.1:{port}")
    with pytest.raises(ScannerAway):
        await clamd.scan(b"verslag")
    assert clamd.away

    async with fakes.running(FakeClamd(), port):
        assert await clamd.scan(b"verslag") == CLEAN
    assert clamd.away is None


async def test_one_that_fails_on_a_file_is_not_away() -> None:
    async with fakes.running(FakeClamd(broken=True), free_port()) as where:
        clamd = Clamd(where)
        with pytest.raises(ScanFailed, match="memory"):
            await clamd.scan(b"verslag")
        assert clamd.away is None
