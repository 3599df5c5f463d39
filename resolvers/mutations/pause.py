from typing import Annotated

import strawberry

from resolvers.permissions import WORKS
from schema import ids
from schema.context import Info
from schema.errors import Forbidden, InvalidTransition, NotFound, StaleState
from schema.sessions import AISession, from_row
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
    extensions=[WORKS],
    description="Put a session aside; what is being written is stopped and kept.",
)
async def pause(info: Info, input: PauseInput) -> PauseResult:
    async with info.context.work() as work:
        session = await actions.pause(
            work, ids.session(input.session_id), expected=input.expected_state_version
        )
    return PauseSuccess(session=from_row(session))
