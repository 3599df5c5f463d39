from typing import Self

import strawberry

import models
from schema.generations import Generation


@strawberry.type(description="A message that waits behind the answer being written.")
class QueuedMessage:
    content: str
    generation: Generation = strawberry.field(
        description="Its answer: subscribe to it, or stop it to take the message back."
    )

    @classmethod
    def from_row(cls, row: models.Generation) -> Self:
        return cls(content=row.request["message"]["content"], generation=Generation.from_row(row))
