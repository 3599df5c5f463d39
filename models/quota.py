"""Usage of quotas: rate limits, the ledger of single answers, and totals of a day or month."""

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import BigInteger, Index, Numeric, String
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, HasCreatedAt, InAccount, account_key, owning_account


class RateLimitState(InAccount, Base):
    """The state of a rate limit (GCRA): when the subject, a user or an account, has its full limit
    again. The table is unlogged: a crash of the database resets it."""

    __tablename__ = "rates"
    __table_args__ = (
        account_key("subject_id", "kind"),
        owning_account(),
        {"prefixes": ["UNLOGGED"]},
    )

    subject_id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(20), primary_key=True)
    full_at: Mapped[datetime]


class LedgerEntry(InAccount, HasCreatedAt, Base):
    """The reserved and actual cost of one answer. It is kept when the session is deleted."""

    __tablename__ = "ledger"

    generation_id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[UUID]
    kind: Mapped[str] = mapped_column(String(30))
    model: Mapped[str | None] = mapped_column(String(100))
    reserved_tokens: Mapped[int]
    reserved_cost_usd: Mapped[Decimal] = mapped_column(Numeric(14, 8))
    tokens: Mapped[int] = mapped_column(BigInteger, server_default="0")
    cost_usd: Mapped[Decimal] = mapped_column(Numeric(14, 8), server_default="0")
    settled_at: Mapped[datetime | None]

    __table_args__ = (
        account_key("generation_id"),
        owning_account(),
        Index("ix_ledger_open", "created_at", postgresql_where=sql("settled_at IS NULL")),
    )


class SpendTotal(InAccount, Base):
    """The usage of a subject, a user or an account, in one day or month (UTC)."""

    __tablename__ = "spending"

    subject_id: Mapped[UUID] = mapped_column(primary_key=True)
    period: Mapped[str] = mapped_column(String(5), primary_key=True)
    starts: Mapped[date] = mapped_column(primary_key=True)
    tokens: Mapped[int] = mapped_column(BigInteger, server_default="0")
    cost_usd: Mapped[Decimal] = mapped_column(Numeric(16, 8), server_default="0")
    reserved_tokens: Mapped[int] = mapped_column(BigInteger, server_default="0")
    reserved_cost_usd: Mapped[Decimal] = mapped_column(Numeric(16, 8), server_default="0")

    __table_args__ = (account_key("subject_id", "period", "starts"), owning_account())
