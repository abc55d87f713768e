"""How does a file come from one side to another, once, whatever is said of it?

It is held on disk in between, never whole in memory, and read no further than its size is allowed.
What counts is what it is: its author says of it what they like. It is known by what is in it, so
that a side has it once; its address there is written down before it is filled.
"""

import asyncio
import hashlib
import time
import weakref
from collections.abc import AsyncIterator
from dataclasses import dataclass
from tempfile import SpooledTemporaryFile

import aiohttp

from bridges.common.homeserver import HomeserverError, Stream, Unanswered, safe
from bridges.homeserver.crossing import media_types
from bridges.homeserver.crossing.kinds import File, Rule
from bridges.homeserver.crossing.policies import MEBIBYTE, Policy, file_may_cross
from bridges.homeserver.sides import Side, SideAway
from bridges.homeserver.store import media
from bridges.homeserver.store.database import Store
from bridges.homeserver.store.media import Address, Source

_PIECE = 2**16
Spool = SpooledTemporaryFile[bytes]


@dataclass(frozen=True, slots=True)
class Body:
    """What is to be uploaded, and as what. Without its name, which may be another elsewhere: it
    stands in the event that shows it."""

    spool: Spool
    mime: str


@dataclass
class Files:
    store: Store

    def __post_init__(self) -> None:
        self._bringing: weakref.WeakValueDictionary[tuple[str, str, str], asyncio.Lock] = (
            weakref.WeakValueDictionary()
        )

    async def bring(self, file: File, near: Side, far: Side, rules: Policy) -> str | Rule:
        """The address that it has on the far side, or by which rule it stays.

        Raises `SideAway`, `Unanswered`.
        """
        if rule := file_may_cross(file.mime, file.size, rules):
            return rule
        async with self.store.session() as session:
            known = await media.source(session, near.name, file.uri)
            if known:
                mime = _served_as(file, known, rules)
                if isinstance(mime, Rule):
                    return mime
                there = await media.address(session, far.name, known.digest, mime)
                if there and there.filled:
                    return there.uri
        with SpooledTemporaryFile(max_size=MEBIBYTE) as spool:
            fetched = await _fetched(file.uri, near, rules.largest, spool)
            if isinstance(fetched, Rule):
                return fetched
            async with self.store.session() as session:
                await media.know(session, near.name, fetched)
            mime = _served_as(file, fetched, rules)
            if isinstance(mime, Rule):
                return mime
            lock = self._bringing.setdefault((far.name, fetched.digest, mime), asyncio.Lock())
            async with lock:
                return await self._put(fetched, far, Body(spool, mime))

    async def _put(self, found: Source, far: Side, body: Body) -> str | Rule:
        async with self.store.session() as session:
            there = await media.address(session, far.name, found.digest, body.mime)
        if there and there.filled:
            return there.uri
        if found.size > await _largest(far):
            return Rule.SIZE
        uri = there.uri if there else await self._address(found, far, body.mime)
        try:
            await _fill(uri, found.size, far, body)
        except HomeserverError as error:
            if error.code != "M_CANNOT_OVERWRITE_MEDIA":
                if error.status != 404:
                    raise
                # Nobody filled it for a day. The next try takes another.
                async with self.store.session() as session:
                    await media.forget(session, far.name, found.digest, body.mime)
                raise Unanswered(f"{uri} is not ours any more", error.status) from error
        async with self.store.session() as session:
            await media.took(session, far.name, found.digest, body.mime, Address(uri, True))
        return uri

    async def _address(self, found: Source, far: Side, mime: str) -> str:
        made = await far.call("POST", "media/v1/create", {})
        uri = str(made["content_uri"])
        async with self.store.session() as session:
            await media.took(session, far.name, found.digest, mime, Address(uri, False))
        return uri


def _served_as(file: File, found: Source, rules: Policy) -> str | Rule:
    """As what it is served there, or by which rule it stays: as at home, unless that is not what
    the rules were asked about."""
    real = media_types.real(file.mime, found.seen)
    if rule := file_may_cross(real, found.size, rules):
        return rule
    return real if file_may_cross(found.served, None, rules) else found.served


async def _fetched(uri: str, near: Side, largest: int, spool: Spool) -> Source | Rule:
    """Read a file into the spool; gives what it is."""
    digest, size, beginning = hashlib.sha256(), 0, b""
    try:
        async with near.homeserver.media(uri, near.bot) as answer:
            served = media_types.plain(answer.headers.get("Content-Type"))
            async for piece in answer.content.iter_chunked(_PIECE):
                size += len(piece)
                if size > largest:
                    return Rule.SIZE
                digest.update(piece)
                if len(beginning) < media_types.BEGINNING:
                    beginning += piece[: media_types.BEGINNING]
                await asyncio.to_thread(spool.write, piece)
    except HomeserverError as error:
        if error.status < 500 and error.status != 429:
            return Rule.LOST
        if uri.startswith(f"mxc://{near.server_name}/"):
            raise SideAway(near, near.away.missed(time.time())) from error
        # It is on a homeserver behind that one, which is no reason for all else to wait.
        raise Unanswered(f"{uri}: {error.status}", error.status) from error
    except (aiohttp.ClientError, TimeoutError) as error:
        raise SideAway(near, near.away.missed(time.time())) from error
    return Source(uri, digest.hexdigest(), size, media_types.seen(beginning), served)


async def _fill(uri: str, size: int, far: Side, body: Body) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        await asyncio.to_thread(body.spool.seek, 0)
        while piece := await asyncio.to_thread(body.spool.read, _PIECE):
            yield piece

    server, _, name = uri.removeprefix("mxc://").partition("/")
    await far.call(
        "PUT",
        f"media/v3/upload/{safe(server)}/{safe(name)}",
        data=Stream(size, pieces),
        mime=body.mime,
    )


async def _largest(far: Side) -> int:
    """Asked before an address is taken: there may be a few unfilled ones only at a time."""
    try:
        answer = await far.call("GET", "client/v1/media/config")
    except HomeserverError:
        return 2**63
    most = answer.get("m.upload.size")
    return most if isinstance(most, int) else 2**63
