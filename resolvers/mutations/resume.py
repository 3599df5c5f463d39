from typing import Annotated

import strawberry

from resolvers.permissions import ENGINEER_UP
from schema import ids
from schema.context import Info
from schema.descriptions import CHANGED_SESSION, EXPECTED_STATE_VERSION, RESULT, SESSION_ID, Input
from schema.errors import Forbidden, InvalidTransition, NotFound, StaleState
from schema.session_loading import session_from_row
from schema.sessions import AISession
from services.sessions import pause


@strawberry.input(description="Session to continue.")
class ResumeInput:
    session_id: strawberry.ID = strawberry.field(description=SESSION_ID)
    expected_state_version: int | None = strawberry.field(
        default=None, description=EXPECTED_STATE_VERSION
    )


@strawberry.type(description="The session is active again.")
class ResumeSuccess:
    session: AISession = strawberry.field(description=CHANGED_SESSION)


ResumeResult = Annotated[
    ResumeSuccess | NotFound | Forbidden | InvalidTransition | StaleState,
    strawberry.union("ResumeResult", description=RESULT),
]


@strawberry.mutation(
    name="resume", extensions=[ENGINEER_UP], description="Continues a paused session."
)
async def resume_session(info: Info, input: Input[ResumeInput]) -> ResumeResult:
    async with info.context.unit_of_work() as work:
        session = await pause.resume_session(
            work,
            ids.decode_session_id(input.session_id),
            expected_version=input.expected_state_version,
        )
    return ResumeSuccess(session=session_from_row(session))
