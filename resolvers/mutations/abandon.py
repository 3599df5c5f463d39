from typing import Annotated

import strawberry

from resolvers.permissions import ENGINEER_UP
from schema import ids
from schema.context import Info
from schema.errors import Forbidden, InvalidInput, InvalidTransition, NotFound, StaleState
from schema.session_loading import session_from_row
from schema.sessions import AISession
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


@strawberry.mutation(
    name="abandon", extensions=[ENGINEER_UP], description="Close a session without a solution."
)
async def abandon_session(info: Info, input: AbandonInput) -> AbandonResult:
    async with info.context.unit_of_work() as work:
        session = await actions.abandon_session(
            work,
            ids.decode_session_id(input.session_id),
            reason=input.reason,
            expected_version=input.expected_state_version,
        )
    return AbandonSuccess(session=session_from_row(session))
