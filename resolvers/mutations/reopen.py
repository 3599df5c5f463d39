from typing import Annotated

import strawberry

from resolvers.permissions import engineer_mutation
from schema import ids
from schema.context import Info
from schema.descriptions import CHANGED_SESSION, SESSION_ID, Input
from schema.errors import AccessError, InvalidTransition, result_union
from schema.session_loading import session_from_row
from schema.sessions import AISession
from services.sessions import reopen


@strawberry.input(description="Session to continue.")
class ReopenInput:
    session_id: strawberry.ID = strawberry.field(description=SESSION_ID)


@strawberry.type(description="The session is active again.")
class ReopenSuccess:
    session: AISession = strawberry.field(description=CHANGED_SESSION)


ReopenResult = Annotated[
    ReopenSuccess | AccessError | InvalidTransition, result_union("ReopenResult")
]


@engineer_mutation(name="reopen", description="Continues a closed session. Its documents are kept.")
async def reopen_session(info: Info, input: Input[ReopenInput]) -> ReopenResult:
    async with info.context.unit_of_work() as work:
        session = await reopen.reopen_session(work, ids.decode_session_id(input.session_id))
    return ReopenSuccess(session=session_from_row(session))
