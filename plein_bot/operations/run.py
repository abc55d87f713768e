"""`plein run`: Plein on the homeserver that the configuration names, until it is stopped."""

import logging
from argparse import Namespace
from contextlib import suppress

from plein_bot import app
from plein_bot.config import Settings
from plein_bot.index.trouble import waited_out
from plein_bot.operations.telling import tell

logger = logging.getLogger(__name__)


async def main(settings: Settings, _: Namespace) -> int:
    await _work(settings)
    while True:
        # The lease was lost: another process works, or the database was away for too long.
        logger.warning("Plein stands by until it may work again")
        await waited_out("Standing by", lambda: _work(settings))


async def _work(settings: Settings) -> None:
    """Wait for the lease and work until it is lost."""
    with suppress(app.LeaseLost):
        async with app.assembled(settings) as parts:
            tell_recovery_key(parts.recovery_key)
            await app.run(parts)


def tell_recovery_key(key: str | None) -> None:
    """Shown at the first start only."""
    if key:
        tell(f"The recovery key of the bot's encryption, shown this once: {key}")
        tell("It belongs in the safe, with the password of the reserve account.")
