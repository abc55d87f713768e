"""Keys that Plein makes for itself, once."""

import secrets

from plein_bot.index.database import Index
from plein_bot.index.tables.ledger import SecretRow


async def key(index: Index, name: str) -> bytes:
    """The 256-bit key of this name, made at the first call."""
    async with index.session() as session:
        row = await session.get(SecretRow, name)
        if row is None:
            row = SecretRow(name=name, value=secrets.token_hex(32))
            session.add(row)
        return bytes.fromhex(row.value)
