"""Opening encrypted messages where their place wants them found."""

from plein_bot.actions.acts import Acts
from plein_bot.index import opening


async def open_some(acts: Acts) -> None:
    """Whatever comes of it is kept: what is opened is found, what has no key waits for it."""
    await opening.open_some(acts.index, acts.homeserver.opened)
