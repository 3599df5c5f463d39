from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, Text, func, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import (
    Base,
    HasCreatedAt,
    HasId,
    InAccount,
    account_key,
    account_reference,
    enum_type,
)
from models.enums import DocumentKind, StatusUpdateAudience, StatusUpdateLength


class SessionDocument(InAccount, HasId, HasCreatedAt, Base):
    """A text about a session, written by the assistant. A user's edit replaces it for readers."""

    __tablename__ = "session_documents"

    session_id: Mapped[UUID]
    kind: Mapped[DocumentKind] = mapped_column(enum_type(DocumentKind, 30))
    #: Audience and length are set for status updates only.
    audience: Mapped[StatusUpdateAudience | None] = mapped_column(enum_type(StatusUpdateAudience))
    length: Mapped[StatusUpdateLength | None] = mapped_column(enum_type(StatusUpdateLength))
    written_markdown: Mapped[str] = mapped_column(Text)
    edited_markdown: Mapped[str | None] = mapped_column(Text)
    edited_by_id: Mapped[UUID | None]
    #: Counts the changes of `markdown`.
    version: Mapped[int] = mapped_column(default=1, server_default=text("1"))
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now())

    __table_args__ = (
        account_key("id"),
        account_reference("session_id", "ai_sessions", "CASCADE"),
        account_reference("edited_by_id", "users", "SET NULL"),
        Index("ix_session_documents_session_id_created_at", "session_id", "created_at"),
        Index(
            "uq_session_documents_one_of_a_kind",
            "account_id",
            "session_id",
            kind,
            unique=True,
            postgresql_where=text("kind <> 'status_update'"),
        ),
    )

    @property
    def markdown(self) -> str:
        """The edited text if there is one, else the assistant's."""
        return self.written_markdown if self.edited_markdown is None else self.edited_markdown
