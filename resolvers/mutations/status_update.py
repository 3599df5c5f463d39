from typing import Annotated

import strawberry

import models
from resolvers.permissions import ENGINEER_UP
from schema import ids
from schema.context import Info
from schema.errors import Forbidden, InvalidTransition, NotFound, QuotaExceeded, RateLimited
from schema.generations import Generation
from schema.session_loading import session_from_row
from schema.sessions import AISession
from services.sessions import documents


@strawberry.input
class StatusUpdateInput:
    session_id: strawberry.ID
    audience: models.StatusUpdateAudience
    length: models.StatusUpdateLength | None = models.StatusUpdateLength.QUICK


@strawberry.type
class StatusUpdateSuccess:
    session: AISession
    generation: Generation


StatusUpdateResult = Annotated[
    StatusUpdateSuccess | NotFound | Forbidden | InvalidTransition | RateLimited | QuotaExceeded,
    strawberry.union("StatusUpdateResult"),
]


@strawberry.mutation(
    name="statusUpdate",
    extensions=[ENGINEER_UP],
    description="Have an update written, for a ticket, a client or a colleague.",
)
async def write_status_update(info: Info, input: StatusUpdateInput) -> StatusUpdateResult:
    async with info.context.unit_of_work() as work:
        session, generation = await documents.request_status_update(
            work,
            ids.decode_session_id(input.session_id),
            audience=input.audience,
            length=input.length or models.StatusUpdateLength.QUICK,
        )
    return StatusUpdateSuccess(
        session=session_from_row(session), generation=Generation.from_row(generation, is_new=True)
    )
