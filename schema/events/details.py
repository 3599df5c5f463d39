"""What happened at an event, typed: one type for the events that have the same facts.

A name has the same type in all of them, so that clients select them without aliases.
"""

from collections.abc import Callable
from typing import Annotated, Any, Self
from uuid import UUID

import strawberry

import models
from execution.field_metadata import MAX_BYTES
from models import SessionEventKind as Kind
from schema import ids
from schema.context import Info
from schema.documents import SessionDocument
from schema.generations import Generation
from schema.messages import ChatMessage
from schema.people import User, load_user_or_none
from schema.steps import SessionStep
from services import limits

#: The column `detail` of an event.
StoredDetail = dict[str, Any]


def reason_field(description: str) -> Any:
    return strawberry.field(description=description, metadata={MAX_BYTES: limits.REASON_CHARS})


@strawberry.type
class WithMessage:
    """Base of details about a message."""

    message_key: strawberry.Private[tuple[UUID, str]]

    @strawberry.field(description="Global id of the message, also of one that was replaced.")
    def message_id(self) -> strawberry.ID:
        return ids.encode_message_id(*self.message_key)

    @strawberry.field(description="The message; null while it is queued and once it is replaced.")
    async def message(self, info: Info) -> ChatMessage | None:
        message = await info.context.loaders.message.load(self.message_key)
        return ChatMessage.from_message(message) if message else None


@strawberry.type
class WithStep:
    """Base of details about a step."""

    step_key: strawberry.Private[UUID]
    order: int = strawberry.field(description="Position of the step in the session, from 1.")

    @strawberry.field(description="The step as it is now.")
    async def step(self, info: Info) -> SessionStep | None:
        row = await info.context.loaders.step.load(self.step_key)
        return SessionStep.from_row(row) if row else None


@strawberry.type
class WithGeneration:
    """Base of details about a text by the assistant."""

    generation_key: strawberry.Private[UUID]

    @strawberry.field(description="The answer or document as it is now.")
    async def generation(self, info: Info) -> Generation | None:
        row = await info.context.loaders.generation.load(self.generation_key)
        return Generation.from_row(row) if row else None


@strawberry.type(description="CREATED: the session began.")
class CreatedDetails:
    session_type: models.SessionType = strawberry.field(description="Guided or chat.")

    @classmethod
    def of(cls, session_id: UUID, detail: StoredDetail) -> Self:
        return cls(session_type=models.SessionType(detail["session_type"]))


@strawberry.type(description="MESSAGE_ADDED: a message entered the chat, or replaced the last one.")
class MessageAddedDetails(WithMessage):
    role: models.MessageRole = strawberry.field(
        description="Whether a user or the assistant wrote it."
    )
    interrupted: bool = strawberry.field(
        description="Whether the answer was stopped or cut short when it was added."
    )
    replaced_message_id: strawberry.ID | None = strawberry.field(
        description="Global id of the reply that it took the place of; null for a new message."
    )

    @classmethod
    def of(cls, session_id: UUID, detail: StoredDetail) -> Self:
        replaced = detail.get("replaces")
        return cls(
            message_key=(session_id, detail["message_id"]),
            role=models.MessageRole(detail["role"]),
            interrupted=bool(detail.get("interrupted")),
            replaced_message_id=ids.encode_message_id(session_id, replaced) if replaced else None,
        )


@strawberry.type(description="MESSAGE_QUEUED: a message waits behind the running answer.")
class MessageQueuedDetails(WithGeneration, WithMessage):
    @classmethod
    def of(cls, session_id: UUID, detail: StoredDetail) -> Self:
        key = session_id, detail["message_id"]
        return cls(message_key=key, generation_key=UUID(detail["generation_id"]))


@strawberry.type(description="STEP_ADDED: the next step was written, or given by the flow.")
class StepAddedDetails(WithStep):
    step_type: models.StepType = strawberry.field(description="What the user has to do.")

    @classmethod
    def of(cls, session_id: UUID, detail: StoredDetail) -> Self:
        return cls(
            step_key=UUID(detail["step_id"]),
            order=detail["order"],
            step_type=models.StepType(detail["step_type"]),
        )


@strawberry.type(description="STEP_ANSWERED: a user answered or skipped a step.")
class StepAnsweredDetails(WithStep):
    answer: str | None = strawberry.field(
        description="The answer as text: the label of an option, or what was entered.",
        metadata={MAX_BYTES: limits.ANSWER_CHARS},
    )

    @classmethod
    def of(cls, session_id: UUID, detail: StoredDetail) -> Self:
        key, order = UUID(detail["step_id"]), detail["order"]
        return cls(step_key=key, order=order, answer=detail.get("answer"))


@strawberry.type(description="RESOLVED: the session was closed with a solution.")
class ResolvedDetails:
    resolution_summary: str | None = reason_field("The solution as entered; null without one.")

    @classmethod
    def of(cls, session_id: UUID, detail: StoredDetail) -> Self:
        return cls(resolution_summary=detail.get("summary"))


@strawberry.type(description="ESCALATED: the session was handed over.")
class EscalatedDetails:
    reason: str | None = reason_field("Why the session was handed over.")
    to_user_id: strawberry.Private[str | None]

    @strawberry.field(description="The intended user; null for anyone.")
    async def to_user(self, info: Info) -> User | None:
        return await load_user_or_none(info, UUID(self.to_user_id) if self.to_user_id else None)

    @classmethod
    def of(cls, session_id: UUID, detail: StoredDetail) -> Self:
        return cls(reason=detail.get("reason"), to_user_id=detail.get("to_user_id"))


