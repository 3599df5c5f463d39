from typing import Annotated

import strawberry

from schema import ids
from schema.context import Info
from schema.errors import Forbidden, NotFound
from schema.permissions import WORKS
from services import sessions


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
        await sessions.delete(work, ids.session(input.session_id))
    return DeleteSessionSuccess(deleted_session_id=input.session_id)
