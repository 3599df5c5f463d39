"""What a session leaves behind: its events, its documents, and that there was one."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Identity, Index, String, Text, func, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, HasCreatedAt, HasId, enum_type
from models.enums import (
    DocumentKind,
    SessionEventKind,
    SessionStatus,
    SessionType,
    StatusUpdateAudience,
    StatusUpdateLength,
)

XACT_ID = text("(pg_current_xact_id()::text)::bigint")


class SessionEvent(Base):
    """A fact about a session: audit trail, feed and resume point in one."""

    __tablename__ = "ai_session_events"

    #: Grows within a session in commit order, since every writer holds the session's row lock.
    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"))
    session_id: Mapped[UUID] = mapped_column(ForeignKey("ai_sessions.id", ondelete="CASCADE"))
    kind: Mapped[SessionEventKind] = mapped_column(enum_type(SessionEventKind, 30))
    actor_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    detail: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))
    at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())

    #: Of the transaction that made it true. Ids are given before, this is compared after the
    #: commit: together they are the order in which an account's events can be followed.
    xact_id: Mapped[int] = mapped_column(BigInteger, server_default=XACT_ID)

    __table_args__ = (
        Index("ix_ai_session_events_session_id_id", session_id, "id"),
        Index("ix_ai_session_events_feed", account_id, xact_id, "id"),
    )


class DeletedSession(Base):
    """That there was a session, for those who look on; nothing of what was said in it."""

    __tablename__ = "deleted_sessions"

    session_id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"))
    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True))
    xact_id: Mapped[int] = mapped_column(BigInteger, server_default=XACT_ID)
    user_id: Mapped[UUID]
    session_type: Mapped[SessionType] = mapped_column(enum_type(SessionType, 10))
    status: Mapped[SessionStatus] = mapped_column(enum_type(SessionStatus))
    state_version: Mapped[int]
    created_at: Mapped[datetime]
    deleted_at: Mapped[datetime] = mapped_column(server_default=func.now())

    __table_args__ = (
        Index("ix_deleted_sessions_feed", account_id, xact_id, id),
        Index("ix_deleted_sessions_deleted_at", deleted_at),
    )


class SessionCount(Base):
    """How many sessions came to a status, or left it: the sum is how many are in it. Written by
    triggers of `ai_sessions`, summed up now and then."""

    __tablename__ = "session_tallies"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    account_id: Mapped[UUID] = mapped_column(index=True)
    status: Mapped[str] = mapped_column(String(20))
    session_type: Mapped[str] = mapped_column(String(10))
    sessions: Mapped[int] = mapped_column(BigInteger)


class SessionDocument(HasId, HasCreatedAt, Base):
    """A text about a session. What a person edited stands over what the assistant wrote."""

    __tablename__ = "session_documents"

    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"))
    session_id: Mapped[UUID] = mapped_column(ForeignKey("ai_sessions.id", ondelete="CASCADE"))
    kind: Mapped[DocumentKind] = mapped_column(enum_type(DocumentKind, 30))
    audience: Mapped[StatusUpdateAudience | None] = mapped_column(enum_type(StatusUpdateAudience))
    length: Mapped[StatusUpdateLength | None] = mapped_column(enum_type(StatusUpdateLength))
    written_markdown: Mapped[str] = mapped_column(Text)
    edited_markdown: Mapped[str | None] = mapped_column(Text)
    edited_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now())

    __table_args__ = (
        Index("ix_session_documents_session_id_created_at", session_id, "created_at"),
        Index(
            "uq_session_documents_one_of_a_kind",
            session_id,
            kind,
            unique=True,
            postgresql_where=text("kind <> 'status_update'"),
        ),
    )

    @property
    def markdown(self) -> str:
        return self.written_markdown if self.edited_markdown is None else self.edited_markdown


class IdempotencyKey(HasCreatedAt, Base):
    """The first outcome of an operation that a client may send twice."""

    __tablename__ = "idempotency_keys"

    user_id: Mapped[UUID] = mapped_column(
        ForeignKey("users.id", ondelete="CASCADE"), primary_key=True
    )
    key: Mapped[str] = mapped_column(String(255), primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"))
    operation: Mapped[str] = mapped_column(String(50))
    input_hash: Mapped[str] = mapped_column(String(64))
    outcome: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))

    __table_args__ = (Index("ix_idempotency_keys_created_at", "created_at"),)
