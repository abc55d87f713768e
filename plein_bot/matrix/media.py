"""Files that events refer to: put away first, sealed where the room is."""

from typing import Any

from plein_bot.matrix.api import Api
from plein_bot.matrix.encryption import encrypt_file


async def put_away(api: Api, data: bytes, mime: str, name: str, *, sealed: bool) -> dict[str, Any]:
    """Where an event says that its file is: `url`, or `file` with the key where it is sealed."""
    url = await api.media_address()
    if not sealed:
        await api.upload(url, data, mime, name)
        return {"url": url}
    ciphertext, key = encrypt_file(data)
    await api.upload(url, ciphertext, "application/octet-stream", "")
    return {"file": {**key, "url": url}}
