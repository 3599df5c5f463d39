"""The declarative base, its naming convention, and columns that many tables share."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import DateTime, Enum, MetaData, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from uuid_utils.compat import uuid7

type_map = {
    datetime: DateTime(timezone=True),
    dict[str, Any]: JSONB(none_as_null=True),
    list[Any]: JSONB(none_as_null=True),
}


class Base(DeclarativeBase):
    """The base of all tables."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = type_map


class HasId:
    """A time-ordered key (UUIDv7), so that new rows are adjacent in the index."""

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)


class HasCreatedAt:
    """The time when the transaction that inserted the row began."""

    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


def enum_type(members: type[StrEnum], length: int = 20) -> Enum:
    """A text column of at most `length` characters for the values of `members`.

    A check constraint rejects other values; it is named after the enum.
    """
    return Enum(
        members,
        native_enum=False,
        create_constraint=True,
        length=length,
        values_callable=lambda enum: [member.value for member in enum],
        name=members.__name__.lower(),
    )
