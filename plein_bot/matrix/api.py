"""Requests to the homeserver: Matrix's client-server API, as it is.

What may pass is waited out here, without end (`outages.py`); what is final is raised.
"""

import asyncio
import json
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from email.utils import parsedate_to_datetime
from typing import Any, Self
from urllib.parse import quote, urlencode, urlsplit

import aiohttp
from yarl import URL

from plein_bot.actions.ports import HomeserverError, TokenRevoked, Unreachable
from plein_bot.matrix.outages import Clock, Limited, Limits, Outage, Sleep, Unanswered, backoff

Json = dict[str, Any]
Query = Mapping[str, str | Sequence[str]]

# What a homeserver limits, and what an appservice may do in somebody's name. Keys and /sync stay
# with the account's own token, which is that of its device.
_LIMITED = ("v3/rooms/", "v3/createRoom", "v3/directory/")

# A request that fails so often while others succeed is itself the trouble.
PATIENCE = 6


ABROAD = 20.0
"""Seconds that another homeserver may take; whoever asked is waiting for it."""


class AuthenticationNeeded(HomeserverError):
    """The homeserver wants more proof (specification, "User-Interactive Authentication API")."""

    def __init__(self, answer: Json) -> None:
        super().__init__("M_UNAUTHORIZED", "the homeserver asks for more than the token", 401)
        self.session = answer.get("session")
        self.flows: list[list[str]] = [flow.get("stages", []) for flow in answer["flows"]]


class _Path(str):
    """A path that remembers its pattern: limits hold for all paths of one pattern."""

    pattern: str


def path(pattern: str, *segments: str) -> str:
    """Fill the `{}` of a pattern such as `v3/rooms/{}/state/{}/{}`, percent-encoded."""
    made = _Path(pattern.format(*(quote(segment, safe="") for segment in segments)))
    made.pattern = pattern
    return made


@dataclass(frozen=True, slots=True)
class _Request:
    method: str
    path: str
    query: Query
    headers: Mapping[str, str]
    body: bytes | None
    timeout: float
    own_token: bool
    abroad: bool = False

    @property
    def endpoint(self) -> str:
        return f"{self.method} {getattr(self.path, 'pattern', self.path)}"


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    reason: str
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Json | list[Json] | None:
        """The body, None where it is not JSON (a proxy's page, half an answer)."""
        try:
            parsed = json.loads(self.body)
        except ValueError:
            return None
        return parsed if isinstance(parsed, dict | list) else None


@dataclass(frozen=True, slots=True)
class Appservice:
    """A registration that names `user` and has no rate limits (application service API)."""

    token: str = field(repr=False)
    user: str


