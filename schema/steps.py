from datetime import datetime
from typing import Self
from uuid import UUID

import strawberry

import models
from schema import ids
from schema.context import Info
from schema.ids import Node
from schema.people import User, load_user


@strawberry.type(description="One of the answers a step offers.")
class StepOption:
    label: str = strawberry.field(description="What to show.")
    value: str = strawberry.field(description="What to send as `answer.option`.")
    followup_hint: str | None = strawberry.field(
        default=None, description="What to look at when choosing it."
    )


@strawberry.type(description="How a step was answered: by an option, in words, or not at all.")
class StepAnswer:
    option: StepOption | None
    text: str | None
    skipped: bool
    answered_at: datetime
    answered_by_id: strawberry.Private[UUID]

    @strawberry.field
    async def answered_by(self, info: Info) -> User:
        return await load_user(info, self.answered_by_id)


@strawberry.type(description="One question, action or suggestion of a guided session.")
class SessionStep(Node):
    order: int = strawberry.field(description="Counts from 1.")
    step_type: models.StepType
    content: str = strawberry.field(description="Markdown.")
    context_message: str | None = strawberry.field(description="Why this is asked.")
    options: list[StepOption]
    allow_free_text: bool
    allow_skip: bool
    expected_outcome: str | None
    confidence_score: float | None = strawberry.field(
        description="How sure the assistant is of this step, 0 to 1."
    )
    answer: StepAnswer | None = strawberry.field(description="Null until answered.")
    created_at: datetime

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
