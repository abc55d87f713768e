"""Rooms, their events, state and members; the work, the sync token and the lease."""

import sqlalchemy as sa
from alembic import op

revision = "6475605b8eb6"
down_revision = None
branch_labels = None
depends_on = None

# Sorted by its bytes, as in SQLite (tables/base.py, Words).
TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
WORD = sa.String(32)


def upgrade() -> None:
    op.create_table(
        "rooms",
        sa.Column("room_id", TEXT, nullable=False),
        sa.Column("membership", WORD, nullable=False),
        sa.Column("creator", TEXT),
        sa.Column("version", TEXT),
        sa.Column("kind", TEXT),
        sa.Column("cause", TEXT),
        sa.Column("subsite", TEXT),
        sa.Column("encrypted", sa.Boolean(), nullable=False),
        sa.Column("managed", sa.Boolean(), nullable=False),
        sa.Column("gone", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("room_id", name="pk_rooms"),
    )
    op.create_index("ix_rooms_cause", "rooms", ["cause"])
    op.create_index("ix_rooms_subsite", "rooms", ["subsite"])

    op.create_table(
        "events",
        sa.Column("event_id", TEXT, nullable=False),
        sa.Column("room_id", TEXT, nullable=False),
        sa.Column("position", NUMBER, nullable=False),
        sa.Column("type", TEXT, nullable=False),
        sa.Column("state_key", TEXT),
        sa.Column("sender", TEXT, nullable=False),
        sa.Column("ts", NUMBER, nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("redacts", TEXT),
        sa.Column("redacted", sa.Boolean(), nullable=False),
        sa.Column("held_here_only", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("event_id", name="pk_events"),
        sa.ForeignKeyConstraint(["room_id"], ["rooms.room_id"], name="fk_events_room_id"),
        sa.UniqueConstraint("room_id", "position", name="uq_events_room_id_position"),
    )
    op.create_index("ix_events_room_id_type_position", "events", ["room_id", "type", "position"])

    op.create_table(
        "state",
        sa.Column("room_id", TEXT, nullable=False),
        sa.Column("type", TEXT, nullable=False),
        sa.Column("state_key", TEXT, nullable=False),
        sa.Column("event_id", TEXT, nullable=False),
        sa.Column("sender", TEXT, nullable=False),
        sa.Column("ts", NUMBER, nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("room_id", "type", "state_key", name="pk_state"),
        sa.ForeignKeyConstraint(["room_id"], ["rooms.room_id"], name="fk_state_room_id"),
    )
    op.create_index("ix_state_event_id", "state", ["event_id"])

    op.create_table(
        "members",
        sa.Column("room_id", TEXT, nullable=False),
        sa.Column("user_id", TEXT, nullable=False),
        sa.Column("membership", WORD, nullable=False),
        sa.Column("name", TEXT),
        sa.Column("event_id", TEXT, nullable=False),
        sa.Column("sender", TEXT, nullable=False),
        sa.Column("ts", NUMBER, nullable=False),
        sa.PrimaryKeyConstraint("room_id", "user_id", name="pk_members"),
        sa.ForeignKeyConstraint(["room_id"], ["rooms.room_id"], name="fk_members_room_id"),
    )
    op.create_index("ix_members_event_id", "members", ["event_id"])
    op.create_index("ix_members_user_id", "members", ["user_id"])

    op.create_table(
        "sync_tokens",
        sa.Column("bot", TEXT, nullable=False),
        sa.Column("next_batch", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("bot", name="pk_sync_tokens"),
    )
    op.create_table(
        "work",
        sa.Column("sequence", NUMBER, autoincrement=True, nullable=False),
        sa.Column("key", TEXT, nullable=False),
        sa.Column("lane", TEXT, nullable=False),
        sa.Column("incoming", sa.Text(), nullable=False),
        sa.Column("progress", WORD, nullable=False),
        sa.Column("number", NUMBER),
        sa.Column("tries", NUMBER, nullable=False),
        sa.Column("error", TEXT),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("sequence", name="pk_work"),
        sa.UniqueConstraint("key", name="uq_work_key"),
        sa.UniqueConstraint("number", name="uq_work_number"),
        sqlite_autoincrement=True,
    )
    waiting = sa.text("progress = 'waiting'")
    op.create_index(
        "ix_work_waiting", "work", ["sequence"], sqlite_where=waiting, postgresql_where=waiting
    )
    op.create_table(
        "counters",
        sa.Column("name", TEXT, nullable=False),
        sa.Column("value", NUMBER, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_counters"),
    )
    op.create_table(
        "lease",
        sa.Column("name", TEXT, nullable=False),
        sa.Column("holder", TEXT, nullable=False),
        sa.Column("until", NUMBER, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_lease"),
    )
