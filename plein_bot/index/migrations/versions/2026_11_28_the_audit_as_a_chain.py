"""the audit as a chain"""

import hashlib
import json
from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "d17e5b90c3a8"
down_revision = "5a7d13e9c420"
branch_labels = None
depends_on = None

# Sorted by its bytes, as in SQLite (tables/base.py, Words).
TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
CHUNK = 2000
UNIQUE = "uq_audit_cause_action_place_whom"


def upgrade() -> None:
    with op.batch_alter_table("audit") as batch_op:
        batch_op.add_column(sa.Column("event", TEXT, nullable=True))
        batch_op.add_column(sa.Column("why", TEXT, nullable=False, server_default=""))
        batch_op.add_column(sa.Column("ends", NUMBER, nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("hash", TEXT, nullable=False, server_default=""))
        batch_op.drop_constraint(UNIQUE, type_="unique")
        batch_op.create_unique_constraint(
            f"{UNIQUE}_ends", ["cause", "action", "place", "whom", "ends"]
        )
    number, last = _chained()
    head = op.create_table(
        "audit_head",
        sa.Column("name", TEXT, nullable=False),
        sa.Column("number", NUMBER, nullable=False),
        sa.Column("hash", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_audit_head")),
    )
    op.bulk_insert(head, [{"name": "head", "number": number, "hash": last}])
    # From now on the code gives the numbers, and says what is in the other columns.
    with op.batch_alter_table("audit") as batch_op:
        if op.get_bind().dialect.name == "postgresql":
            batch_op.alter_column("number", server_default=None)
        for column in ("why", "ends", "hash"):
            batch_op.alter_column(column, server_default=None)


def _chained() -> tuple[int, str]:
    """Let each of the rows that are there vouch for those before it, as domain/audits.py does."""
    audit = sa.table(
        "audit",
        sa.column("number", NUMBER),
        sa.column("at", sa.DateTime(timezone=True)),
        *(sa.column(name, TEXT) for name in ("action", "actor", "place", "whom")),
        *(sa.column(name, TEXT) for name in ("outcome", "cause", "hash")),
    )
    change = (
        sa.update(audit)
        .where(audit.c.number == sa.bindparam("key"))
        .values(hash=sa.bindparam("link"))
    )
    number, last = 0, ""
    while rows := (
        op.get_bind()
        .execute(
            sa.select(audit).where(audit.c.number > number).order_by(audit.c.number).limit(CHUNK)
        )
        .all()
    ):
        links = []
        for row in rows:
            number = row.number
            content = [last, number, _moment(row.at), row.action, row.actor, row.place, row.whom]
            content += [row.outcome, row.cause, None, "", 0]
            text = json.dumps(content, separators=(",", ":"))
            last = hashlib.sha256(text.encode()).hexdigest()
            links.append({"key": number, "link": last})
        op.get_bind().execute(change, links)
    return number, last


def _moment(at: datetime) -> str:
    whole = at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
    return whole.isoformat(timespec="microseconds")
