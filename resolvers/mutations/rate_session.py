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
from schema.errors import AccessError, InvalidInput, StaleState, result_union
from schema.session_loading import session_from_row
from schema.sessions import AISession
from services import limits
from services.sessions import rate


@strawberry.input(description="Session and its rating.")
class RateSessionInput:
    session_id: strawberry.ID = strawberry.field(description=SESSION_ID)
    rating: int = strawberry.field(description="From 1 (worst) to 5 (best).")
    comment: str | None = optional_field(
        description=f"Explanation, at most {limits.REASON_CHARS:,} characters."
    )
    expected_state_version: int | None = optional_field(description=EXPECTED_STATE_VERSION)


@strawberry.type(description="The rating was stored.")
class RateSessionSuccess:
    session: AISession = strawberry.field(description=CHANGED_SESSION)


RateSessionResult = Annotated[
    RateSessionSuccess | AccessError | InvalidInput | StaleState, result_union("RateSessionResult")
]


@engineer_mutation(description="Rates a session; a second rating replaces the first.")
async def rate_session(info: Info, input: Input[RateSessionInput]) -> RateSessionResult:
    session_id = ids.decode_session_id(input.session_id)
    async with info.context.unit_of_work() as work:
        session = await rate.rate_session(
            work,
            session_id,
            input.rating,
            input.comment,
            expected_version=input.expected_state_version,
        )
    return RateSessionSuccess(session=session_from_row(session))
