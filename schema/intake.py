"""The intake of a session, with texts that clients can have cut."""

from typing import Annotated, Any
from uuid import UUID

import strawberry

import models
from execution.field_metadata import MAX_BYTES
from queries.session_texts import WHOLE_TEXT, IntakeText, IntakeTextKey
from schema.context import Info
from services import limits
from services.errors import InvalidInput

TextLength = Annotated[
    int | None,
    strawberry.argument(
        description="Number of characters to return, from the start, at most "
        f"{limits.LOG_CHARS:,}; null for the whole text."
    ),
]


def long_text(description: str, chars: int) -> Any:
    """Declares a text that the argument `first` cuts."""
    return strawberry.field(description=description, metadata={MAX_BYTES: chars})


@strawberry.type(
    description="The problem as submitted. A text was cut if it is shorter than its length says."
)
class SessionIntake:
    type: models.IntakeType = strawberry.field(description="Form of the submission.")
    key: strawberry.Private[UUID]

    @long_text("Description of the problem; null without one.", limits.INTAKE_CHARS)
    async def text(self, info: Info, first: TextLength = None) -> str | None:
        return (await self._load(info, "text", first)).start

    @strawberry.field(description="Characters of the whole `text`.")
    async def text_length(self, info: Info) -> int:
        return (await self._load(info, "text", 0)).length

    @long_text("Log or error output; null without one.", limits.LOG_CHARS)
    async def log_text(self, info: Info, first: TextLength = None) -> str | None:
        return (await self._load(info, "log_text", first)).start

    @strawberry.field(description="Characters of the whole `logText`.")
    async def log_text_length(self, info: Info) -> int:
        return (await self._load(info, "log_text", 0)).length

    @strawberry.field(description="Ticket that the problem came from; null without one.")
    async def ticket_id(self, info: Info) -> str | None:
        return (await self._load(info, "ticket_id", None)).start

    async def _load(self, info: Info, name: str, chars: int | None) -> IntakeText:
        if chars is not None and not 0 <= chars <= limits.LOG_CHARS:
            raise InvalidInput(f"`first` must be between 0 and {limits.LOG_CHARS:,}.", "first")
        key = IntakeTextKey(self.key, name, WHOLE_TEXT if chars is None else chars)
        return await info.context.loaders.intake_text.load(key) or IntakeText(None, 0)
