from typing import Annotated

import strawberry

import models
from resolvers.permissions import ENGINEER_UP
from schema import ids
from schema.context import Info
from schema.errors import Forbidden, NotFound
from schema.messages import ChatMessage
from schema.session_loading import chat_session_from_row
from schema.sessions import ChatSession
from services.chat import messages
from services.sessions.access import lock_editable


@strawberry.input
class RateMessageInput:
    message_id: strawberry.ID
    rating: models.MessageRating | None = strawberry.field(
        default=None, description="Null takes the rating back."
    )


@strawberry.type
class RateMessageSuccess:
    session: ChatSession
    message: ChatMessage


RateMessageResult = Annotated[
    RateMessageSuccess | NotFound | Forbidden, strawberry.union("RateMessageResult")
]


@strawberry.mutation(
    extensions=[ENGINEER_UP], description="Say whether an answer of the assistant helped."
)
async def rate_message(info: Info, input: RateMessageInput) -> RateMessageResult:
    session_id, message_id = ids.decode_message_id(input.message_id)
    async with info.context.unit_of_work() as work:
        session = await lock_editable(work, session_id)
        message = await messages.rate_message(work, session, message_id, input.rating)
    return RateMessageSuccess(
        session=chat_session_from_row(session), message=ChatMessage.from_message(message)
    )
