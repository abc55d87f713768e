"""A child that does not outlive its parent, by the kernel's help or by a pipe."""

import asyncio
import os
import signal
import sys
from pathlib import Path

import pytest

from plein_bot.homeserver import child

PARENT = """
import os, subprocess, sys, time
program = [sys.executable, "-P", "-c", sys.argv[1], str(os.getpid())]
print(subprocess.Popen(program, stdin=subprocess.PIPE).pid, flush=True)
time.sleep(600)
"""

CHILD = """
import runpy, sys, time
ties = runpy.run_path({path!r})
ties[{tie!r}]({arguments})
print("tied", flush=True)
time.sleep(600)
"""


@pytest.mark.parametrize(
    ("tie", "arguments"),
    [
        pytest.param(
            "bind_to_parent",
            "int(sys.argv[1])",
            marks=pytest.mark.skipif(sys.platform != "linux", reason="Linux has prctl"),
        ),
        ("watch_parent", ""),
    ],
)
async def test_it_ends_when_its_parent_is_killed(tie: str, arguments: str) -> None:
    program = CHILD.format(path=str(Path(child.__file__)), tie=tie, arguments=arguments)
    parent = await asyncio.create_subprocess_exec(
        sys.executable, "-c", PARENT, program, stdout=asyncio.subprocess.PIPE
    )
    assert parent.stdout is not None
    first, second = await parent.stdout.readline(), await parent.stdout.readline()
    assert sorted([first.strip().isdigit(), second == b"tied\n"]) == [True, True], (first, second)

    parent.send_signal(signal.SIGKILL)
    await parent.wait()

    # The child holds the same pipe open: it ends with the child.
    async with asyncio.timeout(60):
        assert await parent.stdout.read() == b""


async def test_it_does_not_begin_when_its_parent_is_gone_already() -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-P", child.__file__, str(os.getpid() + 1), "this", stderr=-1
    )
    _, words = await process.communicate()

    assert process.returncode == 1
    assert b"the parent is gone" in words
