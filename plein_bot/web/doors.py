"""Listening on a port, and saying clearly why that cannot be."""

import errno
import logging
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager

from aiohttp import web
from aiohttp.typedefs import Middleware

# aiohttp would log who sent a request that it cannot read, and what stood in it.
_quiet = logging.getLogger(f"{__name__}.requests")
_quiet.disabled = True


class CannotListen(Exception):
    """The address is in use, or not this machine's. The text is for the operator."""


@asynccontextmanager
async def serving(
    what: str,
    host: str,
    port: int,
    routes: Iterable[web.AbstractRouteDef],
    way_out: str,
    middlewares: Iterable[Middleware] = (),
) -> AsyncIterator[None]:
    """Answer at these routes for the length of the block.

    `what` cannot be opened, and `way_out` is what to do about it. Raises `CannotListen`.
    """
    application = web.Application(middlewares=middlewares)
    application.add_routes(routes)
    runner = web.AppRunner(application, access_log=None, logger=_quiet)
    await runner.setup()
    try:
        try:
            await web.TCPSite(runner, host, port).start()
        except OSError as error:
            taken = error.errno == errno.EADDRINUSE
            reason = "something else listens there already" if taken else error.strerror
            raise CannotListen(
                f"{what} cannot be opened on {host}:{port}: {reason or error}. {way_out}"
            ) from error
        yield
    finally:
        await runner.cleanup()


# What somebody else wrote is shown: nothing in it may run or be fetched.
_STRICT = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'"}


def page(path: str, html: Callable[[], str]) -> web.RouteDef:
    """A page without scripts, made anew for everybody who asks."""

    async def show(_: web.Request) -> web.Response:
        return web.Response(text=html(), content_type="text/html", headers=_STRICT)

    return web.get(path, show)
