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
from schema.errors import AccessError, InvalidInput, InvalidTransition, StaleState, result_union
from schema.session_loading import session_from_row
from schema.sessions import AISession
from services import limits
from services.sessions import abandon


@strawberry.input(description="Session to close, and why.")
class AbandonInput:
    session_id: strawberry.ID = strawberry.field(description=SESSION_ID)
    reason: str | None = optional_field(
        description=f"Reason for the audit trail, at most {limits.REASON_CHARS:,} characters."
    )
    expected_state_version: int | None = optional_field(description=EXPECTED_STATE_VERSION)


@strawberry.type(description="The session was closed.")
class AbandonSuccess:
    session: AISession = strawberry.field(description=CHANGED_SESSION)


AbandonResult = Annotated[
    AbandonSuccess | AccessError | InvalidInput | InvalidTransition | StaleState,
    result_union("AbandonResult"),
]


@engineer_mutation(name="abandon", description="Closes a session without a solution.")
async def abandon_session(info: Info, input: Input[AbandonInput]) -> AbandonResult:
    session_id, version = ids.decode_session_id(input.session_id), input.expected_state_version
    async with info.context.unit_of_work() as work:
        session = await abandon.abandon_session(
            work, session_id, reason=input.reason, expected_version=version
        )
    return AbandonSuccess(session=session_from_row(session))
