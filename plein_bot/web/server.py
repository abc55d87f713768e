"""The port on which browsers and monitors meet Plein."""

import asyncio

from plein_bot.web import health
from plein_bot.web.doors import serving


class Server:
    """`listening` once there is somebody to answer."""

    def __init__(self, host: str, port: int, vitals: health.Vitals) -> None:
        self._host = host
        self._port = port
        self._vitals = vitals
        self.listening = asyncio.Event()

    async def run(self) -> None:
        """Until cancelled. Raises `CannotListen`."""
        way_out = "Choose another port: web.port in the configuration, --web-port of the demo."
        routes = health.routes(self._vitals)
        async with serving("The port for pages", self._host, self._port, routes, way_out):
            self.listening.set()
            await asyncio.Event().wait()
