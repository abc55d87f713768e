"""Asks ClamAV's daemon whether there is a virus in a file (clamd(8), "INSTREAM").

Our own thirty lines: aioclamd 1.1 speaks TCP only, goes to a thread for every kilobyte, and does
not hear the answer of a clamd that will take no more.
"""

import asyncio
import contextlib
import socket
import struct
from collections.abc import Iterable, Iterator

from plein_bot.actions.ports import ScanFailed, ScannerAway
from plein_bot.domain.scanning import CLEAN, TOO_LARGE, Scan, Verdict

_CHUNK = 64 * 1024
_LONGEST_ANSWER = 64 * 1024
_TO_ANSWER = 10.0
"""Seconds in which a clamd that lives answers a PING, also while it scans."""
_TO_SCAN = 300.0
"""Seconds for one file: clamd itself gives up after 120 (MaxScanTime)."""

_LIMITS = "Heuristics.Limits.Exceeded"
"""How clamd calls a file that it did not look through whole (AlertExceedsMax)."""

_TROUBLE = (OSError, TimeoutError)


class Clamd:
    """`where` is the path of a socket, or a host and a port. `away` says why it does not answer."""

    def __init__(self, where: str) -> None:
        self._where = where
        self.away: str | None = None

    async def version(self) -> str:
        """Which ClamAV this is, with the day of its signatures. Raises ScannerAway."""
        try:
            answer = await self._asked(b"zVERSION\0", (), _TO_ANSWER)
        except _TROUBLE as trouble:
            raise self._gone(trouble) from trouble
        self.away = None
        return answer

    async def scan(self, data: bytes) -> Scan:
        """Raises ScannerAway where it does not answer, ScanFailed where it does but not on this."""
        try:
            answer = await self._asked(b"zINSTREAM\0", _streamed(data), _TO_SCAN)
        except _TROUBLE as trouble:
            await self.version()
            raise ScanFailed(_said(trouble)) from trouble
        self.away = None
        return _read(answer)

    def _gone(self, trouble: BaseException) -> ScannerAway:
        self.away = _said(trouble)
        return ScannerAway(self.away)

    async def _asked(self, command: bytes, parts: Iterable[bytes], within: float) -> str:
        async with asyncio.timeout(within):
            with await self._connected() as wire:
                sending = asyncio.create_task(_sent(wire, command, parts))
                try:
                    return await _heard(wire)
                finally:
                    sending.cancel()
                    await asyncio.wait([sending])

    async def _connected(self) -> socket.socket:
        if self._where.startswith("/"):
            wire = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            wire.setblocking(False)
            try:
                await asyncio.get_running_loop().sock_connect(wire, self._where)
            except BaseException:
                wire.close()
                raise
            return wire
        host, _, port = self._where.rpartition(":")
        address = (host.strip("[]"), int(port))
        wire = await asyncio.to_thread(socket.create_connection, address, _TO_ANSWER)
        wire.setblocking(False)
        return wire


# Sockets and no asyncio streams: a clamd that will take no more answers and hangs up at once, and a
# stream on which nothing can be sent any more gives up what came in as well.


async def _sent(wire: socket.socket, command: bytes, parts: Iterable[bytes]) -> None:
    loop = asyncio.get_running_loop()
    with contextlib.suppress(OSError):  # What it means is in the answer, or there is none.
        await loop.sock_sendall(wire, command)
        for part in parts:
            await loop.sock_sendall(wire, part)


async def _heard(wire: socket.socket) -> str:
    answer = bytearray()
    while not answer.endswith(b"\0"):
        some = await asyncio.get_running_loop().sock_recv(wire, _LONGEST_ANSWER)
        if not some or len(answer) > _LONGEST_ANSWER:
            raise ConnectionError("it hung up before it answered")
        answer += some
    return answer[:-1].decode("utf-8", "replace").strip()


def _streamed(data: bytes) -> Iterator[bytes]:
    """Pieces, each after its length; one of no length is the end."""
    for start in range(0, len(data), _CHUNK):
        piece = data[start : start + _CHUNK]
        yield struct.pack("!L", len(piece)) + piece
    yield struct.pack("!L", 0)


def _read(answer: str) -> Scan:
    said = answer.removeprefix("stream: ")
    if said == "OK":
        return CLEAN
    if said.endswith(" FOUND"):
        finding = said.removesuffix(" FOUND")
        if finding.startswith(_LIMITS):
            return Scan(Verdict.UNSCANNED, TOO_LARGE)
        return Scan(Verdict.INFECTED, finding)
    if "size limit exceeded" in said:
        return Scan(Verdict.UNSCANNED, TOO_LARGE)
    raise ScanFailed(said)


def _said(trouble: BaseException) -> str:
    return str(trouble) or type(trouble).__name__
