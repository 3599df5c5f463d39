from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, SmallInteger, String, Text, func, text
from sqlalchemy.dialects.postgresql import JSONB, TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from models.base import (
    SHARED_SCOPE_DEFAULT,
    Base,
    HasCreatedAt,
    HasId,
    InAccount,
    account_key,
    account_reference,
    enum_type,
    flow_reference,
    owning_account,
)
from models.enums import ConfidenceTier, IntakeType, SessionStatus, SessionType

#: Enough for a title, which is the first words.
INTAKE_START_CHARS = 400
#: Of the word analysis of the search index. A change of it needs a migration that builds the index
#: of outdated entries again; the server then writes them anew.
ANALYSIS_VERSION = 1


class AISession(InAccount, HasId, HasCreatedAt, Base):
    """A support session; `session_type` selects the subclass, guided or chat."""

    __tablename__ = "ai_sessions"

    user_id: Mapped[UUID]
    session_type: Mapped[SessionType] = mapped_column(
        enum_type(SessionType, 10), server_default=SessionType.GUIDED
    )
    title: Mapped[str | None] = mapped_column(String(255))
    status: Mapped[SessionStatus] = mapped_column(
        enum_type(SessionStatus), server_default=SessionStatus.ACTIVE
    )
    state_version: Mapped[int] = mapped_column(server_default="0")

    intake_type: Mapped[IntakeType] = mapped_column(
        enum_type(IntakeType), server_default=IntakeType.FREE_TEXT
    )
    intake_content: Mapped[dict[str, Any]]
    problem_summary: Mapped[str | None] = mapped_column(Text)
    problem_domain: Mapped[str | None] = mapped_column(String(100))
    described_at: Mapped[datetime | None]

    step_count: Mapped[int] = mapped_column(server_default="0")
    conversation_messages: Mapped[list[Any]] = mapped_column(
        JSONB, server_default=text("'[]'"), deferred=True, deferred_raiseload=True
    )
    system_prompt_snapshot: Mapped[str | None] = mapped_column(Text, deferred=True)

    matched_flow_id: Mapped[UUID | None]
    #: A trigger sets it with `matched_flow_id`.
    matched_flow_scope_id: Mapped[UUID] = mapped_column(
        server_default=SHARED_SCOPE_DEFAULT, deferred=True
    )
    match_score: Mapped[float | None]
    confidence_tier: Mapped[ConfidenceTier | None] = mapped_column(enum_type(ConfidenceTier))
    confidence_score: Mapped[float | None]
    suggested_flow_ids: Mapped[list[Any]] = mapped_column(server_default=text("'[]'"))

    resolution_summary: Mapped[str | None] = mapped_column(Text)
    escalation_reason: Mapped[str | None] = mapped_column(Text)
    escalation_package: Mapped[dict[str, Any] | None] = mapped_column(JSONB, deferred=True)
    escalated_to_id: Mapped[UUID | None]
    escalated_by_id: Mapped[UUID | None]
    claimed_at: Mapped[datetime | None]

    psa_ticket_id: Mapped[str | None] = mapped_column(String(100))
    psa_connection_id: Mapped[UUID | None]

    session_rating: Mapped[int | None]
    session_feedback: Mapped[str | None] = mapped_column(Text)

    updated_at: Mapped[datetime] = mapped_column(server_default=func.now())
    resolved_at: Mapped[datetime | None]
    escalated_at: Mapped[datetime | None]
    paused_at: Mapped[datetime | None]
    abandoned_at: Mapped[datetime | None]

    __mapper_args__ = {"polymorphic_on": "session_type", "polymorphic_abstract": True}
    __table_args__ = (
        account_key("id"),
        owning_account(),
        account_reference("user_id", "users", "RESTRICT"),
        account_reference("escalated_to_id", "users", "SET NULL"),
        account_reference("escalated_by_id", "users", "SET NULL"),
        *flow_reference("matched_flow_scope_id", "matched_flow_id", "SET NULL"),
        CheckConstraint("session_rating BETWEEN 1 AND 5", name="rating"),
        Index("ix_ai_sessions_by_update", "account_id", updated_at, "id"),
        Index("ix_ai_sessions_by_creation", "account_id", "created_at", "id"),
        Index("ix_ai_sessions_by_type", "account_id", session_type, updated_at, "id"),
        Index(
            "ix_ai_sessions_by_status",
            "account_id",
            status,
            updated_at,
            "id",
            postgresql_include=["session_type"],
        ),
        Index("ix_ai_sessions_by_domain", "account_id", problem_domain, updated_at, "id"),
        Index("ix_ai_sessions_by_owner", "user_id", "account_id", updated_at, "id"),
        Index(
            "ix_ai_sessions_by_ticket",
            "account_id",
            psa_ticket_id,
            postgresql_where=text("psa_ticket_id IS NOT NULL"),
        ),
        Index(
            "ix_ai_sessions_escalated_to_id",
            "escalated_to_id",
            "account_id",
            updated_at,
            "id",
            postgresql_where=text("escalated_to_id IS NOT NULL"),
        ),
        Index(
            "ix_ai_sessions_matched_flow_id",
            "matched_flow_id",
            "account_id",
            "created_at",
            postgresql_include=["status"],
            postgresql_where=text("matched_flow_id IS NOT NULL"),
        ),
        Index(
            "ix_ai_sessions_by_resolution",
            "account_id",
            "resolved_at",
            postgresql_include=["created_at"],
            postgresql_where=text("status = 'resolved'"),
        ),
        Index(
            "ix_ai_sessions_to_describe",
            "created_at",
            postgresql_where=text("described_at IS NULL AND step_count > 0"),
        ),
    )

    @property
    def intake_text(self) -> str:
        return str(self.intake_content.get("text") or "")

    @property
    def intake_start(self) -> str:
        """The beginning of the intake. Lists select it as an expression: a log can be long."""
        text = self.intake_text or str(self.intake_content.get("log_text") or "")
        return text[:INTAKE_START_CHARS]


