from typing import Annotated

import strawberry

from resolvers.permissions import WORKS
from schema import ids
from schema.context import Info
from schema.errors import Forbidden, InvalidInput, NotFound
from schema.sessions import AISession, from_row
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
    extensions=[WORKS], description="Give a session a title, which the assistant then leaves alone."
)
async def rename_session(info: Info, input: RenameSessionInput) -> RenameSessionResult:
    async with info.context.work() as work:
        session = await actions.rename(work, ids.session(input.session_id), input.title)
    return RenameSessionSuccess(session=from_row(session))
