from typing import Annotated

import strawberry

from resolvers.permissions import ENGINEER_UP
from schema import ids
from schema.context import Info
from schema.descriptions import CHANGED_SESSION, EXPECTED_STATE_VERSION, RESULT, SESSION_ID, Input
from schema.errors import Forbidden, InvalidInput, InvalidTransition, NotFound, StaleState
from schema.session_loading import session_from_row
from schema.sessions import AISession
from services import limits
from services.sessions import abandon


@strawberry.input(description="Session to close, and why.")
class AbandonInput:
    session_id: strawberry.ID = strawberry.field(description=SESSION_ID)
    reason: str | None = strawberry.field(
        default=None,
        description=f"Reason for the audit trail, at most {limits.REASON_CHARS:,} characters.",
    )
    expected_state_version: int | None = strawberry.field(
        default=None, description=EXPECTED_STATE_VERSION
    )


@strawberry.type(description="The session was closed.")
class AbandonSuccess:
    session: AISession = strawberry.field(description=CHANGED_SESSION)


AbandonResult = Annotated[
    AbandonSuccess | NotFound | Forbidden | InvalidInput | InvalidTransition | StaleState,
    strawberry.union("AbandonResult", description=RESULT),
]


@strawberry.mutation(
    name="abandon", extensions=[ENGINEER_UP], description="Closes a session without a solution."
)
async def abandon_session(info: Info, input: Input[AbandonInput]) -> AbandonResult:
    async with info.context.unit_of_work() as work:
        session = await abandon.abandon_session(
            work,
            ids.decode_session_id(input.session_id),
            reason=input.reason,
            expected_version=input.expected_state_version,
        )
    return AbandonSuccess(session=session_from_row(session))
