from typing import Annotated

import strawberry

from resolvers.permissions import engineer_mutation
from schema import generations, ids
from schema.context import Info
from schema.descriptions import (
    CHANGED_SESSION,
    EXPECTED_STATE_VERSION,
    IDEMPOTENCY_KEY,
    SESSION_ID,
    Input,
    optional_field,
)
from schema.errors import (
    AccessError,
    BudgetError,
    InvalidInput,
    InvalidTransition,
    StaleState,
    result_union,
)
from schema.generations import Generation
from schema.session_loading import session_from_row
from schema.sessions import AISession
from services import limits
from services.generations.start import StartedGeneration
from services.sessions import escalate


@strawberry.input(description="Session to hand over, why and to whom.")
class EscalateInput:
    session_id: strawberry.ID = strawberry.field(description=SESSION_ID)
    reason: str = strawberry.field(
        description=f"Why it is handed over; at most {limits.REASON_CHARS:,} characters."
    )
    to_user_id: strawberry.ID | None = optional_field(
        description="Global id of the intended user; others may claim the session all the same. "
        "Null: anyone."
    )
    expected_state_version: int | None = optional_field(description=EXPECTED_STATE_VERSION)
    idempotency_key: str | None = optional_field(description=IDEMPOTENCY_KEY)


@strawberry.type(description="The session waits for a user to claim it.")
class EscalateSuccess:
    session: AISession = strawberry.field(description=CHANGED_SESSION)
    started: strawberry.Private[StartedGeneration | None]

    @strawberry.field(
        description="Escalation package being written; null if the budget for the assistant is "
        "used up."
    )
    async def generation(self, info: Info) -> Generation | None:
        if self.started is None:
            return None
        return await generations.load_started_generation(info, self.started)


EscalateResult = Annotated[
    EscalateSuccess | AccessError | InvalidInput | InvalidTransition | StaleState | BudgetError,
    result_union("EscalateResult"),
]


@engineer_mutation(
    name="escalate",
    description="Hands a session over; the assistant writes a hand-over document for the user "
    "who claims it.",
)
async def escalate_session(info: Info, input: Input[EscalateInput]) -> EscalateResult:
    to_user_id = (
        None
        if input.to_user_id is None
        else ids.decode_global_id(input.to_user_id, "User", what="user to escalate to")
    )
    async with info.context.unit_of_work() as work:
        session, started = await escalate.escalate_session(
            work,
            ids.decode_session_id(input.session_id),
            reason=input.reason,
            to_user_id=to_user_id,
            expected_version=input.expected_state_version,
            idempotency_key=input.idempotency_key,
        )
    return EscalateSuccess(session=session_from_row(session), started=started)
