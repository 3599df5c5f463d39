from sqlalchemy import LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, HasCreatedAt


class ServerSecret(HasCreatedAt, Base):
    """A random key that all processes of one database share. It belongs to no account, and only
    `sessions_keeper` reads it."""

    __tablename__ = "server_secrets"

    name: Mapped[str] = mapped_column(String(50), primary_key=True)
    value: Mapped[bytes] = mapped_column(LargeBinary)
