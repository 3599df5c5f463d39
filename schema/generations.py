from datetime import datetime
from decimal import Decimal
from typing import Self
from uuid import UUID

import strawberry
from graphql.type.scalars import GRAPHQL_MAX_INT

import models
from execution.field_metadata import MAX_BYTES
from models import GenerationStatus
from queries import pagination
from queries.generations import GenerationText, UsageTotals
from realtime import generation_events
from schema import ids
from schema.context import AnySession, Info, load_any_session
from schema.descriptions import ERROR_CODE, ERROR_MESSAGE, EVENT_CURSOR, MARKDOWN, OWN_SESSION
from schema.documents import SessionDocument
from schema.ids import Node
from schema.loaders import require_row
from schema.messages import ChatMessage
from schema.steps import SessionStep
from services import limits
from services.generations.finish import FinishedGeneration
from services.generations.start import StartedGeneration


@strawberry.type(
    description="Tokens used by the assistant, and their cost. A count above 2,147,483,647 is "
    "reported as that."
)
class TokenUsage:
    input_tokens: int = strawberry.field(
        description="Tokens sent to the model, those of the cache excluded."
    )
    output_tokens: int = strawberry.field(description="Tokens written by the model.")
    cache_read_tokens: int = strawberry.field(
        description="Input tokens read from the provider's prompt cache."
    )
    cache_write_tokens: int = strawberry.field(
        description="Input tokens written to the provider's prompt cache."
    )
    cost_usd: float | None = strawberry.field(
        description="Cost in US dollars; null if the model has no known price."
    )

    @classmethod
    def from_totals(cls, totals: UsageTotals | models.Generation) -> Self:
        return cls(
            input_tokens=min(totals.input_tokens, GRAPHQL_MAX_INT),
            output_tokens=min(totals.output_tokens, GRAPHQL_MAX_INT),
            cache_read_tokens=min(totals.cache_read_tokens, GRAPHQL_MAX_INT),
            cache_write_tokens=min(totals.cache_write_tokens, GRAPHQL_MAX_INT),
            cost_usd=decimal_to_float(totals.cost_usd),
        )


def decimal_to_float(amount: Decimal | None) -> float | None:
    return None if amount is None else float(amount)


@strawberry.type(description="One text by the assistant: a reply, a step or a document.")
class Generation(Node):
    kind: models.GenerationKind = strawberry.field(description="What the text is for.")
    status: models.GenerationStatus = strawberry.field(description="Progress of the writing.")
    attempt: int = strawberry.field(
        description="Number of the attempt; above 1 if another server process took over."
    )
    model: str | None = strawberry.field(
        description="Name of the language model; null without one or before the start."
    )
    error: str | None = strawberry.field(
        description="Why it failed or was cancelled; null otherwise."
    )
    created_at: datetime = strawberry.field(description="Time of the request.")
    first_token_at: datetime | None = strawberry.field(
        description="Time of the first token; null before it."
    )
    finished_at: datetime | None = strawberry.field(description="Time of the end; null until then.")
    usage: TokenUsage = strawberry.field(description="Tokens and cost of this text.")
    key: strawberry.Private[UUID]
    session_id: strawberry.Private[UUID]
    #: Just requested: without text, so that a subscriber behind `cursor` receives all of it.
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
            session_id=row.session_id,
            is_new=is_new,
        )

    @strawberry.field(description=OWN_SESSION)
    async def session(self, info: Info) -> AnySession:
        return await load_any_session(info, self.session_id)

    @strawberry.field(
        description="Text written so far; the whole text after the end.",
        metadata={MAX_BYTES: limits.GENERATED_CHARS},
    )
    async def text(self, info: Info) -> str:
        return (await load_text(info, self)).text

    @strawberry.field(
        description="Position after `text`; pass it as `after` to a subscription to receive the"
        " rest."
    )
    async def cursor(self, info: Info) -> str:
        return encode_position(self.key, (await load_text(info, self)).number)


async def load_text(info: Info, generation: Generation) -> GenerationText:
    if generation.is_new:
        return GenerationText("", 0)
    return require_row(await info.context.loaders.text.load(generation.key), "generation")


async def load_generation_row(info: Info, generation_id: UUID) -> models.Generation:
    return require_row(await info.context.loaders.generation.load(generation_id), "generation")


async def load_generation(info: Info, generation_id: UUID) -> Generation:
    return Generation.from_row(await load_generation_row(info, generation_id))


async def load_started_generation(info: Info, started: StartedGeneration) -> Generation:
    """The generation as it was at its start, so that a subscriber behind its cursor receives all
    of its text."""
    if started.row is None:
        return await load_generation(info, started.id)
    return Generation.from_row(started.row, is_new=True)


def encode_position(generation_id: UUID, number: int) -> str:
    """A position in the token log as a cursor."""
    return pagination.encode_cursor(generation_id, number)


