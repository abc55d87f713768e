"""A clamd of our own that knows one virus: the string that EICAR made for tests."""

import asyncio
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

# In two halves, so that no scanner takes this file away.
EICAR = (r"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-" + "ANTIVIRUS-TEST-FILE!$H+H*").encode()


@dataclass
class FakeClamd:
    """`largest` is its StreamMaxLength; `broken` makes it fail on every file, `deaf` at all."""

    largest: int = 1_000_000
    knows: bytes = EICAR
    broken: bool = False
    deaf: bool = False
    scanned: list[bytes] = field(default_factory=list)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            command = await reader.readuntil(b"\0")
            if self.deaf:
                return
            writer.write(await self._answer(command, reader) + b"\0")
            await writer.drain()
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async def _answer(self, command: bytes, reader: asyncio.StreamReader) -> bytes:
        if command == b"zVERSION\0":
            return b"ClamAV 1.4.6/27000/Fri Nov 27 09:00:00 2026"
        assert command == b"zINSTREAM\0"
        data = b""
        while length := struct.unpack("!L", await reader.readexactly(4))[0]:
            if len(data) + length > self.largest:
                return b"INSTREAM size limit exceeded. ERROR"
            data += await reader.readexactly(length)
        if self.broken:
            return b"Can't allocate memory ERROR"
        self.scanned.append(data)
        return b"stream: Eicar-Test FOUND" if self.knows in data else b"stream: OK"


@asynccontextmanager
async def running(clamd: FakeClamd, port: int) -> AsyncIterator[str]:
    server = await asyncio.start_server(clamd.serve, "127.0.0.1", port)
    try:
        yield f"127.0.0.1:{port}"
    finally:
        server.close()
        await server.wait_closed()
