from collections.abc import AsyncGenerator
from contextlib import aclosing

import strawberry

from execution.shared_subscriptions import told
from resolvers.permissions import READS
from resolvers.subscriptions.generation_event_types import event_of
from schema import ids
from schema.context import Info
from schema.generations import GenerationEvent, read_place


@strawberry.subscription(
    extensions=[READS],
    description="Streams the assistant's answers in a chat, turn after turn, until the session is "
    "closed. Without `after` it begins with the answer being written now (its text so far as one "
    "TokenDelta); with `after` it continues exactly there: nothing lost, nothing twice.",
)
async def chat_tokens(
    info: Info, session_id: strawberry.ID, after: str | None = None
) -> AsyncGenerator[GenerationEvent, None]:
    context = info.context
    stream = context.streams.chat(context.principal, ids.session(session_id), read_place(after))
    async with aclosing(stream) as runs:
        async for run in runs:
            yield told(run, event_of)