def decode_position(cursor: str | None) -> tuple[UUID, int] | None:
    """Raises InvalidCursor."""
    if cursor is None:
        return None
    generation_id, number = pagination.decode_cursor(cursor, UUID, int)
    return generation_id, max(0, number)


@strawberry.interface(description="Event of the stream of an answer.")
class GenerationEvent:
    cursor: str = strawberry.field(description=EVENT_CURSOR)
    key: strawberry.Private[UUID]
    #: Set when it ended in this process: no need to read the database.
    outcome: strawberry.Private[FinishedGeneration | None] = None

    @strawberry.field(description="The answer, as it is now.")
    async def generation(self, info: Info) -> Generation:
        return Generation.from_row(await self.row(info))

    async def row(self, info: Info) -> models.Generation:
        return (
            self.outcome.generation if self.outcome else await load_generation_row(info, self.key)
        )

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


async def load_reply(info: Info, event: GenerationEvent) -> ChatMessage | None:
    """The message that an answer has become; one of a chat that was cut short, too."""
    message = event.outcome.message if event.outcome else None
    if message is None and (row := await event.result(info, models.GenerationKind.CHAT_REPLY)):
        key = row.session_id, row.result_id or ""
        message = await info.context.loaders.message.load(key)
    return ChatMessage.from_message(message) if message else None


@strawberry.type(description="An answer begins; all of its text follows.")
class GenerationStarted(GenerationEvent):
    pass


@strawberry.type(description="Next piece of the text.")
class TokenDelta(GenerationEvent):
    text: str = strawberry.field(
        description="Text to append to what was received before.",
        metadata={MAX_BYTES: limits.GENERATED_CHARS},
    )


@strawberry.type(description="Another server process has taken over; the text so far stays valid.")
class GenerationResumed(GenerationEvent):
    attempt: int = strawberry.field(description="Number of the attempt, from 2.")


@strawberry.type(description="The answer is complete; one of the three fields has its result.")
class GenerationCompleted(GenerationEvent):
    @strawberry.field(description="Reply of a chat; null for other kinds.")
    async def message(self, info: Info) -> ChatMessage | None:
        return await load_reply(info, self)

    @strawberry.field(description="Step of a guided session; null for other kinds.")
    async def step(self, info: Info) -> SessionStep | None:
        row = await self.result(info, models.GenerationKind.GUIDED_STEP)
        step = await info.context.loaders.step.load(UUID(row.result_id)) if row else None
        return SessionStep.from_row(step) if step else None

    @strawberry.field(description="Document about the session; null for other kinds.")
    async def document(self, info: Info) -> SessionDocument | None:
        row = await self.result(info)
        if row is None or row.kind.is_turn:
            return None
        document = await info.context.loaders.document.load(UUID(row.result_id))
        return SessionDocument.from_row(document) if document else None


KEPT_REPLY = (
    "Reply of a chat that there is now: the text so far, or the earlier reply that this was to "
    "replace; null if nothing was written."
)


@strawberry.type(description="The answer could not be completed; the text so far is kept.")
class GenerationFailed(GenerationEvent):
    @strawberry.field(description=KEPT_REPLY)
    async def message(self, info: Info) -> ChatMessage | None:
        return await load_reply(info, self)

    @strawberry.field(description=ERROR_CODE)
    async def code(self, info: Info) -> models.ErrorCode:
        return (await self.row(info)).error_code or models.ErrorCode.INTERNAL

    @strawberry.field(description=ERROR_MESSAGE)
    async def reason(self, info: Info) -> str:
        return (await self.row(info)).error_reason or ""

    @strawberry.field(description="Whether `regenerate` may succeed.")
    async def retryable(self, info: Info) -> bool:
        return (await self.row(info)).retryable


@strawberry.type(
    description="A user or a change of the session stopped the answer; the text so far is kept."
)
class GenerationCancelled(GenerationEvent):
    @strawberry.field(description=KEPT_REPLY)
    async def message(self, info: Info) -> ChatMessage | None:
        return await load_reply(info, self)

    @strawberry.field(description=ERROR_MESSAGE)
    async def reason(self, info: Info) -> str:
        return (await self.row(info)).error_reason or ""


ENDINGS: dict[GenerationStatus, type[GenerationEvent]] = {
    GenerationStatus.COMPLETED: GenerationCompleted,
    GenerationStatus.CANCELLED: GenerationCancelled,
    GenerationStatus.FAILED: GenerationFailed,
}


def to_generation_event(moment: generation_events.GenerationMoment) -> GenerationEvent:
    key = moment.generation_id
    cursor = encode_position(key, moment.number)
    match moment:
        case generation_events.TextMoment():
            return TokenDelta(cursor=cursor, key=key, text=moment.text)
        case generation_events.ResumeMoment():
            return GenerationResumed(cursor=cursor, key=key, attempt=moment.attempt)
        case generation_events.EndMoment():
            return ENDINGS[moment.status](cursor=cursor, key=key, outcome=moment.finished)
        case _:
            return GenerationStarted(cursor=cursor, key=key)


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
