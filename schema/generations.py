from datetime import datetime
from decimal import Decimal
from typing import Self
from uuid import UUID

import strawberry

import models
from queries import pagination
from queries.by_id import GenerationText, UsageTotals
from schema import ids
from schema.context import Info
from schema.documents import SessionDocument
from schema.ids import Node
from schema.loaders import require_row
from schema.messages import ChatMessage
from schema.steps import SessionStep
from services.generations.results import FinishedGeneration
from services.generations.start import Begun


@strawberry.type(description="What answers have cost.")
class TokenUsage:
    input_tokens: int
    output_tokens: int
    cache_read_tokens: int
    cache_write_tokens: int
    cost_usd: float | None = strawberry.field(description="Null where no price is known.")

    @classmethod
    def from_totals(cls, spent: UsageTotals | models.Generation) -> Self:
        return cls(
            input_tokens=spent.input_tokens,
            output_tokens=spent.output_tokens,
            cache_read_tokens=spent.cache_read_tokens,
            cache_write_tokens=spent.cache_write_tokens,
            cost_usd=decimal_to_float(spent.cost_usd),
        )


def decimal_to_float(amount: Decimal | None) -> float | None:
    return None if amount is None else float(amount)


@strawberry.type(description="One answer of the assistant, whatever it is for.")
class Generation(Node):
    kind: models.GenerationKind
    status: models.GenerationStatus
    attempt: int = strawberry.field(description="Above 1 when another process took over.")
    model: str | None
    error: str | None = strawberry.field(description="Why it failed or was cancelled.")
    created_at: datetime
    first_token_at: datetime | None
    finished_at: datetime | None
    usage: TokenUsage
    key: strawberry.Private[UUID]
    #: Told by what began it: from there all its text is still to come.
    is_new: strawberry.Private[bool] = False

    @classmethod
    def from_row(cls, row: models.Generation, *, is_new: bool = False) -> Self:
        return cls(
            id=ids.encode_global_id("Generation", row.id),
            kind=row.kind,
            status=row.status,
            attempt=row.attempt,
            model=row.model,
            error=row.error_reason,
            created_at=row.created_at,
            first_token_at=row.first_token_at,
            finished_at=row.finished_at,
            usage=TokenUsage.from_totals(row),
            key=row.id,
            is_new=is_new,
        )

    @strawberry.field(description="What has been written so far.")
    async def text(self, info: Info) -> str:
        return (await load_text(info, self)).text

    @strawberry.field(
        description="Subscribe with `after: cursor` to continue exactly behind `text`."
    )
    async def cursor(self, info: Info) -> str:
        return encode_position(self.key, (await load_text(info, self)).number)


async def load_text(info: Info, generation: Generation) -> GenerationText:
    if generation.is_new:
        return GenerationText("", 0)
    return require_row(await info.context.loaders.text.load(generation.key), "The generation")


async def load_generation_row(info: Info, generation_id: UUID) -> models.Generation:
    return require_row(await info.context.loaders.generation.load(generation_id), "The generation")


async def load_generation(info: Info, generation_id: UUID) -> Generation:
    return Generation.from_row(await load_generation_row(info, generation_id))


async def begun_generation(info: Info, answer: Begun) -> Generation:
    """As it was when it began, whatever has become of it since: who subscribes behind it is given
    all of its text."""
    if isinstance(answer, UUID):
        return await load_generation(info, answer)
    return Generation.from_row(answer, is_new=True)


def encode_position(generation_id: UUID, number: int) -> str:
    """A viewer's place in the log as a cursor."""
    return pagination.encode_cursor(generation_id, number)


def decode_position(cursor: str | None) -> tuple[UUID, int] | None:
    """Raises CursorInvalid."""
    if cursor is None:
        return None
    generation_id, number = pagination.decode_cursor(cursor, UUID, int)
    return generation_id, max(0, number)


@strawberry.interface(description="Something that happens to an answer while it is written.")
class GenerationEvent:
    cursor: str = strawberry.field(description="Resume with `after: cursor` to go on behind this.")
    key: strawberry.Private[UUID]
    #: Where it has just ended, and need not be read.
    outcome: strawberry.Private[FinishedGeneration | None] = None

    @strawberry.field
    async def generation(self, info: Info) -> Generation:
        return Generation.from_row(await self.row(info))

    async def row(self, info: Info) -> models.Generation:
        return (
            self.outcome.generation if self.outcome else await load_generation_row(info, self.key)
        )


@strawberry.type(description="An answer begins. All its text follows.")
class GenerationStarted(GenerationEvent):
    pass


@strawberry.type(description="The next piece of the text: append it.")
class TokenDelta(GenerationEvent):
    text: str


@strawberry.type(
    description="Another process took over from one that has gone. The text so far stands."
)
class GenerationResumed(GenerationEvent):
    attempt: int


@strawberry.type(description="The answer is whole. One of the three says what it has become.")
class GenerationCompleted(GenerationEvent):
    @strawberry.field
    async def message(self, info: Info) -> ChatMessage | None:
        message = self.outcome.message if self.outcome else None
        if message is None and (row := await self.result(info, models.GenerationKind.CHAT_REPLY)):
            key = row.session_id, row.result_id or ""
            message = await info.context.loaders.message.load(key)
        return ChatMessage.from_message(message) if message else None

    @strawberry.field
    async def step(self, info: Info) -> SessionStep | None:
        row = await self.result(info, models.GenerationKind.GUIDED_STEP)
        step = await info.context.loaders.step.load(UUID(row.result_id)) if row else None
        return SessionStep.from_row(step) if step else None

    @strawberry.field
    async def document(self, info: Info) -> SessionDocument | None:
        row = await self.result(info)
        if row is None or row.kind.is_turn:
            return None
        document = await info.context.loaders.document.load(UUID(row.result_id))
        return SessionDocument.from_row(document) if document else None

    async def result(
        self, info: Info, kind: models.GenerationKind | None = None
    ) -> models.Generation | None:
        row = (
            self.outcome.generation
            if self.outcome
            else await info.context.loaders.generation.load(self.key)
        )
        is_it = row is not None and row.result_id and kind in (None, row.kind)
        return row if is_it else None


@strawberry.type(description="The answer could not be finished. What was written is kept.")
class GenerationFailed(GenerationEvent):
    @strawberry.field
    async def code(self, info: Info) -> models.ErrorCode:
        return (await self.row(info)).error_code or models.ErrorCode.INTERNAL

    @strawberry.field(description="A sentence for the user.")
    async def reason(self, info: Info) -> str:
        return (await self.row(info)).error_reason or ""

    @strawberry.field(description="Whether `regenerate` may help.")
    async def retryable(self, info: Info) -> bool:
        return (await self.row(info)).retryable


@strawberry.type(description="Somebody stopped the answer. What was written is kept.")
class GenerationCancelled(GenerationEvent):
    @strawberry.field
    async def reason(self, info: Info) -> str:
        return (await self.row(info)).error_reason or ""
