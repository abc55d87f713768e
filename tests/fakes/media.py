"""The media repository, in memory: what stands at an address stays."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from plein_bot.actions.ports import HomeserverError, Stream
from plein_bot.domain.media import Media
from plein_bot.matrix.encryption import decrypt_file


class MediaRepository(dict[str, bytes]):
    """Files by their addresses."""

    def __init__(self, server: str) -> None:
        super().__init__()
        self._server = server
        self._given: set[str] = set()
        self._stored = 0

    def address(self) -> str:
        """Another as soon as something stands there; one that was lost leaves no trace."""
        url = f"mxc://{self._server}/{self._stored}"
        self._given.add(url)
        return url

    def store(self, url: str, data: bytes) -> None:
        if url not in self._given:
            raise HomeserverError("M_NOT_FOUND", f"nobody gave out {url}", 404)
        if url not in self:
            self[url] = data
            self._stored += 1

    def keep(self, data: bytes) -> str:
        """Put a file away, each time anew."""
        url = self.address()
        self.store(url, data)
        return url

    @asynccontextmanager
    async def stream(self, url: str) -> AsyncIterator[Stream]:
        data = self.fetch(Media(url, ""), len(self.get(url, b"")))

        async def chunks() -> AsyncIterator[bytes]:
            for start in range(0, len(data), 1000):
                yield data[start : start + 1000]

        yield Stream(len(data), chunks())

    def fetch(self, media: Media, limit: int) -> bytes:
        if media.url not in self:
            raise HomeserverError("M_NOT_FOUND", f"there is no {media.url}", 404)
        data = self[media.url]
        if len(data) > limit:
            raise HomeserverError("M_TOO_LARGE", f"more than {limit} bytes", 413)
        return data if media.key is None else decrypt_file(data, media.key)
