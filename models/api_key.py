from datetime import datetime
from uuid import UUID

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from models.base import (
    Base,
    HasCreatedAt,
    HasId,
    InAccount,
    account_key,
    account_reference,
)


class ApiKey(InAccount, HasId, HasCreatedAt, Base):
    """A credential of a machine. Its name and role are those of the machine's user."""

    __tablename__ = "api_keys"

    user_id: Mapped[UUID] = mapped_column(index=True)
    #: The public part of the key, by which its row is looked up: it leads to the account.
    prefix: Mapped[str] = mapped_column(String(12), unique=True)
    #: SHA-256 of the whole key. A secret of 256 random bits needs no slow password hash.
    secret_hash: Mapped[str] = mapped_column(String(64))
    expires_at: Mapped[datetime | None]
    last_used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]

    __table_args__ = (account_key("id"), account_reference("user_id", "users", "CASCADE"))
