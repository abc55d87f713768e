"""Alembic's door. `plein_bot.index.schema` opens it with a connection of its own."""

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy import BigInteger, Enum

from plein_bot.index.schema import is_ours
from plein_bot.index.tables import Table
from plein_bot.index.tables.base import CanonicalJson, Moment, Words


def as_it_is_stored(kind: str, item: Any, _autogen: AutogenContext) -> str | Literal[False]:
    """Write plain types into migrations, so that these keep their meaning when the code changes."""
    if kind != "type":
        return False
    match item:
        case Words():
            return "TEXT"
        case CanonicalJson():
            return "sa.Text()"
        case Moment():
            return "sa.DateTime(timezone=True)"
        case BigInteger():
            return "NUMBER"
        case Enum():
            return f"sa.String({item.length})"
        case _:
            return False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Table.metadata,
    # SQLite changes a table by making it anew.
    render_as_batch=True,
    render_item=as_it_is_stored,
    include_object=is_ours,
)
with context.begin_transaction():
    context.run_migrations()
