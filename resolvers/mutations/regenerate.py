from typing import Annotated

import strawberry

from resolvers.permissions import engineer_mutation
from schema import ids
from schema.context import Info
from schema.descriptions import CHANGED_SESSION, SESSION_ID, STARTED_GENERATION, Input
from schema.errors import BudgetError, SessionBusy, TurnError, result_union
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
    generation: Generation = strawberry.field(description=STARTED_GENERATION)


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
        session, generation = await regenerate.regenerate_last_turn(work, session_id)
    return RegenerateSuccess(
        session=session_from_row(session), generation=Generation.from_row(generation, is_new=True)
    )
