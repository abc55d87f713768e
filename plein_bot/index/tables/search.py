"""What can be searched, as the projection keeps it: one row for each thing that can be found."""

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from plein_bot.domain.ids import EventId, RoomId, UserId
from plein_bot.domain.search import SearchKind
from plein_bot.index.tables.projection import Projection


class SearchRow(Projection):
    """A post, a comment or a message, as its words are kept (`domain/tokens`).

    `id` runs with the time, so that the newest are the last (`index/search_events.number_of`).
    `words` are the tokens in their order, `terms` all that is found beside them: stems, the words
    of the title, tags, the room and the author (`index/terms`). `latest` is the event that made
    the text what it is; both must be readable.

    The full-text index of either database keeps itself to these two columns: of SQLite by
    triggers, of PostgreSQL by a generated column. The migration makes them.
    """

    __tablename__ = "search"
    __table_args__ = (Index("ix_search_room_id_id", "room_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    event_id: Mapped[EventId] = mapped_column(unique=True)
    latest: Mapped[EventId]
    room_id: Mapped[RoomId]
    kind: Mapped[SearchKind]
    author: Mapped[UserId]
    ts: Mapped[int]
    words: Mapped[str]
    terms: Mapped[str]
