from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Computed,
    ForeignKey,
    Index,
    PrimaryKeyConstraint,
    String,
    Text,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from models.base import (
    SHARED_SCOPE,
    SHARED_SCOPE_DEFAULT,
    Base,
    HasCreatedAt,
    HasId,
    InAccount,
    account_key,
    flow_reference,
    owning_account,
)


class Flow(HasId, HasCreatedAt, Base):
    """A troubleshooting decision tree. A flow without an account is bundled and seen by all.

    The key of a flow has a scope in place of the account: the account, or `SHARED_SCOPE`.
    """

    __tablename__ = "flows"

    account_id: Mapped[UUID | None] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"))
    scope_id: Mapped[UUID] = mapped_column(
        Computed(f"coalesce(account_id, '{SHARED_SCOPE}'::uuid)", persisted=True), primary_key=True
    )
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
    #: For the search of people; `search` is for matching symptoms. See `services.text_search`.
    search_words: Mapped[str | None] = mapped_column(TSVECTOR, deferred=True)

    __table_args__ = (
        PrimaryKeyConstraint("scope_id", "id"),
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


class FlowStats(InAccount, Base):
    """How often one account uses a flow, and how often it solves the problem."""

    __tablename__ = "flow_uses"

    flow_id: Mapped[UUID] = mapped_column(primary_key=True, index=True)
    #: A trigger sets it.
    flow_scope_id: Mapped[UUID] = mapped_column(server_default=SHARED_SCOPE_DEFAULT)
    usage_count: Mapped[int] = mapped_column(server_default="0")
    success_rate: Mapped[float | None]
    last_matched_at: Mapped[datetime | None]

    __table_args__ = (
        account_key("flow_id"),
        owning_account(),
        *flow_reference("flow_scope_id", "flow_id", "CASCADE"),
    )
