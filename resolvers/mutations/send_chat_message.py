from typing import Annotated

import strawberry

from resolvers.permissions import ENGINEER_UP
from schema import generations, ids
from schema.context import Info
from schema.errors import (
    Forbidden,
    InvalidInput,
    InvalidTransition,
    NotFound,
    QuotaExceeded,
    RateLimited,
    SessionBusy,
    SessionTooLong,
    WrongSessionType,
)
from schema.generations import Generation
from schema.messages import ChatMessage
from schema.session_loading import chat_session_from_row
from schema.sessions import ChatSession
from services.chat import turns
from services.chat.turns import BusyPolicy
from services.generations.start import Begun


@strawberry.input
class SendChatMessageInput:
    session_id: strawberry.ID
    content: str = strawberry.field(description="Markdown.")
    when_busy: BusyPolicy | None = BusyPolicy.REJECT
    idempotency_key: str | None = strawberry.field(
        default=None, description="The same key within 24 hours gives the same answer."
    )


@strawberry.type
class SendChatMessageSuccess:
    session: ChatSession
    message: ChatMessage
    answer: strawberry.Private[Begun]

    @strawberry.field(description="The answer: subscribe to `chatTokens` with its cursor.")
    async def generation(self, info: Info) -> Generation:
        return await generations.begun_generation(info, self.answer)


SendChatMessageResult = Annotated[
    SendChatMessageSuccess
    | NotFound
    | Forbidden
    | InvalidInput
    | InvalidTransition
    | WrongSessionType
    | SessionBusy
    | SessionTooLong
    | RateLimited
    | QuotaExceeded,
    strawberry.union("SendChatMessageResult"),
]


@strawberry.mutation(
    extensions=[ENGINEER_UP], description="Say something in a chat and have it answered."
)
async def send_chat_message(info: Info, input: SendChatMessageInput) -> SendChatMessageResult:
    async with info.context.unit_of_work() as work:
        sent = await turns.send_message(
            work,
            ids.decode_session_id(input.session_id),
            input.content,
            when_busy=input.when_busy or BusyPolicy.REJECT,
            idempotency_key=input.idempotency_key,
        )
    return SendChatMessageSuccess(
        session=chat_session_from_row(sent.session),
        message=ChatMessage.from_message(sent.message),
        answer=sent.answer,
    )
