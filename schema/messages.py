from datetime import datetime
from typing import Self
from uuid import UUID

import strawberry

import models
from execution.field_metadata import MAX_BYTES, SAFE_TO_REPEAT
from schema import ids
from schema.context import Chat, Info, load_chat_session
from schema.descriptions import CREATED_AT, MARKDOWN, OWN_SESSION
from schema.excerpts import DEFAULT_EXCERPT_CHARS, EXCERPT_CHARS, ExcerptLength, excerpt
from schema.ids import Node
from schema.people import User, load_user_or_none
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

    text_length: strawberry.Private[int]
    author_id: strawberry.Private[UUID | None]
    session_id: strawberry.Private[UUID]

    @strawberry.field(description="User who wrote it; null for the assistant.")
    async def author(self, info: Info) -> User | None:
        return await load_user_or_none(info, self.author_id)

    @strawberry.field(description=OWN_SESSION)
    async def session(self, info: Info) -> Chat:
        return await load_chat_session(info, self.session_id)

    @strawberry.field(
        description="Beginning of `content`; whole if it is as long as `contentLength`.",
        metadata={MAX_BYTES: EXCERPT_CHARS},
    )
    def excerpt(self, first: ExcerptLength = DEFAULT_EXCERPT_CHARS) -> str:
        return excerpt(self.content, first)

    @strawberry.field(
        description="Number of characters of `content`.", metadata={SAFE_TO_REPEAT: True}
    )
    def content_length(self) -> int:
        return self.text_length

    @classmethod
    def from_message(cls, message: Message) -> Self:
        return cls(
            id=ids.encode_message_id(message.session_id, message.id),
            role=message.role,
            content=message.content,
            created_at=message.created_at,
            interrupted=message.interrupted,
            rating=message.rating,
            author_id=message.author_id,
            session_id=message.session_id,
            text_length=message.content_length or len(message.content),
        )
