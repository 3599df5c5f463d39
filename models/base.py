"""The declarative base, its naming convention, and columns that many tables share."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    DateTime,
    Enum,
    ForeignKeyConstraint,
    MetaData,
    PrimaryKeyConstraint,
    func,
    text,
)
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


#: The scope of what belongs to no account and is seen by all: the bundled flows.
SHARED_SCOPE = UUID(int=0)
SHARED_SCOPE_DEFAULT = text(f"'{SHARED_SCOPE}'::uuid")


class HasId:
    """A time-ordered id (UUIDv7), so that new rows are adjacent in the index."""

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)


class InAccount:
    """A row of one account, which is the first column of every key of its table: see
    docs/adr/0039."""

    account_id: Mapped[UUID] = mapped_column(primary_key=True)


def account_key(*columns: str) -> PrimaryKeyConstraint:
    """The primary key of a table whose rows belong to accounts."""
    return PrimaryKeyConstraint("account_id", *columns)


def account_reference(column: str, table: str, ondelete: str) -> ForeignKeyConstraint:
    """A reference to a row of the same account.

    After `SET NULL` the account stays, and only the reference is removed.
    """
    if ondelete == "SET NULL":
        ondelete = f"SET NULL ({column})"
    return ForeignKeyConstraint(
        ["account_id", column], [f"{table}.account_id", f"{table}.id"], ondelete=ondelete
    )


def flow_reference(
    scope: str, column: str, ondelete: str
) -> tuple[ForeignKeyConstraint, CheckConstraint]:
    """A reference to a flow of the same account or to a bundled one."""
    if ondelete == "SET NULL":
        ondelete = f"SET NULL ({column})"
    return (
        ForeignKeyConstraint([scope, column], ["flows.scope_id", "flows.id"], ondelete=ondelete),
        CheckConstraint(
            f"{scope} = account_id OR {scope} = '{SHARED_SCOPE}'::uuid", name="flow_scope"
        ),
    )


def owning_account() -> ForeignKeyConstraint:
    """The reference to the account, where no other reference implies it."""
    return ForeignKeyConstraint(["account_id"], ["accounts.id"], ondelete="CASCADE")


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