class GuidedSession(AISession):
    """A session led step by step by the assistant; its steps are rows of `ai_session_steps`."""

    __mapper_args__ = {"polymorphic_identity": SessionType.GUIDED, "polymorphic_load": "inline"}


class ChatSession(AISession):
    """A session in chat form; its messages are elements of `conversation_messages`."""

    __mapper_args__ = {"polymorphic_identity": SessionType.CHAT, "polymorphic_load": "inline"}


class SessionSearch(InAccount, Base):
    """The full-text index of a session. A table of its own, because an update of the index would
    otherwise rewrite the session's row."""

    __tablename__ = "session_search"

    session_id: Mapped[UUID] = mapped_column(primary_key=True)
    document: Mapped[str] = mapped_column(TSVECTOR)
    #: Title, summary with intake, and resolution, in falling weight: for the rank of a match.
    head: Mapped[str | None] = mapped_column(TSVECTOR)
    analysis_version: Mapped[int] = mapped_column(SmallInteger, server_default="0")

    __table_args__ = (
        account_key("session_id"),
        account_reference("session_id", "ai_sessions", "CASCADE"),
        Index(
            "ix_session_search_by_account",
            "account_id",
            document,
            postgresql_using="gin",
            postgresql_with={"gin_pending_list_limit": 512},
        ),
        Index(
            "ix_session_search_outdated",
            "account_id",
            "session_id",
            postgresql_where=text(f"analysis_version < {ANALYSIS_VERSION}"),
        ),
    )


class AssistantChat(InAccount, HasId, HasCreatedAt, Base):
    """A conversation of the previous system. Kept for migrations; the server neither reads nor
    writes it."""

    __tablename__ = "assistant_chats"

    user_id: Mapped[UUID] = mapped_column(index=True)
    title: Mapped[str | None] = mapped_column(String(255))
    messages: Mapped[list[Any]] = mapped_column(server_default=text("'[]'"), deferred=True)
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now())

    __table_args__ = (
        account_key("id"),
        owning_account(),
        account_reference("user_id", "users", "RESTRICT"),
    )
