from typing import Annotated

import strawberry

from resolvers.permissions import ENGINEER_UP
from schema import ids
from schema.context import Info
from schema.errors import Forbidden, InvalidTransition, NotFound, StaleState
from schema.session_loading import session_from_row
from schema.sessions import AISession
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


@strawberry.mutation(
    name="resume", extensions=[ENGINEER_UP], description="Take a paused session up again."
)
async def resume_session(info: Info, input: ResumeInput) -> ResumeResult:
    async with info.context.unit_of_work() as work:
        session = await actions.resume_session(
            work,
            ids.decode_session_id(input.session_id),
            expected_version=input.expected_state_version,
        )
    return ResumeSuccess(session=session_from_row(session))
