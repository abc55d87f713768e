"""`plein demo`: a private homeserver, Plein and the example square, until it is stopped."""

import asyncio
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from pathlib import Path

from plein_bot import app
from plein_bot.app import Parts
from plein_bot.demo import accounts, clients, mailboxes, pages, postbag, settings, square, tables
from plein_bot.demo.accounts import BOT, RESERVE, Keyring
from plein_bot.demo.folders import DemoTrouble, Folder, occupied, write_json
from plein_bot.demo.lives import as_long_as_it_lives
from plein_bot.demo.mailboxes import Mailbox
from plein_bot.demo.postbag import Postbag
from plein_bot.demo.seeding import seed
from plein_bot.homeserver import synapse
from plein_bot.homeserver.synapse import Synapse
from plein_bot.index import places
from plein_bot.operations.run import tell_recovery_key
from plein_bot.operations.telling import tell

_SEEDED_WITHIN = 600
"""Seconds; ten are usual."""


def _port(text: str) -> int:
    if text.isdecimal() and 0 < int(text) < 2**16:
        return int(text)
    raise ArgumentTypeError(f"{text!r} is no port: that is a number from 1 to 65535")


def options(parser: ArgumentParser) -> None:
    parser.add_argument("--fresh", action="store_true", help="begin anew, without the old data")
    parser.add_argument("--port", type=_port, default=8008, help="of the homeserver (8008)")
    parser.add_argument("--web-port", type=_port, default=8090, help="of Plein's own pages (8090)")
    parser.add_argument(
        "--smtp-port", type=_port, default=1025, help="where Plein's mail is taken in (1025)"
    )
    parser.add_argument(
        "--mailbox-port",
        type=_port,
        default=8025,
        help="of the page that shows Plein's mail (8025)",
    )
    parser.add_argument(
        "--mail-port", type=_port, default=2525, help="where mail to places is taken in (2525)"
    )
    parser.add_argument(
        "--bridge-port", type=_port, default=8095, help="of the pages of plein-email (8095)"
    )
    parser.add_argument(
        "--folder", type=Path, default=Path("plein-demo"), help="for its data (plein-demo)"
    )


async def main(arguments: Namespace) -> int:
    with occupied(arguments.folder, fresh=arguments.fresh) as folder:
        tell("Starting a private homeserver")
        async with (
            mailboxes.running(arguments.smtp_port) as mailbox,
            pages.shown(mailbox, arguments.mailbox_port) as page,
        ):
            bag = await postbag.packed(
                folder, arguments.port, arguments.bridge_port, arguments.mail_port, mailbox
            )
            chosen = settings.of_homeserver(folder, arguments.port, bag.registration)
            async with (
                synapse.running(chosen) as homeserver,
                as_long_as_it_lives(homeserver),
                postbag.opened(bag),
            ):
                await _show(folder, homeserver, arguments.web_port, mailbox, page, bag)
    return 0


async def _show(
    folder: Folder,
    homeserver: Synapse,
    web_port: int,
    mailbox: Mailbox,
    page: str,
    bag: Postbag,
) -> None:
    names = {one.login: one.name for one in square.PEOPLE} | {BOT: "Plein", RESERVE: "Reserve"}
    keys = await accounts.handed_out(homeserver.accounts, folder, names, limitless=(BOT,))
    admin = await homeserver.accounts.administrator()
    chosen = settings.of_plein(
        folder, homeserver.url, web_port, keys, admin.access_token, mailbox, bag
    )
    async with app.assembled(chosen) as parts, asyncio.TaskGroup() as group:
        tell_recovery_key(parts.recovery_key)
        group.create_task(app.run(parts))
        await parts.sync.ready.wait()
        if not folder.is_seeded:
            await _fill(parts, folder, keys)
            tell(tables.sealed(keys))
        subsites = await places.subsites(parts.index)
        where = tables.Addresses(
            homeserver.url,
            chosen.web.address,
            (mailbox.host, mailbox.port),
            page,
            (bag.host, bag.port),
        )
        write_json(folder.card, tables.card(where, keys, subsites))
        tell(tables.welcome(where, keys, folder))


async def _fill(parts: Parts, folder: Folder, keys: Keyring) -> None:
    tell("Filling the example square")
    try:
        async with asyncio.timeout(_SEEDED_WITHIN), clients.of(keys, parts.api.url) as people:
            await seed(parts.acts, people, tell)
    except TimeoutError:
        raise DemoTrouble(
            "The example square did not come about in ten minutes. "
            f"Look in {folder.homeserver / 'synapse.log'}, or start again: it goes on then."
        ) from None
    folder.mark_seeded()
