from typing import Annotated

import strawberry

from resolvers.permissions import WORKS
from schema import ids
from schema.context import Info
from schema.errors import AlreadyClaimed, Forbidden, InvalidTransition, NotFound
from schema.sessions import AISession, from_row
from services.sessions import actions


@strawberry.input
class ClaimInput:
    session_id: strawberry.ID


@strawberry.type
class ClaimSuccess:
    session: AISession


ClaimResult = Annotated[
    ClaimSuccess | NotFound | Forbidden | InvalidTransition | AlreadyClaimed,
    strawberry.union("ClaimResult"),
]


@strawberry.mutation(
    extensions=[WORKS], description="Take an escalated session over. Claiming it twice is fine."
)
async def claim(info: Info, input: ClaimInput) -> ClaimResult:
    async with info.context.work() as work:
        session = await actions.claim(work, ids.session(input.session_id))
    return ClaimSuccess(session=from_row(session))
