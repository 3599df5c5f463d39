from typing import Annotated

import strawberry

import models
from resolvers.permissions import engineer_mutation
from schema import ids
from schema.context import Info
from schema.descriptions import CHANGED_SESSION, SESSION_ID, STARTED_GENERATION, Input
from schema.errors import AccessError, BudgetError, InvalidTransition, result_union
from schema.generations import Generation
from schema.session_loading import session_from_row
from schema.sessions import AISession
from services.sessions import documents


@strawberry.input(description="Session, reader and length.")
class StatusUpdateInput:
    session_id: strawberry.ID = strawberry.field(description=SESSION_ID)
    audience: models.StatusUpdateAudience = strawberry.field(description="Reader of the update.")
    length: models.StatusUpdateLength | None = strawberry.field(
        default=models.StatusUpdateLength.QUICK, description="Length of the update."
    )


@strawberry.type(description="The update is being written.")
class StatusUpdateSuccess:
    session: AISession = strawberry.field(description=CHANGED_SESSION)
    generation: Generation = strawberry.field(description=STARTED_GENERATION)


StatusUpdateResult = Annotated[
    StatusUpdateSuccess | AccessError | InvalidTransition | BudgetError,
    result_union("StatusUpdateResult"),
]


@engineer_mutation(
    name="statusUpdate",
    description="Has the assistant write a status update for the ticket, the client or an e-mail.",
)
async def write_status_update(info: Info, input: Input[StatusUpdateInput]) -> StatusUpdateResult:
    session_id = ids.decode_session_id(input.session_id)
    length = input.length or models.StatusUpdateLength.QUICK
    async with info.context.unit_of_work() as work:
        session, generation = await documents.request_status_update(
            work, session_id, audience=input.audience, length=length
        )
    return StatusUpdateSuccess(
        session=session_from_row(session), generation=Generation.from_row(generation, is_new=True)
    )
