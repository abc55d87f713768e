"""Whatever a document does to its reader, Plein gets an outcome and goes on."""

import asyncio
import os
import select
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from plein_bot.documents.answers import Answer, Failed, Reason
from plein_bot.documents.children import run
from plein_bot.documents.limits import Limits

LIMITS = Limits(memory=256 * 1024 * 1024, seconds=20, output=1_000_000)
SHORT = Limits(memory=256 * 1024 * 1024, seconds=2, output=1_000_000)


@pytest.fixture(autouse=True)
def _findable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[2]))
    monkeypatch.setenv("PLEIN_SECRET", "geheim")


async def done(
    job: str, limits: Limits = LIMITS, data: bytes = b"", **options: Any
) -> Answer | Failed:
    return await run(f"tests.documents.hostile:{job}", data, options, limits)


async def facts_of(job: str, **options: Any) -> Mapping[str, Any]:
    answer = await done(job, **options)
    assert isinstance(answer, Answer)
    return answer.facts


async def ends(pid: str) -> None:
    """It was killed, and is gone once the machine has come to it."""
    try:
        process = os.pidfd_open(int(pid))
    except ProcessLookupError:
        return
    try:
        # Also where whoever adopted it has not looked after it yet.
        ended, _, _ = await asyncio.to_thread(select.select, [process], [], [], 60)
    finally:
        os.close(process)
    assert ended


async def test_one_that_wants_all_memory_is_too_large() -> None:
    assert await done("eat") == Failed(Reason.TOO_LARGE)


async def test_one_that_never_ends_is_too_slow() -> None:
    assert await done("turn_round", SHORT) == Failed(Reason.TOO_SLOW)


async def test_what_a_child_started_ends_with_it(tmp_path: Path) -> None:
    written = tmp_path / "pid"
    assert await done("start_another", SHORT, pid=str(written)) == Failed(Reason.TOO_SLOW)
    await ends(written.read_text())


async def test_one_that_never_stops_talking_is_too_large() -> None:
    assert await done("talk") == Failed(Reason.TOO_LARGE)


@pytest.mark.parametrize("job", ["fall", "lie", "no_such_job"])
async def test_a_crash_is_an_outcome(job: str) -> None:
    assert await done(job) == Failed(Reason.CRASHED)


async def test_a_child_knows_nothing_of_plein() -> None:
    seen = await facts_of("look_round", data=b"x" * 3_000_000)
    assert seen["size"] == 3_000_000
    assert "PLEIN_SECRET" not in seen["environment"]
    assert "geheim" not in str(seen)
    assert seen["folder"] not in (os.getcwd(), str(Path.home()))


async def _is_allowed(*program: str) -> bool:
    """Whether this machine lets a process do this; many a container does not."""
    try:
        process = await asyncio.create_subprocess_exec(*program, stderr=asyncio.subprocess.DEVNULL)
    except FileNotFoundError:
        return False
    return await process.wait() == 0


async def test_a_child_reaches_nothing() -> None:
    leaves = "import sys; from plein_bot.documents.limits import leave_network as leave"
    if not await _is_allowed(sys.executable, "-c", f"{leaves}; sys.exit(not leave())"):
        pytest.skip("this machine lets nobody leave its network")
    server = await asyncio.start_server(lambda _, writer: writer.close(), "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        facts = await facts_of("call_home", port=port)
    assert facts["failed"]
    assert not facts.get("reached")


_AS_FIRST = """
import asyncio, os
from plein_bot.documents.answers import Answer
from plein_bot.documents.children import run

assert os.getpid() == 1
answer = asyncio.run(run("tests.documents.hostile:look_round", b"", {}))
assert isinstance(answer, Answer), answer
"""


async def test_it_reads_where_plein_is_the_first_process() -> None:
    """As in a container."""
    apart = ("unshare", "--pid", "--fork")
    if not await _is_allowed(*apart, "true"):
        pytest.skip("this machine lets nobody number processes anew")
    process = await asyncio.create_subprocess_exec(*apart, sys.executable, "-c", _AS_FIRST)
    assert await process.wait() == 0


async def test_who_gives_up_waiting_leaves_no_child_behind(tmp_path: Path) -> None:
    told = tmp_path / "pid"
    os.mkfifo(told)
    running = asyncio.create_task(done("start_another", pid=str(told)))
    pid = await asyncio.to_thread(told.read_text)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    await ends(pid)
