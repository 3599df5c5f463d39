from typing import Annotated

import strawberry

from resolvers.permissions import ENGINEER_UP
from schema import ids
from schema.context import Info
from schema.errors import (
    Forbidden,
    InvalidInput,
    InvalidTransition,
    NotFound,
    QuotaExceeded,
    RateLimited,
    StaleState,
)
from schema.generations import Generation
from schema.session_loading import session_from_row
from schema.sessions import AISession
from services.sessions import actions


@strawberry.input
class EscalateInput:
    session_id: strawberry.ID
    reason: str
    to_user_id: strawberry.ID | None = strawberry.field(
        default=None, description="For whom it is meant; anyone may claim it all the same."
    )
    expected_state_version: int | None = None


@strawberry.type
class EscalateSuccess:
    session: AISession
    generation: Generation | None = strawberry.field(
        description="The escalation package being written; null where what may be spent on the "
        "assistant is spent."
    )


EscalateResult = Annotated[
    EscalateSuccess
    | NotFound
    | Forbidden
    | InvalidInput
    | InvalidTransition
    | StaleState
    | RateLimited
    | QuotaExceeded,
    strawberry.union("EscalateResult"),
]


@strawberry.mutation(
    name="escalate",
    extensions=[ENGINEER_UP],
    description="Hand a session on, with a package for whoever claims it.",
)
async def escalate_session(info: Info, input: EscalateInput) -> EscalateResult:
    to_user_id = (
        None
        if input.to_user_id is None
        else ids.decode_global_id(input.to_user_id, "User", what="user to escalate to")
    )
    async with info.context.unit_of_work() as work:
        session, generation = await actions.escalate_session(
            work,
            ids.decode_session_id(input.session_id),
            reason=input.reason,
            to_user_id=to_user_id,
            expected_version=input.expected_state_version,
        )
    package = Generation.from_row(generation, is_new=True) if generation else None
    return EscalateSuccess(session=session_from_row(session), generation=package)
