from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, func
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, HasCreatedAt, HasId, enum_type
from models.enums import Role, UserKind


class Account(HasId, HasCreatedAt, Base):
    """A tenant: one company's support desk."""

    __tablename__ = "accounts"

    name: Mapped[str] = mapped_column(String(255))
    #: What tokens call it.
    external_id: Mapped[str | None] = mapped_column(String(255), unique=True)


class User(HasId, HasCreatedAt, Base):
    __tablename__ = "users"

    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(255))
    email: Mapped[str] = mapped_column(String(320))
    role: Mapped[Role] = mapped_column(enum_type(Role), server_default=Role.ENGINEER)
    kind: Mapped[UserKind] = mapped_column(enum_type(UserKind), server_default=UserKind.PERSON)
    #: Issuer and subject of their tokens.
    external_id: Mapped[str | None] = mapped_column(String(800))
    #: When the newest token was issued that they have shown; name, email and role are its.
    claims_as_of: Mapped[datetime | None]
    deactivated_at: Mapped[datetime | None]

    __table_args__ = (
        Index("uq_users_account_id_email", account_id, func.lower(email), unique=True),
        Index("uq_users_account_id_external_id", account_id, external_id, unique=True),
    )
