from sqlalchemy import BigInteger, Identity, String
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, InAccount, account_key


class SessionCount(InAccount, Base):
    """A difference in the number of sessions of one status and type; the count is the sum of the
    rows. Triggers of `ai_sessions` insert the rows, and a background task merges them."""

    __tablename__ = "session_tallies"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    status: Mapped[str] = mapped_column(String(20))
    session_type: Mapped[str] = mapped_column(String(10))
    sessions: Mapped[int] = mapped_column(BigInteger)

    __table_args__ = (account_key("id"),)
