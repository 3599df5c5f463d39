from typing import Annotated

import strawberry

from resolvers.permissions import ENGINEER_UP
from schema import ids
from schema.context import Info
from schema.errors import Forbidden, InvalidInput, NotFound
from schema.session_loading import session_from_row
from schema.sessions import AISession
from services.sessions import actions


@strawberry.input
class RenameSessionInput:
    session_id: strawberry.ID
    title: str


@strawberry.type
class RenameSessionSuccess:
    session: AISession


RenameSessionResult = Annotated[
    RenameSessionSuccess | NotFound | Forbidden | InvalidInput,
    strawberry.union("RenameSessionResult"),
]


@strawberry.mutation(
    extensions=[ENGINEER_UP],
    description="Give a session a title, which the assistant then leaves alone.",
)
async def rename_session(info: Info, input: RenameSessionInput) -> RenameSessionResult:
    async with info.context.unit_of_work() as work:
        session = await actions.rename_session(
            work, ids.decode_session_id(input.session_id), input.title
        )
    return RenameSessionSuccess(session=session_from_row(session))
