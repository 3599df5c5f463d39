from typing import Annotated

import strawberry

import models
from resolvers.permissions import engineer_mutation
from schema import ids
from schema.context import Info
from schema.descriptions import CHANGED_SESSION, Input, optional_field
from schema.errors import AccessError, result_union
from schema.messages import ChatMessage
from schema.session_loading import chat_session_from_row
from schema.sessions import ChatSession
from services.chat import conversation
from services.sessions.access import lock_for_action
from services.sessions.lifecycle import SessionAction


@strawberry.input(description="Message and its rating.")
class RateMessageInput:
    message_id: strawberry.ID = strawberry.field(
        description="Global id of a message by the assistant."
    )
    rating: models.MessageRating | None = optional_field(description="The rating; null removes it.")


@strawberry.type(description="The rating was stored.")
class RateMessageSuccess:
    session: ChatSession = strawberry.field(description=CHANGED_SESSION)
    chat_message: ChatMessage = strawberry.field(description="The message with its rating.")


RateMessageResult = Annotated[RateMessageSuccess | AccessError, result_union("RateMessageResult")]


@engineer_mutation(description="Rates an answer of the assistant.")
async def rate_message(info: Info, input: Input[RateMessageInput]) -> RateMessageResult:
    session_id, message_id = ids.decode_message_id(input.message_id)
    async with info.context.unit_of_work() as work:
        session = await lock_for_action(work, session_id, SessionAction.RATE)
        message = await conversation.rate_message(work, session, message_id, input.rating)
    return RateMessageSuccess(
        session=chat_session_from_row(session), chat_message=ChatMessage.from_message(message)
    )
