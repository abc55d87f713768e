"""Asks ClamAV's daemon whether there is a virus in a file (clamd(8), "INSTREAM").

Our own thirty lines: aioclamd 1.1 speaks TCP only, goes to a thread for every kilobyte, and does
not hear the answer of a clamd that will take no more.
"""

import asyncio
import contextlib
import logging
import struct
from collections.abc import Iterator

from plein_bot.actions.ports import ScanFailed, ScannerAway
from plein_bot.domain.scanning import CLEAN, TOO_LARGE, Scan, Verdict

logger = logging.getLogger(__name__)

_CHUNK = 64 * 1024
_LONGEST_ANSWER = 64 * 1024
_TO_ANSWER = 10.0
"""Seconds in which a clamd that lives answers a PING, also while it scans."""
_TO_SCAN = 300.0
"""Seconds for one file: clamd itself gives up after 120 (MaxScanTime)."""

_LIMITS = "Heuristics.Limits.Exceeded"
"""How clamd calls a file that it did not look through whole (AlertExceedsMax)."""

_TROUBLE = (OSError, TimeoutError, asyncio.IncompleteReadError)

Wire = tuple[asyncio.StreamReader, asyncio.StreamWriter]


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

    async def _asked(
        self, command: bytes, parts: Iterator[bytes] | tuple[()], within: float
    ) -> str:
        async with asyncio.timeout(within):
            reader, writer = await self._connected()
            try:
                sending = asyncio.create_task(_sent(writer, command, parts))
                try:
                    # At the same time: what is too large is answered before all of it is sent.
                    answer = await reader.readuntil(b"\0")
                finally:
                    sending.cancel()
                    with contextlib.suppress(asyncio.CancelledError, OSError):
                        await sending
            finally:
                writer.close()
        return answer[:-1].decode("utf-8", "replace").strip()

    async def _connected(self) -> Wire:
        if self._where.startswith("/"):
            return await asyncio.open_unix_connection(self._where, limit=_LONGEST_ANSWER)
        host, _, port = self._where.rpartition(":")
        return await asyncio.open_connection(host.strip("[]"), int(port), limit=_LONGEST_ANSWER)


async def _sent(
    writer: asyncio.StreamWriter, command: bytes, parts: Iterator[bytes] | tuple[()]
) -> None:
    writer.write(command)
    for part in parts:
        writer.write(part)
        await writer.drain()


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
