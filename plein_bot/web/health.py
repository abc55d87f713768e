"""How is Plein? For monitors: alive, ready, and figures for Prometheus."""

import ipaddress
from dataclasses import dataclass
from typing import Protocol

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, generate_latest

from plein_bot.index import file_scans, file_texts, rooms, work
from plein_bot.index.database import Index
from plein_bot.index.trouble import DatabaseTrouble

LATE = 30.0
"""Seconds behind the homeserver from which Plein calls itself not ready (design 3.10)."""


class Watched(Protocol):
    """The sync loop, as far as a monitor cares."""

    def behind(self) -> float: ...


class Line(Protocol):
    """The wire: since when the homeserver does not answer, and how often it did."""

    @property
    def outage(self) -> float | None: ...

    @property
    def counts(self) -> dict[str, int]: ...


class Queue(Protocol):
    waiting: int


class Scanner(Protocol):
    """The virus scanner: why it did not answer when it was last asked."""

    @property
    def away(self) -> str | None: ...


@dataclass(frozen=True, slots=True)
class Vitals:
    api: Line
    index: Index
    sync: Watched
    desk: Queue
    scanner: Scanner | None = None


def routes(vitals: Vitals, *, behind_proxy: bool = False) -> list[web.RouteDef]:
    """Those of the port for everybody. How busy Plein is, is the operator's business alone.

    Whoever comes through a proxy on this machine seems to come from it: then nobody is shown it.
    """

    async def alive(_: web.Request) -> web.Response:
        return web.Response(text="ok\n")

    async def ready(_: web.Request) -> web.Response:
        problem = await trouble(vitals)
        return web.Response(text=f"{problem or 'ok'}\n", status=503 if problem else 200)

    async def metrics(request: web.Request) -> web.Response:
        if behind_proxy or not _is_from_here(request):
            raise web.HTTPNotFound
        return await _told(vitals)

    return [
        web.get("/healthz", alive),
        web.get("/readyz", ready),
        web.get("/metrics", metrics),
    ]


def metrics_routes(vitals: Vitals) -> list[web.RouteDef]:
    """Those of a port that is for the monitor only."""

    async def metrics(_: web.Request) -> web.Response:
        return await _told(vitals)

    return [web.get("/metrics", metrics)]


async def _told(vitals: Vitals) -> web.Response:
    body = generate_latest(await measured(vitals))
    return web.Response(body=body, headers={"Content-Type": CONTENT_TYPE_LATEST})


def _is_from_here(request: web.Request) -> bool:
    try:
        address = ipaddress.ip_address(request.remote or "")
    except ValueError:
        return False
    mapped = address.ipv4_mapped if address.version == 6 else None
    # A proxy that the configuration does not know of says for whom it asks.
    passed_on = any(name in request.headers for name in ("X-Forwarded-For", "Forwarded", "Via"))
    return (mapped or address).is_loopback and not passed_on


async def trouble(vitals: Vitals) -> str | None:
    """Why Plein is not ready; None when it is."""
    behind = vitals.sync.behind()
    if behind == float("inf"):
        return "the first sync with the homeserver is not complete"
    if behind > LATE:
        return f"the homeserver has told nothing for {behind:.0f} seconds"
    try:
        await rooms.counts(vitals.index)
    except DatabaseTrouble as failure:
        return f"the database does not answer: {failure}"
    return None


async def measured(vitals: Vitals) -> CollectorRegistry:
    registry = CollectorRegistry()

    def gauge(name: str, help_text: str, value: float, **labels: str) -> None:
        found = Gauge(name, help_text, tuple(labels), registry=registry)
        (found.labels(**labels) if labels else found).set(value)

    gauge("plein_ready", "1 when Plein answers.", float(await trouble(vitals) is None))
    gauge("plein_behind_seconds", "How long ago the homeserver was heard.", vitals.sync.behind())
    gauge("plein_work_waiting", "Work that is being done or waits.", vitals.desk.waiting)
    outage = vitals.api.outage is not None
    gauge("plein_homeserver_outage", "1 while the homeserver does not answer.", float(outage))
    requests = Gauge("plein_requests", "Requests to the homeserver.", ("how",), registry=registry)
    for how, number in vitals.api.counts.items():
        requests.labels(how=how).set(number)
    try:
        counts = await rooms.counts(vitals.index)
        aside = await work.aside(vitals.index)
        unread = await file_texts.waiting(vitals.index)
        unscanned = await file_scans.waiting(vitals.index) if vitals.scanner else None
    except DatabaseTrouble:
        return registry
    if vitals.scanner and unscanned is not None:
        away = vitals.scanner.away is not None
        gauge("plein_scanner_away", "1 while the virus scanner does not answer.", float(away))
        gauge("plein_files_unscanned", "Files that wait for the virus scanner.", unscanned)
    gauge("plein_files_unread", "Files that are yet to be read.", unread)
    gauge("plein_work_aside", "Work that was set aside.", len(aside))
    for what, number in counts.items():
        gauge(f"plein_{what}", f"How many {what} Plein knows.", number)
    return registry
