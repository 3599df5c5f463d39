from typing import Annotated

import strawberry

from resolvers.permissions import engineer_mutation
from schema import generations, ids
from schema.context import Info
from schema.descriptions import IDEMPOTENCY_KEY, SESSION_ID, Input, optional_field
from schema.errors import BudgetError, SessionBusy, StepAlreadyAnswered, TurnError, result_union
from schema.generations import Generation
from schema.session_loading import guided_session_from_row
from schema.sessions import GuidedSession
from schema.steps import SessionStep
from services import limits
from services.generations.start import StartedGeneration
from services.guided import respond
from services.guided.respond import StepResponse


@strawberry.input(one_of=True, description="Answer to a step: exactly one of the fields.")
class StepAnswerInput:
    option: strawberry.Maybe[str] = strawberry.field(
        description="`value` of one of the step's options."
    )
    text: strawberry.Maybe[str] = strawberry.field(
        description=f"Free text, 1 to {limits.ANSWER_CHARS:,} characters; only if `allowFreeText`."
    )
    skip: strawberry.Maybe[bool] = strawberry.field(
        description="True to skip the step; only if `allowSkip`."
    )


@strawberry.input(description="Step and its answer.")
class RespondToStepInput:
    session_id: strawberry.ID = strawberry.field(description=SESSION_ID)
    step_id: strawberry.ID = strawberry.field(description="Global id of the step.")
    answer: StepAnswerInput = strawberry.field(description="Option, free text or skip.")
    idempotency_key: str | None = optional_field(description=IDEMPOTENCY_KEY)


@strawberry.type(description="The answer was stored.")
class RespondToStepSuccess:
    session: GuidedSession = strawberry.field(
        description="The session; `currentStep` is the next step if a flow gave it at once."
    )
    step: SessionStep = strawberry.field(description="The step with its answer.")
    started: strawberry.Private[StartedGeneration | None]

    @strawberry.field(description="Next step being written; null if a flow gave it at once.")
    async def generation(self, info: Info) -> Generation | None:
        if self.started is None:
            return None
        return await generations.load_started_generation(info, self.started)


RespondToStepResult = Annotated[
    RespondToStepSuccess | TurnError | StepAlreadyAnswered | SessionBusy | BudgetError,
    result_union("RespondToStepResult"),
]


@engineer_mutation(description="Answers the current step of a guided session.")
async def respond_to_step(info: Info, input: Input[RespondToStepInput]) -> RespondToStepResult:
    async with info.context.unit_of_work() as work:
        responded = await respond.respond_to_step(
            work,
            ids.decode_session_id(input.session_id),
            ids.decode_global_id(input.step_id, "SessionStep", what="step in this session"),
            to_step_response(input.answer),
            idempotency_key=input.idempotency_key,
        )
    return RespondToStepSuccess(
        session=guided_session_from_row(responded.session),
        step=SessionStep.from_row(responded.step),
        started=responded.generation,
    )


def to_step_response(input: StepAnswerInput) -> StepResponse:
    return StepResponse(
        option=input.option.value if input.option else None,
        text=input.text.value if input.text else None,
        skip=bool(input.skip and input.skip.value),
    )
