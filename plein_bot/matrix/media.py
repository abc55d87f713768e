"""Files that events refer to: put away first, sealed where the room is."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp

from plein_bot.actions.ports import Stream, Unreachable
from plein_bot.matrix.api import Api
from plein_bot.matrix.encryption import encrypt_file

_CHUNK = 64 * 1024


@asynccontextmanager
async def coming(api: Api, url: str) -> AsyncIterator[Stream]:
    """A file as it comes in."""
    async with await api.stream(url) as response:

        async def chunks() -> AsyncIterator[bytes]:
            try:
                async for chunk in response.content.iter_chunked(_CHUNK):
                    yield chunk
            except (aiohttp.ClientError, TimeoutError) as failure:
                raise Unreachable("M_UNKNOWN", type(failure).__name__, 502) from failure

        yield Stream(response.content_length, chunks())


async def put_away(api: Api, data: bytes, mime: str, name: str, *, sealed: bool) -> dict[str, Any]:
    """Where an event says that its file is: `url`, or `file` with the key where it is sealed."""
    url = await api.media_address()
    if not sealed:
        await api.upload(url, data, mime, name)
        return {"url": url}
    ciphertext, key = encrypt_file(data)
    await api.upload(url, ciphertext, "application/octet-stream", "")
    return {"file": {**key, "url": url}}
