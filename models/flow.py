from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Computed, ForeignKey, Index, String, Text, func, text
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, HasCreatedAt, HasId


class Flow(HasId, HasCreatedAt, Base):
    """A troubleshooting decision tree. A flow without an account is bundled and seen by all."""

    __tablename__ = "flows"

    account_id: Mapped[UUID | None] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"))
    slug: Mapped[str] = mapped_column(String(100))
    title: Mapped[str] = mapped_column(String(255))
    description: Mapped[str] = mapped_column(Text)
    domain: Mapped[str] = mapped_column(String(100))
    tags: Mapped[list[Any]] = mapped_column(server_default=text("'[]'"))
    tree: Mapped[dict[str, Any]]
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now())
    symptoms: Mapped[str] = mapped_column(Text, server_default="")
    content_hash: Mapped[str] = mapped_column(String(64), server_default="")
    search: Mapped[str] = mapped_column(
        TSVECTOR,
        Computed(
            "setweight(to_tsvector('english', title || ' ' || symptoms), 'A') || "
            "setweight(to_tsvector('english', description || ' ' || domain), 'B')",
            persisted=True,
        ),
        deferred=True,
    )

    __table_args__ = (
        Index(
            "uq_flows_account_id_slug",
            account_id,
            slug,
            unique=True,
            postgresql_nulls_not_distinct=True,
        ),
        Index("ix_flows_search", search, postgresql_using="gin"),
        Index("ix_flows_title_id", title, "id"),
    )


class FlowStats(Base):
    """How often one account uses a flow, and how often it solves the problem."""

    __tablename__ = "flow_uses"

    account_id: Mapped[UUID] = mapped_column(
        ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True
    )
    flow_id: Mapped[UUID] = mapped_column(
        ForeignKey("flows.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    usage_count: Mapped[int] = mapped_column(server_default="0")
    success_rate: Mapped[float | None]
    last_matched_at: Mapped[datetime | None]
