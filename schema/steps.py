from datetime import datetime
from typing import Self
from uuid import UUID

import strawberry

import models
from execution.field_metadata import MAX_BYTES, MAX_ITEMS, SAFE_TO_REPEAT
from schema import ids
from schema.context import Guided, Info, load_guided_session
from schema.descriptions import CREATED_AT, OWN_SESSION
from schema.excerpts import DEFAULT_EXCERPT_CHARS, EXCERPT_CHARS, ExcerptLength, excerpt
from schema.ids import Node
from schema.people import User, load_user
from services import limits


@strawberry.type(description="Predefined answer to a step.")
class StepOption:
    label: str = strawberry.field(description="Text to show.")
    value: str = strawberry.field(description="Value to send as `StepAnswerInput.option`.")
    followup_hint: str | None = strawberry.field(
        default=None, description="What to consider before choosing it; null if nothing."
    )


@strawberry.type(description="Answer to a step: an option, free text, or a skip.")
class StepAnswer:
    option: StepOption | None = strawberry.field(
        description="Chosen option; null for other free text or a skip."
    )
    text: str | None = strawberry.field(
        description="Free text as entered; null without it.",
        metadata={MAX_BYTES: limits.ANSWER_CHARS},
    )
    skipped: bool = strawberry.field(description="Whether the step was skipped.")
    answered_at: datetime = strawberry.field(description="Time of the answer.")
    answered_by_id: strawberry.Private[UUID]

    @strawberry.field(description="User who answered.")
    async def answered_by(self, info: Info) -> User:
        return await load_user(info, self.answered_by_id)


@strawberry.type(description="Step of a guided session: a question, an action or a suggestion.")
class SessionStep(Node):
    order: int = strawberry.field(description="Position in the session, from 1.")
    step_type: models.StepType = strawberry.field(description="What the user has to do.")
    content: str = strawberry.field(
        description="Question or instruction in Markdown.", metadata={MAX_BYTES: limits.STEP_CHARS}
    )
    context_message: str | None = strawberry.field(
        description="Why the step is taken; null if not stated.",
        metadata={MAX_BYTES: limits.STEP_CHARS},
    )
    options: list[StepOption] = strawberry.field(
        description="Predefined answers; empty if there are none.",
        metadata={MAX_ITEMS: limits.STEP_OPTIONS},
    )
    allow_free_text: bool = strawberry.field(
        description="Whether `StepAnswerInput.text` is accepted."
    )
    allow_skip: bool = strawberry.field(description="Whether `StepAnswerInput.skip` is accepted.")
    expected_outcome: str | None = strawberry.field(
        description="Result to expect from an action; null if not stated.",
        metadata={MAX_BYTES: limits.STEP_CHARS},
    )
    confidence_score: float | None = strawberry.field(
        description="Assistant's confidence in the step, 0 to 1; null if none is given."
    )
    answer: StepAnswer | None = strawberry.field(
        description="Answer given; null while the step waits for one."
    )
    created_at: datetime = strawberry.field(description=CREATED_AT)
    session_id: strawberry.Private[UUID]

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
        return len(self.content)

    @strawberry.field(description=OWN_SESSION)
    async def session(self, info: Info) -> Guided:
        return await load_guided_session(info, self.session_id)

    @classmethod
    def from_row(cls, row: models.SessionStep) -> Self:
        return cls(
            id=ids.encode_global_id("SessionStep", row.id),
            order=row.step_order,
            step_type=row.step_type,
            content=row.content,
            context_message=row.context_message,
            options=[StepOption(**option) for option in row.options],
            allow_free_text=row.allow_free_text,
            allow_skip=row.allow_skip,
            expected_outcome=row.expected_outcome,
            confidence_score=row.confidence_score,
            answer=step_answer_from_row(row),
            created_at=row.created_at,
            session_id=row.session_id,
        )


def step_answer_from_row(row: models.SessionStep) -> StepAnswer | None:
    if row.responded_at is None or row.answered_by_id is None:
        return None
    chosen = next((o for o in row.options if o["value"] == row.selected_option), None)
    return StepAnswer(
        option=StepOption(**chosen) if chosen else None,
        text=row.response_text,
        skipped=row.skipped,
        answered_at=row.responded_at,
        answered_by_id=row.answered_by_id,
    )
