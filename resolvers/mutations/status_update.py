from typing import Annotated

import strawberry

import models
from resolvers.permissions import engineer_mutation
from schema import generations, ids
from schema.context import Info
from schema.descriptions import (
    CHANGED_SESSION,
    IDEMPOTENCY_KEY,
    SESSION_ID,
    STARTED_GENERATION,
    Input,
    optional_field,
)
from schema.errors import AccessError, BudgetError, InvalidInput, InvalidTransition, result_union
from schema.generations import Generation
from schema.session_loading import session_from_row
from schema.sessions import AISession
from services.generations.start import StartedGeneration
from services.sessions import documents


@strawberry.input(description="Session, reader and length.")
class StatusUpdateInput:
    session_id: strawberry.ID = strawberry.field(description=SESSION_ID)
    audience: models.StatusUpdateAudience = strawberry.field(description="Reader of the update.")
    length: models.StatusUpdateLength = strawberry.field(
        default=models.StatusUpdateLength.QUICK, description="Length of the update."
    )
    idempotency_key: str | None = optional_field(description=IDEMPOTENCY_KEY)


@strawberry.type(description="The update is being written.")
class StatusUpdateSuccess:
    session: AISession = strawberry.field(description=CHANGED_SESSION)
    started: strawberry.Private[StartedGeneration]

    @strawberry.field(description=STARTED_GENERATION)
    async def generation(self, info: Info) -> Generation:
        return await generations.load_started_generation(info, self.started)


StatusUpdateResult = Annotated[
    StatusUpdateSuccess | AccessError | InvalidInput | InvalidTransition | BudgetError,
    result_union("StatusUpdateResult"),
]


@engineer_mutation(
    name="statusUpdate",
    description="Has the assistant write a status update for the ticket, the client or an e-mail.",
)
async def write_status_update(info: Info, input: Input[StatusUpdateInput]) -> StatusUpdateResult:
    session_id = ids.decode_session_id(input.session_id)
    async with info.context.unit_of_work() as work:
        session, started = await documents.request_status_update(
            work,
            session_id,
            audience=input.audience,
            length=input.length,
            idempotency_key=input.idempotency_key,
        )
    return StatusUpdateSuccess(session=session_from_row(session), started=started)
