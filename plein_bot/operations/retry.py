"""`plein retry`: what was set aside is done again, by the Plein that runs or the next that does."""

from argparse import ArgumentParser, Namespace

from plein_bot.config import Settings
from plein_bot.index import work
from plein_bot.index.database import Index
from plein_bot.operations.telling import tell


def options(parser: ArgumentParser) -> None:
    parser.add_argument("number", type=int, help="the number that the person got")


async def main(settings: Settings, arguments: Namespace) -> int:
    index = await Index.open(settings.database.url)
    try:
        found = await work.retry(index, arguments.number)
    finally:
        await index.close()
    if found is None:
        tell(f"✗ Nothing was set aside under number {arguments.number}. See `plein status`.")
        return 1
    tell(f"✓ Number {arguments.number} is done again, within half a minute if Plein runs.")
    return 0
