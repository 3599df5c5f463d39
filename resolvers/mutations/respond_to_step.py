from typing import Annotated

import strawberry

from resolvers.permissions import ENGINEER_UP
from schema import generations, ids
from schema.context import Info
from schema.errors import (
    Forbidden,
    InvalidInput,
    InvalidTransition,
    NotFound,
    QuotaExceeded,
    RateLimited,
    SessionBusy,
    StepAlreadyAnswered,
    WrongSessionType,
)
from schema.generations import Generation
from schema.session_loading import guided_session_from_row
from schema.sessions import GuidedSession
from schema.steps import SessionStep
from services.generations.start import Begun
from services.guided import progress
from services.guided.progress import StepResponse


@strawberry.input(one_of=True, description="Just one of the three.")
class StepAnswerInput:
    option: strawberry.Maybe[str] = strawberry.field(description="The `value` of an option.")
    text: strawberry.Maybe[str]
    skip: strawberry.Maybe[bool]


@strawberry.input
class RespondToStepInput:
    session_id: strawberry.ID
    step_id: strawberry.ID
    answer: StepAnswerInput
    idempotency_key: str | None = strawberry.field(
        default=None, description="The same key within 24 hours gives the same answer."
    )


@strawberry.type
class RespondToStepSuccess:
    session: GuidedSession = strawberry.field(
        description="Its `currentStep` is the next step, where a flow knows it at once."
    )
    step: SessionStep = strawberry.field(description="The step as answered.")
    answer: strawberry.Private[Begun | None]

    @strawberry.field(description="The next step being written; null where it is there already.")
    async def generation(self, info: Info) -> Generation | None:
        return await generations.begun_generation(info, self.answer) if self.answer else None


RespondToStepResult = Annotated[
    RespondToStepSuccess
    | NotFound
    | Forbidden
    | InvalidInput
    | InvalidTransition
    | WrongSessionType
    | StepAlreadyAnswered
    | SessionBusy
    | RateLimited
    | QuotaExceeded,
    strawberry.union("RespondToStepResult"),
]


@strawberry.mutation(
    extensions=[ENGINEER_UP], description="Answer the current step of a guided session."
)
async def respond_to_step(info: Info, input: RespondToStepInput) -> RespondToStepResult:
    async with info.context.unit_of_work() as work:
        responded = await progress.respond_to_step(
            work,
            ids.decode_session_id(input.session_id),
            ids.decode_global_id(input.step_id, "SessionStep", what="step in this session"),
            to_step_response(input.answer),
            idempotency_key=input.idempotency_key,
        )
    return RespondToStepSuccess(
        session=guided_session_from_row(responded.session),
        step=SessionStep.from_row(responded.step),
        answer=responded.generation,
    )


def to_step_response(input: StepAnswerInput) -> StepResponse:
    return StepResponse(
        option=input.option.value if input.option else None,
        text=input.text.value if input.text else None,
        skip=bool(input.skip and input.skip.value),
    )
