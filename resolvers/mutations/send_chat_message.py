from typing import Annotated

import strawberry

from resolvers.permissions import engineer_mutation
from schema import generations, ids
from schema.context import Info
from schema.descriptions import CHANGED_SESSION, IDEMPOTENCY_KEY, SESSION_ID, Input, optional_field
from schema.errors import BudgetError, SessionBusy, SessionTooLong, TurnError, result_union
from schema.generations import Generation
from schema.messages import ChatMessage
from schema.session_loading import chat_session_from_row
from schema.sessions import ChatSession
from services import limits
from services.chat.send_message import BusyPolicy, send_message
from services.generations.start import StartedGeneration


@strawberry.input(description="Chat, and the text to send.")
class SendChatMessageInput:
    session_id: strawberry.ID = strawberry.field(description=SESSION_ID)
    content: str = strawberry.field(
        description=f"Text in Markdown, 1 to {limits.MESSAGE_CHARS:,} characters."
    )
    when_busy: BusyPolicy = strawberry.field(
        default=BusyPolicy.REJECT, description="What to do while the assistant is writing."
    )
    idempotency_key: str | None = optional_field(description=IDEMPOTENCY_KEY)


@strawberry.type(description="The message was stored or queued.")
class SendChatMessageSuccess:
    session: ChatSession = strawberry.field(description=CHANGED_SESSION)
    chat_message: ChatMessage = strawberry.field(description="The message as stored or queued.")
    started: strawberry.Private[StartedGeneration]

    @strawberry.field(
        description="Answer to the message; subscribe to `chatTokens` with its `cursor`."
    )
    async def generation(self, info: Info) -> Generation:
        return await generations.load_started_generation(info, self.started)


SendChatMessageResult = Annotated[
    SendChatMessageSuccess | TurnError | SessionBusy | SessionTooLong | BudgetError,
    result_union("SendChatMessageResult"),
]


@engineer_mutation(description="Sends a message to a chat; the assistant answers it.")
async def send_chat_message(
    info: Info, input: Input[SendChatMessageInput]
) -> SendChatMessageResult:
    async with info.context.unit_of_work() as work:
        sent = await send_message(
            work,
            ids.decode_session_id(input.session_id),
            input.content,
            when_busy=input.when_busy,
            idempotency_key=input.idempotency_key,
        )
    return SendChatMessageSuccess(
        session=chat_session_from_row(sent.session),
        chat_message=ChatMessage.from_message(sent.message),
        started=sent.generation,
    )
