from typing import Annotated

import strawberry

from resolvers.permissions import WORKS
from schema import ids
from schema.context import Info
from schema.errors import Forbidden, InvalidTransition, NotFound, StaleState
from schema.sessions import AISession, from_row
from services.sessions import actions


@strawberry.input
class ResumeInput:
    session_id: strawberry.ID
    expected_state_version: int | None = None


@strawberry.type
class ResumeSuccess:
    session: AISession


ResumeResult = Annotated[
    ResumeSuccess | NotFound | Forbidden | InvalidTransition | StaleState,
    strawberry.union("ResumeResult"),
]


@strawberry.mutation(extensions=[WORKS], description="Take a paused session up again.")
async def resume(info: Info, input: ResumeInput) -> ResumeResult:
    async with info.context.work() as work:
        session = await actions.resume(
            work, ids.session(input.session_id), expected=input.expected_state_version
        )
    return ResumeSuccess(session=from_row(session))
