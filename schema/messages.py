from datetime import datetime
from typing import Self

import strawberry

import models
from execution.field_metadata import MAX_BYTES
from schema import ids
from schema.descriptions import CREATED_AT, MARKDOWN
from schema.ids import Node
from services import limits
from services.chat.store import Message


@strawberry.type(description="Message of a chat, by a user or by the assistant.")
class ChatMessage(Node):
    role: models.MessageRole = strawberry.field(
        description="Whether a user or the assistant wrote it."
    )
    content: str = strawberry.field(
        description=MARKDOWN, metadata={MAX_BYTES: limits.GENERATED_CHARS}
    )
    created_at: datetime = strawberry.field(description=CREATED_AT)
    interrupted: bool = strawberry.field(
        description="Whether the answer was stopped or cut short; `content` is the part written."
    )
    rating: models.MessageRating | None = strawberry.field(
        description="Rating of an assistant's message by a user; null if unrated."
    )

    @classmethod
    def from_message(cls, message: Message) -> Self:
        return cls(
            id=ids.encode_message_id(message.session_id, message.id),
            role=message.role,
            content=message.content,
            created_at=message.created_at,
            interrupted=message.interrupted,
            rating=message.rating,
        )
