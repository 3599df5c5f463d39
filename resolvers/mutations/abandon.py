from typing import Annotated

import strawberry

from resolvers.permissions import WORKS
from schema import ids
from schema.context import Info
from schema.errors import Forbidden, InvalidInput, InvalidTransition, NotFound, StaleState
from schema.sessions import AISession, from_row
from services.sessions import actions


@strawberry.input
class AbandonInput:
    session_id: strawberry.ID
    reason: str | None = None
    expected_state_version: int | None = None


@strawberry.type
class AbandonSuccess:
    session: AISession


AbandonResult = Annotated[
    AbandonSuccess | NotFound | Forbidden | InvalidInput | InvalidTransition | StaleState,
    strawberry.union("AbandonResult"),
]


@strawberry.mutation(extensions=[WORKS], description="Close a session without a solution.")
async def abandon(info: Info, input: AbandonInput) -> AbandonResult:
    async with info.context.work() as work:
        session = await actions.abandon(
            work,
            ids.session(input.session_id),
            reason=input.reason,
            expected=input.expected_state_version,
        )
    return AbandonSuccess(session=from_row(session))
