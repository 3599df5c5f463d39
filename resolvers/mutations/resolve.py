from typing import Annotated

import strawberry

import models
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
from services.sessions import resolve


@strawberry.input(description="Session to close, how it was solved, and what to write.")
class ResolveInput:
    session_id: strawberry.ID = strawberry.field(description=SESSION_ID)
    resolution_summary: str | None = optional_field(
        description=f"How the problem was solved, at most {limits.REASON_CHARS:,} characters. "
        "Null: as a guided session's last step states it."
    )
    documents: list[models.DocumentKind] = strawberry.field(
        default_factory=lambda: [models.DocumentKind.TICKET_NOTES],
        description="Documents to write; not ESCALATION_PACKAGE or STATUS_UPDATE.",
    )
    expected_state_version: int | None = optional_field(description=EXPECTED_STATE_VERSION)
    idempotency_key: str | None = optional_field(description=IDEMPOTENCY_KEY)


@strawberry.type(description="The session was closed.")
class ResolveSuccess:
    session: AISession = strawberry.field(description=CHANGED_SESSION)
    started: strawberry.Private[list[StartedGeneration]]

    @strawberry.field(description="One for each document; subscribe to `generationEvents`.")
    async def generations(self, info: Info) -> list[Generation]:
        return [await generations.load_started_generation(info, each) for each in self.started]


ResolveResult = Annotated[
    ResolveSuccess | AccessError | InvalidInput | InvalidTransition | StaleState | BudgetError,
    result_union("ResolveResult"),
]


@engineer_mutation(
    name="resolve",
    description="Closes a session as solved. The assistant then writes the requested documents.",
)
async def resolve_session(info: Info, input: Input[ResolveInput]) -> ResolveResult:
    async with info.context.unit_of_work() as work:
        session, started = await resolve.resolve_session(
            work,
            ids.decode_session_id(input.session_id),
            summary=input.resolution_summary,
            kinds=input.documents,
            expected_version=input.expected_state_version,
            idempotency_key=input.idempotency_key,
        )
    return ResolveSuccess(session=session_from_row(session), started=started)
