"""Which tables does plein-relay have, and how do those of before become them?"""

from sqlalchemy.ext.asyncio import AsyncSession as Session

from bridges.common.database import Database
from bridges.homeserver.store.tables import Table

__all__ = ["Session", "Store"]


class Store(Database):
    tables = Table.metadata
