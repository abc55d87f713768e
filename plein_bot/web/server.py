"""The port on which browsers and monitors meet Plein."""

import asyncio

from aiohttp.typedefs import Middleware

from plein_bot.web import health
from plein_bot.web.doors import serving
from plein_bot.web.site import Site


class Server:
    """`listening` once there is somebody to answer."""

    def __init__(
        self, host: str, port: int, vitals: health.Vitals, site: Site | None = None
    ) -> None:
        self._host = host
        self._port = port
        self._vitals = vitals
        self.site = site
        self.listening = asyncio.Event()

    async def run(self) -> None:
        """Until cancelled. Raises `CannotListen`."""
        way_out = "Choose another port: web.port in the configuration, --web-port of the demo."
        routes = health.routes(self._vitals)
        middlewares: tuple[Middleware, ...] = ()
        if self.site:
            routes += self.site.routes()
            middlewares = self.site.middlewares
        async with serving(
            "The port for pages", self._host, self._port, routes, way_out, middlewares
        ):
            self.listening.set()
            await asyncio.Event().wait()
