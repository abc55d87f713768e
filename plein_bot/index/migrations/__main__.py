"""Write a migration for what changed in the tables: `python -m plein_bot.index.migrations "Words"`.

Read what it wrote, and make it say what you mean.
"""

import asyncio
import sys
import tempfile

from alembic import command

from plein_bot.index import engines
from plein_bot.index.schema import config, migrate


async def write(message: str) -> None:
    with tempfile.TemporaryDirectory() as directory:
        url = f"sqlite+aiosqlite:///{directory}/index.db"
        await migrate(url)
        engine = engines.for_migrating(url)
        async with engine.connect() as connection:
            await connection.run_sync(
                lambda plain: command.revision(config(plain), message, autogenerate=True)
            )
        await engine.dispose()


asyncio.run(write(sys.argv[1]))
