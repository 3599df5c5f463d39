from typing import Any
from uuid import UUID

from sqlalchemy import Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, HasCreatedAt, InAccount, account_key, account_reference


class IdempotencyKey(InAccount, HasCreatedAt, Base):
    """The outcome of the first request with this key; a repeated request gets the same outcome."""

    __tablename__ = "idempotency_keys"

    user_id: Mapped[UUID] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(255), primary_key=True)
    operation: Mapped[str] = mapped_column(String(50))
    input_hash: Mapped[str] = mapped_column(String(64))
    outcome: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))

    __table_args__ = (
        account_key("user_id", "key"),
        account_reference("user_id", "users", "CASCADE"),
        Index("ix_idempotency_keys_created_at", "created_at"),
    )