@strawberry.type(description="ABANDONED: the session was closed without a solution.")
class AbandonedDetails:
    reason: str | None = reason_field("Why the session was closed; null if none was given.")

    @classmethod
    def of(cls, session_id: UUID, detail: StoredDetail) -> Self:
        return cls(reason=detail.get("reason"))


@strawberry.type(description="RENAMED: the title was set.")
class RenamedDetails:
    title: str = strawberry.field(description="The new title.")

    @classmethod
    def of(cls, session_id: UUID, detail: StoredDetail) -> Self:
        return cls(title=detail["title"])


@strawberry.type(
    description="DOCUMENT_READY, DOCUMENT_EDITED: the assistant wrote a text, or a user edited it."
)
class DocumentDetails:
    document_key: strawberry.Private[UUID]
    document_kind: models.DocumentKind = strawberry.field(description="What the document is for.")

    @strawberry.field(description="The document as it is now.")
    async def document(self, info: Info) -> SessionDocument | None:
        row = await info.context.loaders.document.load(self.document_key)
        return SessionDocument.from_row(row) if row else None

    @classmethod
    def of(cls, session_id: UUID, detail: StoredDetail) -> Self:
        kind = models.DocumentKind(detail["kind"])
        return cls(document_key=UUID(detail["document_id"]), document_kind=kind)


@strawberry.type(description="RATED, where the session was rated as a whole.")
class SessionRatedDetails:
    session_rating: int = strawberry.field(description="From 1 (worst) to 5 (best).")

    @classmethod
    def of(cls, session_id: UUID, detail: StoredDetail) -> Self:
        return cls(session_rating=int(detail["rating"]))


@strawberry.type(description="RATED, where a user rated one message or took that back.")
class MessageRatedDetails(WithMessage):
    message_rating: models.MessageRating | None = strawberry.field(
        description="The rating; null if it was removed."
    )

    @classmethod
    def of(cls, session_id: UUID, detail: StoredDetail) -> Self:
        rating = detail.get("rating")
        return cls(
            message_key=(session_id, detail["message_id"]),
            message_rating=models.MessageRating(rating) if rating else None,
        )


@strawberry.type(description="GENERATION_STARTED: the assistant began to write.")
class GenerationStartedDetails(WithGeneration):
    @classmethod
    def of(cls, session_id: UUID, detail: StoredDetail) -> Self:
        return cls(generation_key=UUID(detail["generation_id"]))


@strawberry.type(description="GENERATION_FINISHED: the assistant stopped writing.")
class GenerationFinishedDetails(WithGeneration):
    generation_status: models.GenerationStatus = strawberry.field(description="How it ended.")
    error_code: models.ErrorCode | None = strawberry.field(
        description="Why it failed; null if it did not."
    )

    @classmethod
    def of(cls, session_id: UUID, detail: StoredDetail) -> Self:
        code = detail.get("code")
        return cls(
            generation_key=UUID(detail["generation_id"]),
            generation_status=models.GenerationStatus(detail["status"]),
            error_code=models.ErrorCode(code) if code else None,
        )


SessionEventDetails = Annotated[
    CreatedDetails
    | MessageAddedDetails
    | MessageQueuedDetails
    | StepAddedDetails
    | StepAnsweredDetails
    | ResolvedDetails
    | EscalatedDetails
    | AbandonedDetails
    | RenamedDetails
    | DocumentDetails
    | SessionRatedDetails
    | MessageRatedDetails
    | GenerationStartedDetails
    | GenerationFinishedDetails,
    strawberry.union(
        "SessionEventDetails", description="Facts of an event of a session, by its kind."
    ),
]


def rated_details(
    session_id: UUID, detail: StoredDetail
) -> SessionRatedDetails | MessageRatedDetails:
    of = MessageRatedDetails.of if "message_id" in detail else SessionRatedDetails.of
    return of(session_id, detail)


#: The kinds that say more than their name.
DETAILS_BY_KIND: dict[Kind, Callable[[UUID, StoredDetail], Any]] = {
    Kind.CREATED: CreatedDetails.of,
    Kind.MESSAGE_ADDED: MessageAddedDetails.of,
    Kind.MESSAGE_QUEUED: MessageQueuedDetails.of,
    Kind.STEP_ADDED: StepAddedDetails.of,
    Kind.STEP_ANSWERED: StepAnsweredDetails.of,
    Kind.RESOLVED: ResolvedDetails.of,
    Kind.ESCALATED: EscalatedDetails.of,
    Kind.ABANDONED: AbandonedDetails.of,
    Kind.RENAMED: RenamedDetails.of,
    Kind.DOCUMENT_READY: DocumentDetails.of,
    Kind.DOCUMENT_EDITED: DocumentDetails.of,
    Kind.RATED: rated_details,
    Kind.GENERATION_STARTED: GenerationStartedDetails.of,
    Kind.GENERATION_FINISHED: GenerationFinishedDetails.of,
}


def event_details(kind: Kind, session_id: UUID, detail: StoredDetail) -> Any:
    """None for a kind without facts, and for a row that lacks them."""
    of = DETAILS_BY_KIND.get(kind)
    try:
        return of(session_id, detail) if of else None
    except (KeyError, ValueError, TypeError):
        return None
