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
    """A time-ordered key, so that rows written together stay together in the index."""

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)


class HasCreatedAt:
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


def enum_type(members: type[StrEnum], length: int = 20) -> Enum:
    """A text column holding the values of `members`, held to them by a check constraint.

    The constraint is named after the enum: see the naming convention.
    """
    return Enum(
        members,
        native_enum=False,
        create_constraint=True,
        length=length,
        values_callable=lambda enum: [member.value for member in enum],
        name=members.__name__.lower(),
    )
