from typing import Annotated

import strawberry

import models
from resolvers.permissions import WORKS
from schema import ids
from schema.context import Info
from schema.errors import Forbidden, InvalidTransition, NotFound, QuotaExceeded, RateLimited
from schema.generations import Generation
from schema.sessions import AISession, from_row
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
    extensions=[WORKS], description="Have an update written, for a ticket, a client or a colleague."
)
async def status_update(info: Info, input: StatusUpdateInput) -> StatusUpdateResult:
    async with info.context.work() as work:
        session, generation = await documents.status_update(
            work,
            ids.session(input.session_id),
            audience=input.audience,
            length=input.length or models.StatusUpdateLength.QUICK,
        )
    return StatusUpdateSuccess(
        session=from_row(session), generation=Generation.from_row(generation, is_new=True)
    )
