"""What all tables share: names of constraints, and types that mean the same in both databases."""

import enum
import json
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import BigInteger, Dialect, Enum, Integer, MetaData, Text
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.types import DateTime, TypeDecorator, TypeEngine

from plein_bot.domain.ids import EventId, RoomAlias, RoomId, UserId

# SQLite numbers rows by itself only in a column that is called INTEGER.
BigNumber = BigInteger().with_variant(Integer(), "sqlite")


def storable(text: str) -> str:
    """As it comes back from the database.

    What PostgreSQL cannot hold (U+0000, half a surrogate pair) becomes U+FFFD: anybody can put
    these in their display name, and that must not stop the intake.
    """
    if text.isascii() and "\0" not in text:
        return text
    whole = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return whole.replace("\0", "\N{REPLACEMENT CHARACTER}")


class Words(TypeDecorator[str]):
    """Text in the order of its bytes, so that both databases sort and compare it alike."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[str]:
        return Text(collation="C") if dialect.name == "postgresql" else Text()

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else storable(value)


class CanonicalJson(TypeDecorator[dict[str, Any]]):
    """JSON as text with sorted keys: equal objects are equal text, in both databases.

    Text and not JSONB, which refuses the U+0000 that an event may hold; escaped it is harmless.
    """

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        if value is None:
            return None
        return json.dumps(value, sort_keys=True, separators=(",", ":"))

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        return None if value is None else json.loads(value)


class Moment(TypeDecorator[datetime]):
    """A time with its zone. It comes back in UTC, also from SQLite, which knows no zones."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value} has no time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)


class Table(DeclarativeBase):
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_N_label)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {
        **dict.fromkeys((str, UserId, RoomId, EventId, RoomAlias), Words),
        # Times in milliseconds do not fit in 32 bits.
        int: BigNumber,
        datetime: Moment,
        dict[str, Any]: CanonicalJson,
        # Store what Matrix stores: the value, never the Python name.
        enum.Enum: Enum(
            enum.Enum,
            native_enum=False,
            length=32,
            values_callable=lambda kind: [member.value for member in kind],
        ),
    }
