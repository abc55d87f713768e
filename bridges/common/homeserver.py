"""How does a bridge speak to the homeserver, for itself and for its ghosts?"""

import asyncio
import logging
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import aiohttp
from yarl import URL

logger = logging.getLogger(__name__)

Json = dict[str, Any]
LONGEST = 60.0
"""Seconds between two tries."""
_ONE_ANSWER = aiohttp.ClientTimeout(total=120)


class HomeserverError(Exception):
    """The homeserver said no, and will say so again."""

    def __init__(self, status: int, code: str, why: str) -> None:
        super().__init__(f"{status} {code}: {why}")
        self.status = status
        self.code = code


class Unanswered(Exception):
    """The homeserver did not answer within the tries that it was given.

    `status` is what the last of them ended with; None where no answer came at all.
    """

    def __init__(self, why: str, status: int | None) -> None:
        super().__init__(why)
        self.status = status


@dataclass(frozen=True, slots=True)
class Stream:
    """A body too large to be held whole. `pieces` begins anew at each try."""

    size: int
    pieces: Callable[[], AsyncIterator[bytes]]


def safe(part: str) -> str:
    return quote(part, safe="")


class Homeserver:
    """Calls with the application service's token. What fails for now is tried again, for ever
    unless `tries` says how often."""

    def __init__(
        self,
        http: aiohttp.ClientSession,
        url: str,
        token: str,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._http = http
        self._url = url
        self._headers = {"Authorization": f"Bearer {token}"}
        self._sleep = sleep

    async def call(
        self,
        method: str,
        path: str,
        body: Json | None = None,
        *,
        user: str | None = None,
        query: Mapping[str, str] | None = None,
        data: bytes | Stream | None = None,
        mime: str = "application/octet-stream",
        tries: int | None = None,
    ) -> Json:
        """`path` is what comes after /_matrix/, its parts made `safe`.

        Raises `HomeserverError`, or `Unanswered` where it has only so many tries.
        """
        url = URL(f"{self._url}/_matrix/{path}", encoded=True)
        asked = dict(query or {}) | ({"user_id": user} if user else {})
        headers = self._headers | ({"Content-Type": mime} if data is not None else {})
        if isinstance(data, Stream):
            headers["Content-Length"] = str(data.size)
        wait, attempt = 1.0, 0
        while True:
            attempt += 1
            pause, status = wait, None
            try:
                async with self._http.request(
                    method,
                    url.update_query(asked),
                    json=body,
                    data=data.pieces() if isinstance(data, Stream) else data,
                    headers=headers,
                    timeout=_ONE_ANSWER,
                ) as response:
                    answer = await _json(response)
                    if response.ok:
                        return answer
                    status = response.status
                    if response.status < 500 and response.status != 429:
                        raise HomeserverError(
                            response.status,
                            str(answer.get("errcode", "M_UNKNOWN")),
                            str(answer.get("error", "")),
                        )
                    pause = _asked_to_wait(response, answer) or wait
                    trouble = f"{response.status} {answer.get('errcode', '')}"
            except (aiohttp.ClientError, TimeoutError) as error:
                trouble = type(error).__name__
            if tries is not None and attempt >= tries:
                raise Unanswered(f"{method} {path}: {trouble}", status)
            logger.info("The homeserver answers %s %s with %s", method, path, trouble)
            await self._sleep(pause * random.uniform(1, 1.25))
            wait = min(2 * wait, LONGEST)

    @asynccontextmanager
    async def media(self, uri: str, user: str) -> AsyncIterator[aiohttp.ClientResponse]:
        """What is behind an `mxc://` address, as `user` may have it; its bytes are to be read."""
        server, _, name = uri.removeprefix("mxc://").partition("/")
        url = f"{self._url}/_matrix/client/v1/media/download/{safe(server)}/{safe(name)}"
        async with self._http.get(
            URL(url, encoded=True).update_query(user_id=user),
            headers=self._headers,
            timeout=_ONE_ANSWER,
        ) as response:
            if not response.ok:
                raise HomeserverError(response.status, "M_UNKNOWN", uri)
            yield response


async def _json(response: aiohttp.ClientResponse) -> Json:
    try:
        answer = await response.json(content_type=None)
    except ValueError:
        return {}
    return answer if isinstance(answer, dict) else {}


def _asked_to_wait(response: aiohttp.ClientResponse, answer: Json) -> float | None:
    told = response.headers.get("Retry-After", "")
    if told.isdecimal():
        return float(told)
    milliseconds = answer.get("retry_after_ms")
    return milliseconds / 1000 if isinstance(milliseconds, int) else None
