from typing import Annotated

import strawberry

from resolvers.permissions import engineer_mutation
from schema import ids
from schema.context import Info
from schema.descriptions import SESSION_ID, Input
from schema.errors import AccessError, result_union
from services.sessions import delete


@strawberry.input(description="Session to remove for good.")
class DeleteSessionInput:
    session_id: strawberry.ID = strawberry.field(description=SESSION_ID)


@strawberry.type(description="The session was deleted.")
class DeleteSessionSuccess:
    deleted_session_id: strawberry.ID = strawberry.field(
        description="Global id of the deleted session."
    )


DeleteSessionResult = Annotated[
    DeleteSessionSuccess | AccessError, result_union("DeleteSessionResult")
]


@engineer_mutation(
    description="Deletes a session with all of its content, for good. Allowed to its owner and "
    "to administrators."
)
async def delete_session(info: Info, input: Input[DeleteSessionInput]) -> DeleteSessionResult:
    async with info.context.unit_of_work() as work:
        await delete.delete_session(work, ids.decode_session_id(input.session_id))
    return DeleteSessionSuccess(deleted_session_id=input.session_id)
