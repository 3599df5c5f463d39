from datetime import datetime

from sqlalchemy import Index, String, func
from sqlalchemy.orm import Mapped, mapped_column

from models.base import (
    Base,
    HasCreatedAt,
    HasId,
    InAccount,
    account_key,
    enum_type,
    owning_account,
)
from models.enums import Role, UserKind


class Account(HasId, HasCreatedAt, Base):
    """A tenant: one company's support desk."""

    __tablename__ = "accounts"

    name: Mapped[str] = mapped_column(String(255))
    #: The identifier of the account in JWTs.
    external_id: Mapped[str | None] = mapped_column(String(255), unique=True)
    #: Name in the IANA time zone database; None for that of the installation.
    time_zone: Mapped[str | None] = mapped_column(String(64))


class User(InAccount, HasId, HasCreatedAt, Base):
    """A person or a machine of an account."""

    __tablename__ = "users"

    name: Mapped[str] = mapped_column(String(255))
    email: Mapped[str] = mapped_column(String(320))
    role: Mapped[Role] = mapped_column(enum_type(Role), server_default=Role.ENGINEER)
    kind: Mapped[UserKind] = mapped_column(enum_type(UserKind), server_default=UserKind.PERSON)
    #: Issuer and subject of the user's JWTs.
    external_id: Mapped[str | None] = mapped_column(String(800))
    #: When the newest JWT of the user was issued. Name, email and role come from it.
    claims_as_of: Mapped[datetime | None]
    deactivated_at: Mapped[datetime | None]

    __table_args__ = (
        account_key("id"),
        owning_account(),
        Index("uq_users_account_id_email", "account_id", func.lower(email), unique=True),
        Index("uq_users_account_id_external_id", "account_id", external_id, unique=True),
    )
