"""The events of sessions and the tombstones of deleted sessions: together the account's feed."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Identity, Index, func, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import (
    Base,
    InAccount,
    account_key,
    account_reference,
    enum_type,
    owning_account,
)
from models.enums import SessionEventKind, SessionStatus, SessionType

XACT_ID = text("(pg_current_xact_id()::text)::bigint")


class SessionEvent(InAccount, Base):
    """An entry of a session's audit trail. Feeds deliver it, and its id is their resume point."""

    __tablename__ = "ai_session_events"

    #: Grows within a session in commit order, because every writer holds the session's row lock.
    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    session_id: Mapped[UUID]
    kind: Mapped[SessionEventKind] = mapped_column(enum_type(SessionEventKind, 30))
    #: None: the assistant.
    actor_id: Mapped[UUID | None]
    detail: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))
    at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())

    #: The id of the transaction that wrote the event. Across sessions, ids are assigned before the
    #: commit; readers order by (xact_id, id) and stop at the oldest running transaction.
    xact_id: Mapped[int] = mapped_column(BigInteger, server_default=XACT_ID)

    __table_args__ = (
        account_key("id"),
        account_reference("session_id", "ai_sessions", "CASCADE"),
        account_reference("actor_id", "users", "SET NULL"),
        Index("ix_ai_session_events_session_id_id", "session_id", "id"),
        Index("ix_ai_session_events_feed", "account_id", xact_id, "id"),
    )


class DeletedSession(InAccount, Base):
    """The tombstone of a deleted session, for dashboards; it holds no text of the session."""

    __tablename__ = "deleted_sessions"

    session_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True))
    xact_id: Mapped[int] = mapped_column(BigInteger, server_default=XACT_ID)
    user_id: Mapped[UUID]
    session_type: Mapped[SessionType] = mapped_column(enum_type(SessionType, 10))
    status: Mapped[SessionStatus] = mapped_column(enum_type(SessionStatus))
    state_version: Mapped[int]
    created_at: Mapped[datetime]
    deleted_at: Mapped[datetime] = mapped_column(server_default=func.now())

    __table_args__ = (
        account_key("session_id"),
        owning_account(),
        Index("ix_deleted_sessions_feed", "account_id", xact_id, id),
        Index("ix_deleted_sessions_deleted_at", deleted_at),
    )
