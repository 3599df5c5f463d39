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
class PauseInput:
    session_id: strawberry.ID
    expected_state_version: int | None = None


@strawberry.type
class PauseSuccess:
    session: AISession


PauseResult = Annotated[
    PauseSuccess | NotFound | Forbidden | InvalidTransition | StaleState,
    strawberry.union("PauseResult"),
]


@strawberry.mutation(
    name="pause",
    extensions=[ENGINEER_UP],
    description="Put a session aside; what is being written is stopped and kept.",
)
async def pause_session(info: Info, input: PauseInput) -> PauseResult:
    async with info.context.unit_of_work() as work:
        session = await actions.pause_session(
            work,
            ids.decode_session_id(input.session_id),
            expected_version=input.expected_state_version,
        )
    return PauseSuccess(session=session_from_row(session))