class Api:
    """One account's way to its homeserver; `token` in a call speaks for another.

    `unlimited` speaks for the account where the homeserver would slow it down.
    Use as an async context manager, or `close`. A `session` that is given stays its giver's.
    `outage` is the clock's reading when the homeserver ceased to answer, `counts` has how many
    requests were `answered`, `unanswered` and `limited`.
    """

    def __init__(
        self,
        url: str,
        access_token: str,
        *,
        unlimited: "Appservice | None" = None,
        clock: Clock = time.monotonic,
        sleep: Sleep = asyncio.sleep,
        session: aiohttp.ClientSession | None = None,
    ) -> None:
        if urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).hostname:
            raise ValueError(f"not the address of a homeserver: {url!r}")
        self.url = url.rstrip("/")
        self.counts: Counter[str] = Counter()
        self._access_token = access_token
        self._unlimited = unlimited
        self._sleep = sleep
        self._outage = Outage(clock, sleep)
        self._limits = Limits(clock, sleep)
        self._session = session
        self._session_is_ours = session is None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        if self._session is not None and self._session_is_ours:
            await self._session.close()
            self._session = None

    @property
    def outage(self) -> float | None:
        return self._outage.since

    @property
    def outage_reason(self) -> str:
        return self._outage.reason

    async def call(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        query: Query | None = None,
        *,
        timeout: float = 60,  # noqa: ASYNC109 - of one attempt; the call itself has no end
        token: str | None = None,
        abroad: bool = False,
    ) -> Json:
        """Send JSON and get JSON. `path` is below `/_matrix/client/`, unless it begins with `/`.

        `abroad` where another homeserver has to answer first: nobody else waits for that one, and
        it is not asked again. Raises `Unreachable`, `TokenRevoked`, `AuthenticationNeeded` or
        another `HomeserverError`.
        """
        if abroad:
            timeout = min(timeout, ABROAD)
        answer = await self._call(method, path, body, query, timeout, token, abroad=abroad)
        assert isinstance(answer, dict), f"{path} is answered with a list"
        return answer

    async def listing(self, path: str) -> list[Json]:
        """Like `call`, for the few things that are answered with a list."""
        answer = await self._call("GET", path, None, None, 60, None)
        assert isinstance(answer, list), f"{path} is answered with an object"
        return answer

    async def _call(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None,
        query: Query | None,
        timeout: float,  # noqa: ASYNC109 - of one attempt, as in `call`
        token: str | None,
        *,
        abroad: bool = False,
    ) -> Json | list[Json]:
        if body is None and method in ("POST", "PUT"):
            body = {}
        data = None if body is None else json.dumps(body).encode()
        kind = {} if body is None else {"Content-Type": "application/json"}
        request = self._request(method, path, query, kind, data, timeout, token)
        request = replace(request, abroad=abroad)
        answer = (await self._send(request)).json()
        assert answer is not None, "whether there is an answer, _once has seen to"
        return answer

    async def media_address(self) -> str:
        """A new mxc: address; the homeserver keeps it for a day while nothing stands there."""
        request = self._request("POST", "/_matrix/media/v1/create", None, {}, b"", timeout=60)
        answer = (await self._send(request)).json()
        assert isinstance(answer, dict), "an address is answered with an object"
        return str(answer["content_uri"])

    async def upload(self, url: str, data: bytes, content_type: str, filename: str) -> None:
        """Store a file at an mxc: address of ours; what stands there already stays."""
        server, _, media = url.removeprefix("mxc://").partition("/")
        request = self._request(
            "PUT",
            path("/_matrix/media/v3/upload/{}/{}", server, media),
            {"filename": filename},
            {"Content-Type": content_type},
            data,
            timeout=300,
        )
        try:
            await self._send(request)
        except HomeserverError as error:
            if error.code != "M_CANNOT_OVERWRITE_MEDIA":
                raise

    async def download(self, mxc: str, *, limit: int) -> bytes:
        """Fetch a file; one of more than `limit` bytes is refused as M_TOO_LARGE."""
        server, _, media = mxc.removeprefix("mxc://").partition("/")
        where = path("v1/media/download/{}/{}", server, media)
        request = self._request("GET", where, None, {}, None, timeout=300)
        return (await self._send(request, limit=limit)).body

    async def stream(self, mxc: str) -> aiohttp.ClientResponse:
        """A file that is yet to be read, and closed by whoever asks. It is asked for once.

        Raises `Unreachable` where there is no answer now.
        """
        server, _, media = mxc.removeprefix("mxc://").partition("/")
        where = path("v1/media/download/{}/{}", server, media)
        request = self._request("GET", where, None, {}, None, timeout=60)
        try:
            response = await self._opened().request(
                request.method,
                self._address(request),
                headers=request.headers,
                timeout=aiohttp.ClientTimeout(sock_connect=10, sock_read=60),
                allow_redirects=False,
            )
            if not response.ok:
                async with response:
                    body = await response.read()
                answer = _Answer(response.status, response.reason or "", response.headers, body)
                _judge(request, answer, wants_json=False)
        except (aiohttp.ClientError, OSError, Unanswered, Limited) as failure:
            raise Unreachable("M_UNKNOWN", f"{type(failure).__name__}", 502) from failure
        return response

    def _request(
        self,
        method: str,
        path: str,
        query: Query | None,
        headers: Mapping[str, str],
        body: bytes | None,
        timeout: float,
        token: str | None = None,
    ) -> _Request:
        speaker = token or self._access_token
        asked = dict(query or {})
        if self._unlimited and not token and method != "GET" and path.startswith(_LIMITED):
            speaker = self._unlimited.token
            asked["user_id"] = self._unlimited.user
        authorization = {"Authorization": f"Bearer {speaker}"}
        own = speaker == self._access_token
        return _Request(method, path, asked, {**headers, **authorization}, body, timeout, own)

    async def _send(self, request: _Request, *, limit: int | None = None) -> _Answer:
        """Send until there is an answer."""

        async def attempt() -> _Answer:
            return await self._outage.through(lambda: self._once(request, limit))

        failures = 0
        answered = self.counts["answered"]
        while True:
            try:
                return await self._limits.through(request.endpoint, attempt)
            except Unanswered as failure:
                if request.abroad and failure.alone:
                    raise Unreachable("M_UNKNOWN", str(failure), 502) from failure
                # Others were answered meanwhile, so it is this request, and it waits on its own.
                if failure.alone or self.counts["answered"] > answered:
                    failures += 1
                    if failures == PATIENCE:
                        raise HomeserverError("M_UNKNOWN", str(failure), 500) from failure
                    await self._sleep(max(backoff(failures), failure.after or 0))
                answered = self.counts["answered"]

    async def _once(self, request: _Request, limit: int | None) -> _Answer:
        try:
            answer = await self._exchange(request, limit)
            _judge(request, answer, wants_json=limit is None)
        except (aiohttp.ClientError, OSError) as failure:  # TimeoutError is an OSError
            self.counts["unanswered"] += 1
            alone = request.abroad and isinstance(failure, TimeoutError)
            raise Unanswered(f"{type(failure).__name__}: {failure}", alone=alone) from failure
        except Unanswered:
            self.counts["unanswered"] += 1
            raise
        except Limited:
            self.counts["limited"] += 1
            raise
        except HomeserverError:
            self.counts["answered"] += 1
            raise
        self.counts["answered"] += 1
        return answer

    async def _exchange(self, request: _Request, limit: int | None) -> _Answer:
        async with self._opened().request(
            request.method,
            self._address(request),
            data=request.body,
            headers=request.headers,
            timeout=aiohttp.ClientTimeout(total=request.timeout),
            allow_redirects=False,
        ) as response:
            if limit is None or not response.ok:
                body = await response.read()
            else:
                body = await _read_at_most(response, limit)
            return _Answer(response.status, response.reason or "", response.headers, body)

    def _opened(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession()
        return self._session

    def _address(self, request: _Request) -> URL:
        query = dict(request.query)
        if self.outage is not None and "timeout" in query:
            # A long poll that asks whether the server is back does not keep the line waiting.
            query["timeout"] = "0"
        prefix = "" if request.path.startswith("/") else "/_matrix/client/"
        address = f"{self.url}{prefix}{request.path}"
        return URL(f"{address}?{urlencode(query, doseq=True)}" if query else address, encoded=True)


async def _read_at_most(response: aiohttp.ClientResponse, limit: int) -> bytes:
    too_large = HomeserverError("M_TOO_LARGE", f"more than {limit} bytes", 413)
    if (response.content_length or 0) > limit:
        raise too_large
    body = bytearray()
    async for chunk in response.content.iter_chunked(64 * 1024):
        body += chunk
        if len(body) > limit:
            raise too_large
    return bytes(body)


def _judge(request: _Request, answer: _Answer, *, wants_json: bool) -> None:
    """Raise what an answer means, unless it is the one that was asked for."""
    said = answer.json()
    if 200 <= answer.status < 300 and (said is not None or not wants_json):
        return
    said = said if isinstance(said, dict) else {}
    code = str(said.get("errcode", "M_UNKNOWN"))
    message = str(said.get("error", f"{answer.status} {answer.reason}"))
    if answer.status == 429:
        raise Limited(_retry_after(answer, said))
    if answer.status < 400 or answer.status >= 500 or answer.status == 408:
        raise Unanswered(
            f"{request.endpoint}: {answer.status} {answer.reason}",
            after=_retry_after(answer, said),
            # A proxy's 502 is a page; the homeserver's own says which other server is away.
            alone=answer.status in (502, 504) and "errcode" in said,
        )
    if answer.status == 401 and "flows" in said:
        raise AuthenticationNeeded(said)
    if request.own_token and code in ("M_UNKNOWN_TOKEN", "M_MISSING_TOKEN"):
        raise TokenRevoked(code, message, answer.status)
    raise HomeserverError(code, message, answer.status)


def _retry_after(answer: _Answer, said: Json) -> float | None:
    """Seconds: the header (RFC 9110, 10.2.3: a number or a date) goes before the body's ms."""
    header = answer.headers.get("Retry-After", "")
    if header.isdecimal():
        return float(header)
    if header:
        try:
            return max(0.0, parsedate_to_datetime(header).timestamp() - time.time())
        except ValueError:
            pass
    milliseconds = said.get("retry_after_ms")
    return milliseconds / 1000 if isinstance(milliseconds, int) else None
