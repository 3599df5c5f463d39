from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import String, Text, UniqueConstraint, text
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
from models.enums import ConfidenceTier, StepType


class SessionStep(InAccount, HasId, HasCreatedAt, Base):
    """One question, action or suggestion of a guided session, with its answer."""

    __tablename__ = "ai_session_steps"

    session_id: Mapped[UUID]
    step_order: Mapped[int]
    step_type: Mapped[StepType] = mapped_column(enum_type(StepType, 30))
    content: Mapped[str] = mapped_column(Text)
    context_message: Mapped[str | None] = mapped_column(Text)
    options: Mapped[list[Any]] = mapped_column(server_default=text("'[]'"))
    allow_free_text: Mapped[bool] = mapped_column(server_default=text("true"))
    allow_skip: Mapped[bool] = mapped_column(server_default=text("true"))
    expected_outcome: Mapped[str | None] = mapped_column(Text)
    confidence_tier: Mapped[ConfidenceTier | None] = mapped_column(enum_type(ConfidenceTier))
    confidence_score: Mapped[float | None]
    flow_node_id: Mapped[str | None] = mapped_column(String(100))
    generation_id: Mapped[UUID | None] = mapped_column(index=True)

    selected_option: Mapped[str | None] = mapped_column(String(255))
    selected_label: Mapped[str | None] = mapped_column(Text)
    response_text: Mapped[str | None] = mapped_column(Text)
    skipped: Mapped[bool] = mapped_column(server_default=text("false"))
    answered_by_id: Mapped[UUID | None]
    responded_at: Mapped[datetime | None]

    __table_args__ = (
        account_key("id"),
        account_reference("session_id", "ai_sessions", "CASCADE"),
        account_reference("generation_id", "generations", "SET NULL"),
        account_reference("answered_by_id", "users", "RESTRICT"),
        UniqueConstraint("account_id", "session_id", "step_order"),
    )

    @property
    def is_answered(self) -> bool:
        return self.responded_at is not None

    @property
    def answer_text(self) -> str | None:
        """The answer as text; None if there is none."""
        if self.skipped:
            return "(skipped)"
        return self.selected_label or self.selected_option or self.response_text
