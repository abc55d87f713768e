"""Pictures and files of posts, from an address of ours, while who asks may read the post."""

import hashlib
import logging
from collections.abc import AsyncIterator
from urllib.parse import quote

from aiohttp import web

from plein_bot.actions import files, posts
from plein_bot.actions.files import LARGEST, NoSuchFile
from plein_bot.actions.ports import HomeserverError, TokenRevoked, Unreachable
from plein_bot.actions.posts import Found
from plein_bot.domain.files import name_to_save
from plein_bot.domain.media import picture_kind
from plein_bot.web import rendering
from plein_bot.web.pages import NotHere, Visit, is_known
from plein_bot.web.security import secure

logger = logging.getLogger(__name__)

_BEGINNING = 64
"""Bytes by which a picture is recognised."""

# Whatever it is, it is no page of ours: nothing in it runs.
_SHUT = {"Content-Security-Policy": "default-src 'none'; sandbox"}


async def media(visit: Visit) -> web.StreamResponse:
    """Only what a post shows or carries: else anybody's files would pass through here."""
    found = await posts.find(visit.act, visit.part("number"))
    url = f"mxc://{visit.part('server')}/{visit.part('media')}"
    return await passed_on(visit, url, await _name_of(visit, found, url))


async def passed_on(visit: Visit, url: str, name: str) -> web.StreamResponse:
    """A file that is to be shown to who asks, under this name."""
    etag = f'"{hashlib.sha256(url.encode()).hexdigest()[:32]}"'
    kept = "no-cache, private" if visit.is_visitor else "no-store"
    headers = {"ETag": etag, "Cache-Control": kept, **_SHUT}
    if is_known(visit.request, etag):
        return web.Response(status=304, headers=headers)
    try:
        async with visit.act.homeserver.stream(url) as stream:
            if (stream.size or 0) > LARGEST:
                return visit.page("large.html", 413)
            return await _streamed(visit, name, headers, stream.size, stream.chunks)
    except TokenRevoked:
        raise
    except Unreachable:
        return visit.page("away.html", 503)
    except HomeserverError as error:
        if error.code == "M_TOO_LARGE":
            return visit.page("large.html", 413)
        raise NotHere from error


async def _name_of(visit: Visit, found: Found, url: str) -> str:
    """The name to save it under. Raises NotHere where it does not belong to the post."""
    if url in await rendering.pictures_in(found.post):
        return ""
    for one in await files.of_post(visit.act, found.post):
        if await files.unscanned(visit.act, one) is not None:
            continue
        try:
            kept = await files.media(visit.act, one)
        except NoSuchFile:
            continue
        if kept.url == url and kept.key is None:
            return name_to_save(one.file.name)
    raise NotHere


async def _streamed(
    visit: Visit,
    name: str,
    headers: dict[str, str],
    size: int | None,
    chunks: AsyncIterator[bytes],
) -> web.StreamResponse:
    """As it comes in. What breaks off in the middle is not made to look whole."""
    beginning = b""
    async for chunk in chunks:
        beginning += chunk
        if len(beginning) >= _BEGINNING:
            break
    kind = picture_kind(beginning)
    how = "inline" if kind else "attachment"
    saved = f"; filename*=UTF-8''{quote(name)}" if name else ""
    response = web.StreamResponse(headers=headers)
    response.content_type = kind or "application/octet-stream"
    response.headers["Content-Disposition"] = f"{how}{saved}"
    response.content_length = size
    secure(response.headers, encrypted=visit.house.is_encrypted)
    await response.prepare(visit.request)
    if visit.request.method == "HEAD":
        return response
    try:
        sent = len(beginning)
        await response.write(beginning)
        async for chunk in chunks:
            sent += len(chunk)
            if sent > LARGEST:
                raise Unreachable("M_TOO_LARGE", "larger than it said", 413)
            await response.write(chunk)
        await response.write_eof()
    except (HomeserverError, ConnectionError) as failure:
        logger.info("a file was not sent to its end: %s", type(failure).__name__)
        if visit.request.transport:
            visit.request.transport.abort()
    return response


HANDLERS = {
    "/media/{number}/{server}/{media}": media,
    "/media/{number}/{server}/{media}/{name}": media,
}
