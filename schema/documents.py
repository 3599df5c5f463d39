from datetime import datetime
from typing import Self

import strawberry

import models
from schema import ids
from schema.ids import Node


@strawberry.type(description="A text about a session: ticket notes, an escalation package, ...")
class SessionDocument(Node):
    kind: models.DocumentKind
    audience: models.StatusUpdateAudience | None = strawberry.field(
        description="For whom a status update is."
    )
    length: models.StatusUpdateLength | None
    markdown: str = strawberry.field(
        description="What a person made of it, else what the assistant wrote."
    )
    edited: bool = strawberry.field(
        description="A person has edited it; writing it anew leaves the edit standing."
    )
    created_at: datetime
    updated_at: datetime

    @classmethod
    def from_row(cls, row: models.SessionDocument) -> Self:
        return cls(
            id=ids.encode_global_id("SessionDocument", row.id),
            kind=row.kind,
            audience=row.audience,
            length=row.length,
            markdown=row.markdown,
            edited=row.edited_markdown is not None,
            created_at=row.created_at,
            updated_at=row.updated_at,
        )
