from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, func
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, HasCreatedAt, HasId, names_of
from models.enums import Role


class Account(HasId, HasCreatedAt, Base):
    """A tenant: one company's support desk."""

    __tablename__ = "accounts"

    name: Mapped[str] = mapped_column(String(255))


class User(HasId, HasCreatedAt, Base):
    __tablename__ = "users"

    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(255))
    email: Mapped[str] = mapped_column(String(320))
    role: Mapped[Role] = mapped_column(names_of(Role), server_default=Role.ENGINEER)

    __table_args__ = (
        Index("uq_users_account_id_email", account_id, func.lower(email), unique=True),
    )
