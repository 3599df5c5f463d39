from typing import Annotated

import strawberry

from resolvers.permissions import WORKS
from schema import ids
from schema.context import Info
from schema.errors import Forbidden, InvalidTransition, NotFound
from schema.sessions import AISession, from_row
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
    extensions=[WORKS], description="Take a closed session up again. Its documents stay."
)
async def reopen(info: Info, input: ReopenInput) -> ReopenResult:
    async with info.context.work() as work:
        session = await actions.reopen(work, ids.session(input.session_id))
    return ReopenSuccess(session=from_row(session))
