from datetime import datetime
from typing import Self

import strawberry

import models
from schema import ids
from schema.ids import Node
from services.chat.messages import Message


@strawberry.type(description="One message of a chat.")
class ChatMessage(Node):
    role: models.MessageRole
    content: str = strawberry.field(description="Markdown.")
    created_at: datetime
    interrupted: bool = strawberry.field(
        description="The answer was stopped or cut short; `content` is what was written."
    )
    rating: models.MessageRating | None

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
