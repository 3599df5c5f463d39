from typing import Self

import strawberry

import models
from execution.field_metadata import MAX_BYTES
from schema.descriptions import MARKDOWN
from schema.generations import Generation
from services import limits


@strawberry.type(description="Chat message that waits for the running answer to end.")
class QueuedMessage:
    content: str = strawberry.field(
        description=MARKDOWN, metadata={MAX_BYTES: limits.MESSAGE_CHARS}
    )
    generation: Generation = strawberry.field(
        description="Answer to this message, QUEUED; `stopGeneration` on it removes the message."
    )

    @classmethod
    def from_row(cls, row: models.Generation) -> Self:
        return cls(content=row.request["message"]["content"], generation=Generation.from_row(row))
