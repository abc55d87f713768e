"""How are the parts of plein-email put together?"""

import asyncio
import logging
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial

import aiohttp
from aiohttp import web
from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import SMTP

from bridges.common import transactions
from bridges.common.homeserver import Homeserver, Unanswered
from bridges.common.lanes import Lanes
from bridges.common.looking_back import LookingBack, stay
from bridges.email.answers import Answers
from bridges.email.api import Api
from bridges.email.attending import Attend
from bridges.email.catching_up import Joined
from bridges.email.choices import Ways
from bridges.email.config import Settings
from bridges.email.confirming import Confirming
from bridges.email.daily import Daily
from bridges.email.entrance import Entrance
from bridges.email.ghosts import Ghosts
from bridges.email.mailing import Mailing
from bridges.email.pages import Pages
from bridges.email.places import Places
from bridges.email.posting import Post
from bridges.email.saying import Saying
from bridges.email.sending import Sending
from bridges.email.signing import Signer, key
from bridges.email.store import events, letters, mails, people
from bridges.email.store.database import Store
from bridges.email.store.mails import Mail
from bridges.email.store.people import Person

logger = logging.getLogger(__name__)

_DAY = 86_400.0
_WAITS = 7 * _DAY
_REMEMBERED = 30 * _DAY
_ROUND = 600.0
_LONGEST_LINE = 10_000


@dataclass(frozen=True, slots=True)
class Parts:
    store: Store
    homeserver: Homeserver
    incoming: Lanes
    rooms: Lanes
    outgoing: Lanes
    daily: Daily
    joined: Joined
    looking_back: LookingBack


@asynccontextmanager
async def assembled(settings: Settings) -> AsyncIterator[Parts]:
    """Everything, listening; `run` does the work."""
    registration, keys, mail = settings.registration, settings.keys, settings.incoming
    server_name, bot = settings.homeserver.server_name, settings.homeserver.bot
    async with AsyncExitStack() as stack:
        store = await Store.open(settings.bridge.database)
        stack.push_async_callback(store.close)
        http = await stack.enter_async_context(aiohttp.ClientSession())
        homeserver = Homeserver(http, settings.homeserver.url, registration.as_token)
        ways = Ways(keys, mail.domain, settings.http.public_url)
        places = Places(homeserver, server_name, bot)
        ghosts = Ghosts(homeserver, store, places)
        signer = Signer(mail.domain, tuple(key(*one) for one in settings.dkim.keys))

        async def current(waiting: Mail, person: Person) -> bytes | None:
            return await mailing.current(waiting, person)

        daily = Daily(store, ghosts, keys, ways, settings.outgoing.attached, current)
        sending = Sending(store, ghosts, settings.outgoing, keys, mail.domain, signer, daily)
        outgoing = Lanes("mail going out", sending.recipients, sending.send)
        answers = Answers(store, keys, mail.domain, settings.http.public_url, outgoing.wake)
        mailing = Mailing(
            homeserver,
            store,
            keys,
            ways,
            bot,
            settings.outgoing.attached,
            settings.outgoing.daily_at,
            outgoing.wake,
        )
        confirming = Confirming(store, keys, answers, mail.domain, settings.bridge.language)
        post = Post(
            store,
            keys,
            ghosts,
            places,
            answers,
            ways,
            confirming,
            Saying(homeserver, store),
            mail.domain,
            server_name,
            settings.bridge.language,
            mail.authserv_id,
        )
        incoming = Lanes("mail coming in", post.lanes, post.attend)
        attend = Attend(store, ghosts, places, mailing, answers, server_name, bot, incoming.wake)
        rooms = Lanes("events", attend.rooms, attend.attend)

        joined = Joined(store, homeserver)
        looking_back = LookingBack(joined)

        async def take(transaction: str, came: list[transactions.Json]) -> None:
            try:
                await looking_back.take(transaction, came)
            except Unanswered as error:
                # It brings this again; taken now, it would come before what was before it.
                raise transactions.refused(
                    web.HTTPServiceUnavailable, "M_UNKNOWN", str(error)
                ) from None
            rooms.wake()

        entrance = Entrance(
            store,
            keys,
            mail.domain,
            server_name,
            settings.bridge.language,
            mail.hourly,
            incoming.wake,
        )
        pages = Pages(
            store,
            ghosts,
            confirming,
            keys,
            ways,
            server_name,
            settings.bridge.language,
            incoming.wake,
        )
        routes = transactions.routes(registration.hs_token, take) + pages.routes()
        if settings.http.api_secret:
            secret = settings.http.api_secret.get_secret_value()
            language = settings.bridge.language
            api = Api(secret, store, ghosts, keys, server_name, language, mail.domain)
            routes += api.routes()
        host, port = settings.http.host, settings.http.port
        await stack.enter_async_context(transactions.listening(host, port, routes))
        await stack.enter_async_context(_taking_mail(settings, entrance))
        yield Parts(store, homeserver, incoming, rooms, outgoing, daily, joined, looking_back)


async def run(parts: Parts) -> None:
    """Work until cancelled."""
    async with asyncio.TaskGroup() as group:
        for lanes in (parts.incoming, parts.rooms, parts.outgoing):
            group.create_task(lanes.run())
        group.create_task(stay(partial(_look, parts), parts.joined.answers))
        group.create_task(_rounds(parts))


async def _look(parts: Parts) -> None:
    await parts.looking_back.everywhere()
    parts.rooms.wake()


async def _rounds(parts: Parts) -> None:
    """Daily mails go out; what waited too long, and what was remembered long enough, goes."""
    while True:
        await parts.daily.gather()
        parts.outgoing.wake()
        now = time.time()
        async with parts.store.session() as session:
            await letters.expire(session, now - _WAITS)
            await letters.forget_old(session, now - _REMEMBERED)
            await people.forget_strangers(session)
            await mails.forget_old(session, now - _REMEMBERED)
            await events.forget_transactions(session, now - _REMEMBERED)
        await asyncio.sleep(_ROUND)


@asynccontextmanager
async def _taking_mail(settings: Settings, entrance: Entrance) -> AsyncIterator[None]:
    loop = asyncio.get_running_loop()
    incoming = settings.incoming
    servers: list[asyncio.Server] = []
    try:
        for kind, port in ((SMTP, incoming.smtp_port), (LMTP, incoming.lmtp_port)):
            if port is None:
                continue

            def protocol(kind: type[SMTP] = kind) -> SMTP:
                return kind(
                    entrance,
                    loop=loop,
                    data_size_limit=incoming.largest,
                    enable_SMTPUTF8=True,
                    ident="Plein",
                )

            servers.append(await loop.create_server(protocol, incoming.host, port))
        yield
    finally:
        for server in servers:
            server.close()
            await server.wait_closed()
