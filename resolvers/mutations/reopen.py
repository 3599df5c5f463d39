from typing import Annotated

import strawberry

from schema import ids
from schema.context import Info
from schema.errors import Forbidden, InvalidTransition, NotFound
from schema.permissions import WORKS
from schema.sessions import AISession, from_row
from services import sessions


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
        session = await sessions.reopen(work, ids.session(input.session_id))
    return ReopenSuccess(session=from_row(session))
