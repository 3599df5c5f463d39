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
class RateSessionInput:
    session_id: strawberry.ID
    rating: int = strawberry.field(description="1 to 5.")
    comment: str | None = None


@strawberry.type
class RateSessionSuccess:
    session: AISession


RateSessionResult = Annotated[
    RateSessionSuccess | NotFound | Forbidden | InvalidInput, strawberry.union("RateSessionResult")
]


@strawberry.mutation(extensions=[ENGINEER_UP], description="Say how well a session went.")
async def rate_session(info: Info, input: RateSessionInput) -> RateSessionResult:
    async with info.context.unit_of_work() as work:
        session = await actions.rate_session(
            work, ids.decode_session_id(input.session_id), input.rating, input.comment
        )
    return RateSessionSuccess(session=session_from_row(session))
