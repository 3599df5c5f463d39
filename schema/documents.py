from datetime import datetime
from typing import Self
from uuid import UUID

import strawberry

import models
from execution.field_metadata import MAX_BYTES, SAFE_TO_REPEAT
from schema import ids
from schema.context import AnySession, Info, load_any_session
from schema.descriptions import CREATED_AT, OWN_SESSION
from schema.excerpts import DEFAULT_EXCERPT_CHARS, EXCERPT_CHARS, ExcerptLength, excerpt
from schema.ids import Node
from services import limits


@strawberry.type(description="Text about a session for a given reader, such as ticket notes.")
class SessionDocument(Node):
    kind: models.DocumentKind = strawberry.field(description="What the document is for.")
    audience: models.StatusUpdateAudience | None = strawberry.field(
        description="Reader of a status update; null for other kinds."
    )
    length: models.StatusUpdateLength | None = strawberry.field(
        description="Requested length of a status update; null for other kinds."
    )
    markdown: str = strawberry.field(
        description="Current text in Markdown: the user's edit if there is one, else the "
        "assistant's text.",
        metadata={MAX_BYTES: limits.DOCUMENT_CHARS},
    )
    edited: bool = strawberry.field(
        description="Whether a user has edited it; a new text by the assistant does not replace "
        "the edit."
    )
    version: int = strawberry.field(
        description="Grows with every change of `markdown`; pass it as `expectedVersion`."
    )
    created_at: datetime = strawberry.field(description=CREATED_AT)
    updated_at: datetime = strawberry.field(description="Time of the last text or edit.")

    text_length: strawberry.Private[int]
    session_id: strawberry.Private[UUID]

    @strawberry.field(description=OWN_SESSION)
    async def session(self, info: Info) -> AnySession:
        return await load_any_session(info, self.session_id)

    @strawberry.field(
        description="Beginning of `markdown`; whole if it is as long as `markdownLength`.",
        metadata={MAX_BYTES: EXCERPT_CHARS},
    )
    def excerpt(self, first: ExcerptLength = DEFAULT_EXCERPT_CHARS) -> str:
        return excerpt(self.markdown, first)

    @strawberry.field(
        description="Number of characters of `markdown`.", metadata={SAFE_TO_REPEAT: True}
    )
    def markdown_length(self) -> int:
        return self.text_length

    @classmethod
    def from_row(cls, row: models.SessionDocument) -> Self:
        return cls(
            id=ids.encode_global_id("SessionDocument", row.id),
            kind=row.kind,
            audience=row.audience,
            length=row.length,
            markdown=row.markdown,
            # Of a row whose text is cut, else of the text.
            text_length=getattr(row, "text_length", None) or len(row.markdown),
            edited=row.edited_markdown is not None,
            session_id=row.session_id,
            version=row.version,
            created_at=row.created_at,
            updated_at=row.updated_at,
        )
