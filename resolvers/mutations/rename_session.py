from typing import Annotated

import strawberry

from resolvers.permissions import engineer_mutation
from schema import ids
from schema.context import Info
from schema.descriptions import (
    CHANGED_SESSION,
    EXPECTED_STATE_VERSION,
    SESSION_ID,
    Input,
    optional_field,
)
from schema.errors import AccessError, InvalidInput, StaleState, result_union
from schema.session_loading import session_from_row
from schema.sessions import AISession
from services import limits
from services.sessions import rename


@strawberry.input(description="Session and its new title.")
class RenameSessionInput:
    session_id: strawberry.ID = strawberry.field(description=SESSION_ID)
    title: str = strawberry.field(description=f"New title, 1 to {limits.TITLE_CHARS:,} characters.")
    expected_state_version: int | None = optional_field(description=EXPECTED_STATE_VERSION)


@strawberry.type(description="The title was stored.")
class RenameSessionSuccess:
    session: AISession = strawberry.field(description=CHANGED_SESSION)


RenameSessionResult = Annotated[
    RenameSessionSuccess | AccessError | InvalidInput | StaleState,
    result_union("RenameSessionResult"),
]


@engineer_mutation(description="Sets the title of a session; the assistant no longer changes it.")
async def rename_session(info: Info, input: Input[RenameSessionInput]) -> RenameSessionResult:
    session_id = ids.decode_session_id(input.session_id)
    async with info.context.unit_of_work() as work:
        session = await rename.rename_session(
            work, session_id, input.title, expected_version=input.expected_state_version
        )
    return RenameSessionSuccess(session=session_from_row(session))
