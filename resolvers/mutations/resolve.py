from typing import Annotated

import strawberry

import models
from resolvers.permissions import ENGINEER_UP
from schema import ids
from schema.context import Info
from schema.errors import (
    Forbidden,
    InvalidInput,
    InvalidTransition,
    NotFound,
    QuotaExceeded,
    RateLimited,
    StaleState,
)
from schema.generations import Generation
from schema.session_loading import session_from_row
from schema.sessions import AISession
from services.sessions import actions


@strawberry.input
class ResolveInput:
    session_id: strawberry.ID
    resolution_summary: str | None = strawberry.field(
        default=None,
        description="What solved it. A guided session that ended in a solution knows by itself.",
    )
    documents: list[models.DocumentKind] | None = strawberry.field(
        default_factory=lambda: [models.DocumentKind.TICKET_NOTES],
        description="What to write about it.",
    )
    expected_state_version: int | None = None


@strawberry.type
class ResolveSuccess:
    session: AISession
    generations: list[Generation] = strawberry.field(
        description="The documents being written: they arrive on `generationEvents`."
    )


ResolveResult = Annotated[
    ResolveSuccess
    | NotFound
    | Forbidden
    | InvalidInput
    | InvalidTransition
    | StaleState
    | RateLimited
    | QuotaExceeded,
    strawberry.union("ResolveResult"),
]


@strawberry.mutation(
    name="resolve",
    extensions=[ENGINEER_UP],
    description="Close a session as solved. Its documents are written after.",
)
async def resolve_session(info: Info, input: ResolveInput) -> ResolveResult:
    async with info.context.unit_of_work() as work:
        session, generations = await actions.resolve_session(
            work,
            ids.decode_session_id(input.session_id),
            summary=input.resolution_summary,
            kinds=input.documents or (),
            expected_version=input.expected_state_version,
        )
    return ResolveSuccess(
        session=session_from_row(session),
        generations=[Generation.from_row(generation, is_new=True) for generation in generations],
    )
