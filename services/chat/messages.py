"""Messages of a chat, as they are read and as they are appended. SQL and JSON are in the store."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from uuid_utils.compat import uuid7

from models import MessageRating, MessageRole
from services.timestamps import utc_now


class Message(NamedTuple):
    """`place` counts from 1 and never changes; 0 is a message that waits in the queue."""

    session_id: UUID
    place: int
    id: str
    role: MessageRole
    content: str
    created_at: datetime
    interrupted: bool = False
    rating: MessageRating | None = None


class MessageRange(NamedTuple):
    """Messages of a session with places from `low` to `high`, both included."""

    session_id: UUID
    low: int
    high: int


class NewMessage(NamedTuple):
    """A message that is not yet part of a conversation."""

    id: str
    role: MessageRole
    content: str
    created_at: datetime
    author_id: UUID | None = None
    generation_id: UUID | None = None
    interrupted: bool = False

    def at_place(self, session_id: UUID, place: int) -> Message:
        return Message(
            session_id,
            place,
            self.id,
            self.role,
            self.content,
            self.created_at,
            interrupted=self.interrupted,
        )


def new_message(
    role: MessageRole,
    content: str,
    *,
    author_id: UUID | None = None,
    generation_id: UUID | None = None,
    interrupted: bool = False,
) -> NewMessage:
    return NewMessage(str(uuid7()), role, content, utc_now(), author_id, generation_id, interrupted)
