"""How are the parts of plein-relay put together?"""

import asyncio
import logging
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial

import aiohttp
from aiohttp import web

from bridges.common import transactions
from bridges.common.homeserver import Homeserver, HomeserverError, Unanswered
from bridges.common.lanes import Lanes
from bridges.common.looking_back import stay
from bridges.homeserver.attending import Attend, concerns
from bridges.homeserver.catching_up import CatchingUp
from bridges.homeserver.config import BOT, Settings
from bridges.homeserver.desk.answering import Desk
from bridges.homeserver.files import Files
from bridges.homeserver.ghosts import Ghosts
from bridges.homeserver.joining import Joining
from bridges.homeserver.passing import Passing
from bridges.homeserver.past import Past
from bridges.homeserver.relaying import Relaying
from bridges.homeserver.saying import Saying
from bridges.homeserver.sides import Side, SideAway, Sides
from bridges.homeserver.store import audits, crossings, events, invitations, notices
from bridges.homeserver.store.database import Store
from bridges.homeserver.telling import Telling

logger = logging.getLogger(__name__)

_DAY = 86_400.0
_REMEMBERED = 30 * _DAY
_ROUND = 600.0
_LOOK_AGAIN = 0.25


@dataclass(frozen=True, slots=True)
class Parts:
    store: Store
    sides: Sides
    rooms: Lanes
    links: Lanes
    told: Lanes
    passing: Passing
    catching_up: CatchingUp
    audit_days: int


@asynccontextmanager
async def assembled(settings: Settings) -> AsyncIterator[Parts]:
    """Everything, listening; `run` does the work."""
    async with AsyncExitStack() as stack:
        store = await Store.open(settings.relay.database)
        stack.push_async_callback(store.close)
        http = await stack.enter_async_context(aiohttp.ClientSession())
        sides = Sides()
        for name, one in settings.sides.items():
            token = settings.registration(name).as_token
            sides[name] = Side.of(name, one, Homeserver(http, one.url, token))
        files = Files(store)
        ghosts = Ghosts(store, sides, files)
        saying = Saying(store, sides, ghosts, files)
        joining = Joining(store, sides, ghosts)
        relaying = Relaying(store, sides, saying, joining, Past(sides, saying, concerns))
        secret = settings.relay.secret.get_secret_value().encode()
        attend = Attend(store, sides, Desk.of(store, sides, secret))
        telling = Telling(store, sides)
        links = Lanes("links", relaying.lanes, relaying.work, look_again=_LOOK_AGAIN)
        rooms = Lanes("rooms", attend.rooms, attend.attend, look_again=_LOOK_AGAIN)
        told = Lanes("notices", telling.lanes, telling.tell, look_again=_LOOK_AGAIN)

        catching_up, passing = CatchingUp(store), Passing(store, sides)

        async def take(side: Side, transaction: str, came: list[transactions.Json]) -> None:
            try:
                await catching_up.take(side, transaction, came)
            except Unanswered as error:
                # It brings this again; taken now, it would come before what was before it.
                raise transactions.refused(
                    web.HTTPServiceUnavailable, "M_UNKNOWN", str(error)
                ) from None
            rooms.wake()
            links.wake()

        routes = []
        for name, side in sides.items():
            token = settings.registration(name).hs_token
            routes += transactions.routes(
                token, partial(take, side), f"/sides/{name}", partial(passing.take, side)
            )
        host, port = settings.http.host, settings.http.port
        await stack.enter_async_context(transactions.listening(host, port, routes))
        yield Parts(
            store, sides, rooms, links, told, passing, catching_up, settings.relay.audit_days
        )


async def run(parts: Parts) -> None:
    """Work until cancelled."""
    async with asyncio.TaskGroup() as group:
        for lanes in (parts.rooms, parts.links, parts.told):
            group.create_task(lanes.run())
        for side in parts.sides.values():
            group.create_task(_stay_with(side, parts))
        group.create_task(parts.passing.run())
        group.create_task(_rounds(parts))


async def _stay_with(side: Side, parts: Parts) -> None:
    """Let the side bring what it kept, and look for what it forgot."""

    async def look() -> None:
        await _exist(side)
        await parts.catching_up.everywhere(side)
        parts.rooms.wake()
        parts.links.wake()

    await stay(look, partial(_answers, side))


async def _answers(side: Side) -> bool:
    try:
        await side.call("GET", "client/versions")
    except (SideAway, Unanswered):
        return False
    except HomeserverError:
        pass
    return True


async def _exist(side: Side) -> None:
    """Have the relay's account, and let the homeserver bring what it kept while we were away: by
    itself it may wait for minutes before it tries again."""
    body = {"type": "m.login.application_service", "username": BOT, "inhibit_login": True}
    calls = [
        ("client/v3/register", body),
        (f"client/v1/appservice/{BOT}/ping", {}),
    ]
    while calls:
        path, content = calls[0]
        try:
            await side.call("POST", path, content)
        except SideAway as error:
            await asyncio.sleep(max(error.until - time.time(), 0.1))
            continue
        except (HomeserverError, Unanswered) as error:
            if "M_USER_IN_USE" not in str(error):
                logger.warning("%s answers %s: %s", side.name, path, error)
        calls.pop(0)


async def _rounds(parts: Parts) -> None:
    """What was remembered long enough goes."""
    while True:
        now = time.time()
        async with parts.store.session() as session:
            await events.forget_transactions(session, now - _REMEMBERED)
            await crossings.forget_events(session)
            await notices.forget_old(session, now - _REMEMBERED)
            await invitations.forget(session, now - _DAY)
            await audits.clear(session, now - parts.audit_days * _DAY)
        await asyncio.sleep(_ROUND)
