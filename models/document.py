from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, Text, func, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, HasCreatedAt, HasId, enum_type
from models.enums import DocumentKind, StatusUpdateAudience, StatusUpdateLength


class SessionDocument(HasId, HasCreatedAt, Base):
    """A text about a session, written by the assistant. A user's edit replaces it for readers."""

    __tablename__ = "session_documents"

    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"))
    session_id: Mapped[UUID] = mapped_column(ForeignKey("ai_sessions.id", ondelete="CASCADE"))
    kind: Mapped[DocumentKind] = mapped_column(enum_type(DocumentKind, 30))
    #: Audience and length are set for status updates only.
    audience: Mapped[StatusUpdateAudience | None] = mapped_column(enum_type(StatusUpdateAudience))
    length: Mapped[StatusUpdateLength | None] = mapped_column(enum_type(StatusUpdateLength))
    written_markdown: Mapped[str] = mapped_column(Text)
    edited_markdown: Mapped[str | None] = mapped_column(Text)
    edited_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now())

    __table_args__ = (
        Index("ix_session_documents_session_id_created_at", session_id, "created_at"),
        Index(
            "uq_session_documents_one_of_a_kind",
            session_id,
            kind,
            unique=True,
            postgresql_where=text("kind <> 'status_update'"),
        ),
    )

    @property
    def markdown(self) -> str:
        """The edited text if there is one, else the assistant's."""
        return self.written_markdown if self.edited_markdown is None else self.edited_markdown
