from typing import Annotated

import strawberry

from resolvers.permissions import ENGINEER_UP
from schema import ids
from schema.context import Info
from schema.errors import Forbidden, NotFound
from services.sessions import actions


@strawberry.input
class DeleteSessionInput:
    session_id: strawberry.ID


@strawberry.type
class DeleteSessionSuccess:
    deleted_session_id: strawberry.ID


DeleteSessionResult = Annotated[
    DeleteSessionSuccess | NotFound | Forbidden, strawberry.union("DeleteSessionResult")
]


@strawberry.mutation(
    extensions=[ENGINEER_UP], description="Delete a session with everything in it, for good."
)
async def delete_session(info: Info, input: DeleteSessionInput) -> DeleteSessionResult:
    async with info.context.unit_of_work() as work:
        await actions.delete_session(work, ids.decode_session_id(input.session_id))
    return DeleteSessionSuccess(deleted_session_id=input.session_id)
