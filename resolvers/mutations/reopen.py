from typing import Annotated

import strawberry

from resolvers.permissions import ENGINEER_UP
from schema import ids
from schema.context import Info
from schema.errors import Forbidden, InvalidTransition, NotFound
from schema.session_loading import session_from_row
from schema.sessions import AISession
from services.sessions import actions


@strawberry.input
class ReopenInput:
    session_id: strawberry.ID


@strawberry.type
class ReopenSuccess:
    session: AISession


ReopenResult = Annotated[
    ReopenSuccess | NotFound | Forbidden | InvalidTransition, strawberry.union("ReopenResult")
]


@strawberry.mutation(
    name="reopen",
    extensions=[ENGINEER_UP],
    description="Take a closed session up again. Its documents stay.",
)
async def reopen_session(info: Info, input: ReopenInput) -> ReopenResult:
    async with info.context.unit_of_work() as work:
        session = await actions.reopen_session(work, ids.decode_session_id(input.session_id))
    return ReopenSuccess(session=session_from_row(session))
