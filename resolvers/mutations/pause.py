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


@strawberry.input(description="Session to set aside.")
class PauseInput:
    session_id: strawberry.ID = strawberry.field(description=SESSION_ID)
    expected_state_version: int | None = strawberry.field(
        default=None, description=EXPECTED_STATE_VERSION
    )


@strawberry.type(description="The session is paused.")
class PauseSuccess:
    session: AISession = strawberry.field(description=CHANGED_SESSION)


PauseResult = Annotated[
    PauseSuccess | NotFound | Forbidden | InvalidTransition | StaleState,
    strawberry.union("PauseResult", description=RESULT),
]


@strawberry.mutation(
    name="pause",
    extensions=[ENGINEER_UP],
    description="Sets a session aside. A running answer is stopped and its text kept.",
)
async def pause_session(info: Info, input: Input[PauseInput]) -> PauseResult:
    async with info.context.unit_of_work() as work:
        session = await pause.pause_session(
            work,
            ids.decode_session_id(input.session_id),
            expected_version=input.expected_state_version,
        )
    return PauseSuccess(session=session_from_row(session))
