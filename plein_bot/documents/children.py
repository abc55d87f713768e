"""A child process per document: whatever a file does to its reader, Plein goes on.

The child gets the document on its standard input and answers on its standard output: a line of
JSON, then the files that it names, one after the other. It sees nothing of Plein's environment,
works in a folder of its own, and is killed, with what it started, when it takes too long.
"""

import asyncio
import contextlib
import json
import logging
import os
import signal
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from plein_bot.documents.answers import Answer, Failed, File, Reason
from plein_bot.documents.limits import LIMITS, Limits

logger = logging.getLogger(__name__)

_AT_ONCE = 2
"""Children beside each other: two of them take at most a gigabyte."""
_LONGEST_COMPLAINT = 4000
_BIT = 64 * 1024


_turns: dict[asyncio.AbstractEventLoop, asyncio.Semaphore] = {}


async def run(
    job: str, data: bytes, options: Mapping[str, Any], limits: Limits = LIMITS
) -> Answer | Failed:
    """Let a child do a job with a document. Whatever it does there, this does not raise.

    A job is named as `module:function` (`jobs/__init__.py`).
    """
    loop = asyncio.get_running_loop()
    async with _turns.setdefault(loop, asyncio.Semaphore(_AT_ONCE)):
        with tempfile.TemporaryDirectory(prefix="plein-document-") as folder:
            return await _run(job, data, options, limits, folder)


async def _run(
    job: str, data: bytes, options: Mapping[str, Any], limits: Limits, folder: str
) -> Answer | Failed:
    request = {
        "job": job,
        "options": dict(options),
        "limits": asdict(limits),
        "parent": os.getpid(),
    }
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-P", "-m", "plein_bot.documents.worker"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        cwd=folder,
        env=_environment(folder),
        start_new_session=True,  # so that it can be killed with whatever it started
    )
    complaint = b""
    outcome: Answer | Failed
    try:
        async with asyncio.timeout(limits.seconds):
            _, said, complaint = await asyncio.gather(
                _tell(child, json.dumps(request).encode() + b"\n", data),
                _answer(child, limits.output),
                _complaint(child),
            )
            await child.wait()
        outcome = Failed(Reason.TOO_LARGE) if said is None else _understood(said)
    except TimeoutError:
        outcome = Failed(Reason.TOO_SLOW)
    finally:
        _kill(child)
        await child.wait()
    if outcome == Failed(Reason.CRASHED):
        told = complaint.decode(errors="replace").strip()
        logger.warning("The reader of a document ended with %s: %s", child.returncode, told)
    return outcome


def _environment(folder: str) -> dict[str, str]:
    """Nothing of Plein's own, in which there may be secrets."""
    kept = {name: os.environ[name] for name in ("PATH", "PYTHONPATH") if name in os.environ}
    return {**kept, "LANG": "C.UTF-8", "HOME": folder, "TMPDIR": folder}


async def _tell(child: asyncio.subprocess.Process, request: bytes, data: bytes) -> None:
    assert child.stdin, "it is a pipe"
    # It may have seen enough before it has read all.
    with contextlib.suppress(BrokenPipeError, ConnectionResetError):
        child.stdin.write(request)
        whole = memoryview(data)
        # Bit by bit: what does not go through the pipe at once is kept as a copy.
        for start in range(0, len(whole), _BIT):
            child.stdin.write(whole[start : start + _BIT])
            await child.stdin.drain()
        await child.stdin.drain()
        child.stdin.close()


async def _answer(child: asyncio.subprocess.Process, most: int) -> bytes | None:
    """All that it says; None where that is more than `most`, and then it says no more."""
    assert child.stdout, "it is a pipe"
    said = bytearray()
    too_much = False
    # To the end also where it is too much: a pipe with something left in it is never closed.
    while chunk := await child.stdout.read(_BIT):
        if not too_much:
            said += chunk
        if len(said) > most:
            _kill(child)
            too_much = True
            said.clear()
    return None if too_much else bytes(said)


async def _complaint(child: asyncio.subprocess.Process) -> bytes:
    assert child.stderr, "it is a pipe"
    said = b""
    while chunk := await child.stderr.read(_BIT):
        said = (said + chunk)[:_LONGEST_COMPLAINT]
    return said


def _understood(said: bytes) -> Answer | Failed:
    line, _, rest = said.partition(b"\n")
    try:
        told = json.loads(line)
        if "failed" in told:
            return Failed(Reason(told["failed"]))
        files, start = [], 0
        for file in told["files"]:
            end = start + file["size"]
            files.append(File(file["name"], file["mime"], rest[start:end]))
            start = end
        if start != len(rest):
            raise ValueError("half an answer")
        return Answer(told["facts"], tuple(files))
    except (ValueError, KeyError, TypeError):
        return Failed(Reason.CRASHED)


def _kill(child: asyncio.subprocess.Process) -> None:
    """End the child, where it still runs, and all that it started."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)
