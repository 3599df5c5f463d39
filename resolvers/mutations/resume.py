from typing import Annotated

import strawberry

from resolvers.permissions import engineer_mutation
from schema import ids
from schema.context import Info
from schema.descriptions import (
    CHANGED_SESSION,
    EXPECTED_STATE_VERSION,
    SESSION_ID,
    Input,
    optional_field,
)
from schema.errors import AccessError, InvalidTransition, StaleState, result_union
from schema.session_loading import session_from_row
from schema.sessions import AISession
from services.sessions import pause


@strawberry.input(description="Session to continue.")
class ResumeInput:
    session_id: strawberry.ID = strawberry.field(description=SESSION_ID)
    expected_state_version: int | None = optional_field(description=EXPECTED_STATE_VERSION)


@strawberry.type(description="The session is active again.")
class ResumeSuccess:
    session: AISession = strawberry.field(description=CHANGED_SESSION)


ResumeResult = Annotated[
    ResumeSuccess | AccessError | InvalidTransition | StaleState, result_union("ResumeResult")
]


@engineer_mutation(name="resume", description="Continues a paused session.")
async def resume_session(info: Info, input: Input[ResumeInput]) -> ResumeResult:
    session_id, version = ids.decode_session_id(input.session_id), input.expected_state_version
    async with info.context.unit_of_work() as work:
        session = await pause.resume_session(work, session_id, expected_version=version)
    return ResumeSuccess(session=session_from_row(session))
