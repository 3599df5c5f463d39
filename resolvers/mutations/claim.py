from typing import Annotated

import strawberry

from resolvers.permissions import engineer_mutation
from schema import ids
from schema.context import Info
from schema.descriptions import CHANGED_SESSION, SESSION_ID, Input
from schema.errors import AccessError, AlreadyClaimed, InvalidTransition, result_union
from schema.session_loading import session_from_row
from schema.sessions import AISession
from services.sessions import claim


@strawberry.input(description="Session to take over.")
class ClaimInput:
    session_id: strawberry.ID = strawberry.field(description=SESSION_ID)


@strawberry.type(description="The caller has the session.")
class ClaimSuccess:
    session: AISession = strawberry.field(description=CHANGED_SESSION)


ClaimResult = Annotated[
    ClaimSuccess | AccessError | InvalidTransition | AlreadyClaimed, result_union("ClaimResult")
]


@engineer_mutation(
    name="claim",
    description="Takes an escalated session over. A repeat by the same user changes nothing.",
)
async def claim_session(info: Info, input: Input[ClaimInput]) -> ClaimResult:
    async with info.context.unit_of_work() as work:
        session = await claim.claim_session(work, ids.decode_session_id(input.session_id))
    return ClaimSuccess(session=session_from_row(session))
