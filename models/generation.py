from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Identity, Index, Numeric, String, Text
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column

from models.base import (
    Base,
    HasCreatedAt,
    HasId,
    InAccount,
    account_key,
    account_reference,
    enum_type,
)
from models.enums import ErrorCode, GenerationKind, GenerationStatus

#: The token counts of a generation, by kind.
TOKEN_COLUMNS = ("input_tokens", "output_tokens", "cache_read_tokens", "cache_write_tokens")
IN_PROGRESS = sql("status IN ('queued', 'running')")


class Generation(InAccount, HasId, HasCreatedAt, Base):
    """One answer of the assistant: a chat reply, a guided step or a document."""

    __tablename__ = "generations"

    session_id: Mapped[UUID]
    #: Order within the session: assigned while the session's row is locked.
    position: Mapped[int] = mapped_column(BigInteger, Identity(always=True))
    kind: Mapped[GenerationKind] = mapped_column(enum_type(GenerationKind, 30))
    status: Mapped[GenerationStatus] = mapped_column(enum_type(GenerationStatus))
    request: Mapped[dict[str, Any]] = mapped_column(server_default=sql("'{}'"))
    requested_by_id: Mapped[UUID | None]

    #: The lease: the process that writes, the number of its attempt, and when the lease expires.
    owner: Mapped[UUID | None]
    attempt: Mapped[int] = mapped_column(server_default="1")
    lease_expires_at: Mapped[datetime | None]

    #: The whole text after the generation has ended; until then the token log has it.
    text: Mapped[str | None] = mapped_column(Text, deferred=True)
    last_number: Mapped[int] = mapped_column(server_default="0")
    result_id: Mapped[str | None] = mapped_column(String(64))
    error_code: Mapped[ErrorCode | None] = mapped_column(enum_type(ErrorCode, 30))
    error_reason: Mapped[str | None] = mapped_column(Text)
    retryable: Mapped[bool] = mapped_column(server_default=sql("false"))

    model: Mapped[str | None] = mapped_column(String(100))
    input_tokens: Mapped[int] = mapped_column(server_default="0")
    output_tokens: Mapped[int] = mapped_column(server_default="0")
    cache_read_tokens: Mapped[int] = mapped_column(server_default="0")
    cache_write_tokens: Mapped[int] = mapped_column(server_default="0")
    cost_usd: Mapped[Decimal | None] = mapped_column(Numeric(14, 8))

    first_token_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]

    __table_args__ = (
        account_key("id"),
        account_reference("session_id", "ai_sessions", "CASCADE"),
        account_reference("requested_by_id", "users", "SET NULL"),
        Index("ix_generations_session_id_position", "session_id", position),
        Index("ix_generations_lease", "lease_expires_at", postgresql_where=IN_PROGRESS),
        Index(
            "uq_generations_one_turn_a_session",
            "account_id",
            "session_id",
            unique=True,
            postgresql_where=sql("status = 'running' AND kind IN ('chat_reply', 'guided_step')"),
        ),
        Index("ix_generations_account_id_in_progress", "account_id", postgresql_where=IN_PROGRESS),
        Index("ix_generations_account_id_created_at", "account_id", "created_at"),
    )


class GenerationDelta(InAccount, Base):
    """An entry of the token log: a part of a generation's text, numbered from 1."""

    __tablename__ = "generation_deltas"

    generation_id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    attempt: Mapped[int]
    text: Mapped[str] = mapped_column(Text)

    __table_args__ = (
        account_key("generation_id", "number"),
        account_reference("generation_id", "generations", "CASCADE"),
    )
