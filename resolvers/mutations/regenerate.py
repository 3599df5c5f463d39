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
    WrongSessionType,
)
from schema.generations import Generation
from schema.session_loading import session_from_row
from schema.sessions import AISession
from services.generations import regenerate as verb
from services.generations.start import Begun


@strawberry.input
class RegenerateInput:
    session_id: strawberry.ID


@strawberry.type
class RegenerateSuccess:
    session: AISession
    answer: strawberry.Private[Begun]

    @strawberry.field(description="The answer being written anew.")
    async def generation(self, info: Info) -> Generation:
        return await generations.begun_generation(info, self.answer)


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
    strawberry.union("RegenerateResult"),
]


@strawberry.mutation(
    name="regenerate",
    extensions=[ENGINEER_UP],
    description="Have the last message of a chat answered anew, or a failed step written again.",
)
async def regenerate_answer(info: Info, input: RegenerateInput) -> RegenerateResult:
    async with info.context.unit_of_work() as work:
        session, answer = await verb.regenerate_last_turn(
            work, ids.decode_session_id(input.session_id)
        )
    return RegenerateSuccess(session=session_from_row(session), answer=answer)
