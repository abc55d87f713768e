"""`plein migrate`: the database gets the tables of this version."""

from argparse import Namespace

from plein_bot.config import Settings
from plein_bot.index.schema import migrate
from plein_bot.operations.telling import tell


async def main(settings: Settings, _: Namespace) -> int:
    await migrate(settings.database.url)
    tell("✓ The database is up to date.")
    return 0
