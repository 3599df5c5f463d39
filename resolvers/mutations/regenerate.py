from typing import Annotated

import strawberry

import models
from resolvers.permissions import ENGINEER_UP
from schema import ids
from schema.context import Info
from schema.descriptions import CHANGED_SESSION, RESULT, SESSION_ID, STARTED_GENERATION, Input
from schema.errors import (
    Forbidden,
    InvalidInput,
    InvalidTransition,
    NotFound,
    QuotaExceeded,
    RateLimited,
    SessionBusy,
    WrongSessionType,
)
from schema.generations import Generation
from schema.session_loading import session_from_row
from schema.sessions import AISession
from services.generations import regenerate


@strawberry.input(description="Session whose last answer is written again.")
class RegenerateInput:
    session_id: strawberry.ID = strawberry.field(description=SESSION_ID)


@strawberry.type(description="The answer is being written.")
class RegenerateSuccess:
    session: AISession = strawberry.field(description=CHANGED_SESSION)
    row: strawberry.Private[models.Generation]

    @strawberry.field(description=STARTED_GENERATION)
    def generation(self) -> Generation:
        return Generation.from_row(self.row, is_new=True)


RegenerateResult = Annotated[
    RegenerateSuccess
    | NotFound
    | Forbidden
    | InvalidInput
    | InvalidTransition
    | WrongSessionType
    | SessionBusy
    | RateLimited
    | QuotaExceeded,
    strawberry.union("RegenerateResult", description=RESULT),
]


@strawberry.mutation(
    name="regenerate",
    extensions=[ENGINEER_UP],
    description="Writes the assistant's last reply of a chat again, or the next step of a guided"
    " session after a failure.",
)
async def regenerate_answer(info: Info, input: Input[RegenerateInput]) -> RegenerateResult:
    async with info.context.unit_of_work() as work:
        session, generation = await regenerate.regenerate_last_turn(
            work, ids.decode_session_id(input.session_id)
        )
    return RegenerateSuccess(session=session_from_row(session), row=generation)
