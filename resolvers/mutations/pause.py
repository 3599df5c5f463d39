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


@strawberry.input(description="Session to set aside.")
class PauseInput:
    session_id: strawberry.ID = strawberry.field(description=SESSION_ID)
    expected_state_version: int | None = optional_field(description=EXPECTED_STATE_VERSION)


@strawberry.type(description="The session is paused.")
class PauseSuccess:
    session: AISession = strawberry.field(description=CHANGED_SESSION)


PauseResult = Annotated[
    PauseSuccess | AccessError | InvalidTransition | StaleState, result_union("PauseResult")
]


@engineer_mutation(
    name="pause", description="Sets a session aside. A running answer is stopped and its text kept."
)
async def pause_session(info: Info, input: Input[PauseInput]) -> PauseResult:
    session_id, version = ids.decode_session_id(input.session_id), input.expected_state_version
    async with info.context.unit_of_work() as work:
        session = await pause.pause_session(work, session_id, expected_version=version)
    return PauseSuccess(session=session_from_row(session))
