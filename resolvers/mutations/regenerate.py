from typing import Annotated

import strawberry

from resolvers.permissions import engineer_mutation
from schema import generations, ids
from schema.context import Info
from schema.descriptions import (
    CHANGED_SESSION,
    IDEMPOTENCY_KEY,
    SESSION_ID,
    STARTED_GENERATION,
    Input,
    optional_field,
)
from schema.errors import BudgetError, SessionBusy, TurnError, result_union
from schema.generations import Generation
from schema.session_loading import session_from_row
from schema.sessions import AISession
from services.generations import regenerate
from services.generations.start import StartedGeneration


@strawberry.input(description="Session whose last answer is written again.")
class RegenerateInput:
    session_id: strawberry.ID = strawberry.field(description=SESSION_ID)
    idempotency_key: str | None = optional_field(description=IDEMPOTENCY_KEY)


@strawberry.type(description="The answer is being written.")
class RegenerateSuccess:
    session: AISession = strawberry.field(description=CHANGED_SESSION)
    started: strawberry.Private[StartedGeneration]

    @strawberry.field(description=STARTED_GENERATION)
    async def generation(self, info: Info) -> Generation:
        return await generations.load_started_generation(info, self.started)


RegenerateResult = Annotated[
    RegenerateSuccess | TurnError | SessionBusy | BudgetError, result_union("RegenerateResult")
]


@engineer_mutation(
    name="regenerate",
    description="Writes the assistant's last reply of a chat again, or the next step of a guided"
    " session after a failure.",
)
async def regenerate_answer(info: Info, input: Input[RegenerateInput]) -> RegenerateResult:
    session_id = ids.decode_session_id(input.session_id)
    async with info.context.unit_of_work() as work:
        session, started = await regenerate.regenerate_last_turn(
            work, session_id, idempotency_key=input.idempotency_key
        )
    return RegenerateSuccess(session=session_from_row(session), started=started)
