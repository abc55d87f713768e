"""The tables, in three files for three kinds of truth.

`projection` can be made again from the rooms, `ledger` is the only copy and is backed up,
`machinery` is of use to the running process only. A table of one kind never refers to one of
another kind with a foreign key: a projection is emptied and filled while the others stand.
"""

from plein_bot.index.tables import (
    cases,
    digests,
    files,
    invitations,
    ledger,
    machinery,
    policies,
    polls,
    posts,
    projection,
    sanctions,
    sealed,
    search,
    sessions,
)
from plein_bot.index.tables.base import Table

__all__ = [
    "Table",
    "cases",
    "digests",
    "files",
    "invitations",
    "ledger",
    "machinery",
    "policies",
    "polls",
    "posts",
    "projection",
    "sanctions",
    "sealed",
    "search",
    "sessions",
]
