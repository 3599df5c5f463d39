from typing import Annotated

import strawberry

from resolvers.permissions import WORKS
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
    extensions=[WORKS], description="Delete a session with everything in it, for good."
)
async def delete_session(info: Info, input: DeleteSessionInput) -> DeleteSessionResult:
    async with info.context.work() as work:
        await actions.delete(work, ids.session(input.session_id))
    return DeleteSessionSuccess(deleted_session_id=input.session_id)
