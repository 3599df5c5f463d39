from typing import Annotated

import strawberry

from resolvers.permissions import ENGINEER_UP
from schema import ids
from schema.context import Info
from schema.errors import AlreadyClaimed, Forbidden, InvalidTransition, NotFound
from schema.session_loading import session_from_row
from schema.sessions import AISession
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
    name="claim",
    extensions=[ENGINEER_UP],
    description="Take an escalated session over. Claiming it twice is fine.",
)
async def claim_session(info: Info, input: ClaimInput) -> ClaimResult:
    async with info.context.unit_of_work() as work:
        session = await actions.claim_session(work, ids.decode_session_id(input.session_id))
    return ClaimSuccess(session=session_from_row(session))
