"""The port on which browsers and monitors meet Plein."""

import asyncio
from contextlib import AsyncExitStack

from aiohttp.typedefs import Middleware

from plein_bot.web import health
from plein_bot.web.doors import serving
from plein_bot.web.site import Site


class Server:
    """`listening` once there is somebody to answer."""

    def __init__(
        self,
        host: str,
        port: int,
        vitals: health.Vitals,
        site: Site | None = None,
        metrics_port: int | None = None,
    ) -> None:
        self._host = host
        self._port = port
        self._vitals = vitals
        self.site = site
        self._metrics_port = metrics_port
        self.listening = asyncio.Event()

    async def run(self) -> None:
        """Until cancelled. Raises `CannotListen`."""
        way_out = "Choose another port: web.port in the configuration, --web-port of the demo."
        behind_proxy = self.site is not None and self.site.behind_proxy
        routes = health.routes(self._vitals, behind_proxy=behind_proxy)
        middlewares: tuple[Middleware, ...] = ()
        if self.site:
            routes += self.site.routes()
            middlewares = self.site.middlewares
        async with AsyncExitStack() as open_ports:
            await open_ports.enter_async_context(
                serving("The port for pages", self._host, self._port, routes, way_out, middlewares)
            )
            if self._metrics_port:
                apart = health.metrics_routes(self._vitals)
                other = "Choose another port: web.metrics_port in the configuration."
                await open_ports.enter_async_context(
                    serving("The port for metrics", self._host, self._metrics_port, apart, other)
                )
            self.listening.set()
            await asyncio.Event().wait()
