"""Numbers that people are told. Each is given out once, also when what it named is gone."""

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from plein_bot.index.tables.machinery import CounterRow


async def next_number(session: AsyncSession, name: str) -> int:
    """1, 2, 3… under a name. It counts when the session's transaction does."""
    database = session.get_bind().dialect.name
    insert = (postgresql if database == "postgresql" else sqlite).insert(CounterRow)
    # One statement, so that two processes cannot get the same.
    statement = insert.values(name=name, value=1).on_conflict_do_update(
        index_elements=["name"], set_={"value": CounterRow.value + 1}
    )
    number: int = (await session.execute(statement.returning(CounterRow.value))).scalar_one()
    return number
