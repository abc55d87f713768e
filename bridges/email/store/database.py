"""Which tables does plein-email have, and how do those of before become them?"""

from collections.abc import Callable

from sqlalchemy import Connection

from bridges.common.database import Database
from bridges.email.store.tables import Table


def _find_letters_by_author(connection: Connection) -> None:
    connection.exec_driver_sql("CREATE INDEX ix_letters_author ON letters (author)")


def _tell_when_mail_came_back(connection: Connection) -> None:
    connection.exec_driver_sql("ALTER TABLE people ADD COLUMN bounced FLOAT")


def _know_mails_by_their_room(connection: Connection) -> None:
    """SQLite changes no primary key, so the table is made anew."""
    for statement in (
        "CREATE TABLE messages_before AS SELECT * FROM messages",
        "DROP TABLE messages",
        "CREATE TABLE messages (message_id TEXT NOT NULL, room_id TEXT NOT NULL, "
        "event_id TEXT NOT NULL, root TEXT NOT NULL, subject TEXT NOT NULL, "
        "CONSTRAINT pk_messages PRIMARY KEY (message_id, room_id))",
        "CREATE INDEX ix_messages_event_id ON messages (event_id)",
        "INSERT INTO messages (message_id, room_id, event_id, root, subject) "
        "SELECT message_id, room_id, event_id, root, subject FROM messages_before",
        "DROP TABLE messages_before",
    ):
        connection.exec_driver_sql(statement)


def _ask_about_edits(connection: Connection) -> None:
    connection.exec_driver_sql("ALTER TABLE people ADD COLUMN edits BOOLEAN NOT NULL DEFAULT false")


def _look_back(connection: Connection) -> None:
    for statement in (
        "CREATE TABLE reached (room_id TEXT NOT NULL, event_id TEXT NOT NULL, at FLOAT NOT NULL, "
        "CONSTRAINT pk_reached PRIMARY KEY (room_id))",
        "CREATE TABLE fetched (event_id TEXT NOT NULL, at FLOAT NOT NULL, "
        "CONSTRAINT pk_fetched PRIMARY KEY (event_id))",
    ):
        connection.exec_driver_sql(statement)


def _renew_links(connection: Connection) -> None:
    connection.exec_driver_sql("ALTER TABLE people ADD COLUMN renewed INTEGER NOT NULL DEFAULT 0")


_STEPS: tuple[Callable[[Connection], None], ...] = (
    _find_letters_by_author,
    _tell_when_mail_came_back,
    _know_mails_by_their_room,
    _ask_about_edits,
    _look_back,
    _renew_links,
)


class Store(Database):
    tables = Table.metadata
    steps = _STEPS
