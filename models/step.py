from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, HasCreatedAt, HasId, enum_type
from models.enums import ConfidenceTier, StepType


class SessionStep(HasId, HasCreatedAt, Base):
    """One question, action or suggestion of a guided session, with its answer."""

    __tablename__ = "ai_session_steps"

    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"))
    session_id: Mapped[UUID] = mapped_column(ForeignKey("ai_sessions.id", ondelete="CASCADE"))
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
    generation_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("generations.id", ondelete="SET NULL", use_alter=True), index=True
    )

    selected_option: Mapped[str | None] = mapped_column(String(255))
    selected_label: Mapped[str | None] = mapped_column(Text)
    response_text: Mapped[str | None] = mapped_column(Text)
    skipped: Mapped[bool] = mapped_column(server_default=text("false"))
    answered_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="RESTRICT"))
    responded_at: Mapped[datetime | None]

    __table_args__ = (UniqueConstraint("session_id", "step_order"),)

    @property
    def is_answered(self) -> bool:
        return self.responded_at is not None

    @property
    def answer_text(self) -> str | None:
        """The answer as text; None if there is none."""
        if self.skipped:
            return "(skipped)"
        return self.selected_label or self.selected_option or self.response_text
