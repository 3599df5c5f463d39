"""The events of sessions and the tombstones of deleted sessions: together the account's feed."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Identity, Index, func, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, enum_type
from models.enums import SessionEventKind, SessionStatus, SessionType

XACT_ID = text("(pg_current_xact_id()::text)::bigint")


class SessionEvent(Base):
    """An entry of a session's audit trail. Feeds deliver it, and its id is their resume point."""

    __tablename__ = "ai_session_events"

    #: Grows within a session in commit order, because every writer holds the session's row lock.
    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"))
    session_id: Mapped[UUID] = mapped_column(ForeignKey("ai_sessions.id", ondelete="CASCADE"))
    kind: Mapped[SessionEventKind] = mapped_column(enum_type(SessionEventKind, 30))
    #: None: the assistant.
    actor_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    detail: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))
    at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())

    #: The id of the transaction that wrote the event. Across sessions, ids are assigned before the
    #: commit; readers order by (xact_id, id) and stop at the oldest running transaction.
    xact_id: Mapped[int] = mapped_column(BigInteger, server_default=XACT_ID)

    __table_args__ = (
        Index("ix_ai_session_events_session_id_id", session_id, "id"),
        Index("ix_ai_session_events_feed", account_id, xact_id, "id"),
    )


class DeletedSession(Base):
    """The tombstone of a deleted session, for dashboards; it holds no text of the session."""

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
