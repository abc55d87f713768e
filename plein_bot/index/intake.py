"""The one door by which rooms come into the database."""

from plein_bot.domain.events import Batch
from plein_bot.domain.ids import UserId
from plein_bot.index import sealed, sync_tokens, undecryptables, watching, work
from plein_bot.index.database import Index
from plein_bot.index.folding import fold


async def take_in(index: Index, batch: Batch, bot: UserId) -> None:
    """Store what is known, what is to be done, and the token: all of it or nothing.

    Only then do those who wait in `Index.until` look again. Raises `DatabaseTrouble`.
    """
    async with index.session() as session:
        seen = await watching.watch(session, index, batch, bot)
        await fold(session, batch.updates, bot)
        await work.add(session, batch.work)
        await undecryptables.keep(session, batch.locked)
        await undecryptables.let_go(session, batch.unlocked)
        await sealed.try_again(session, batch.keyed)
        await sync_tokens.save(session, bot, batch.token)
    watching.keep(index, seen)
    index.announce()
