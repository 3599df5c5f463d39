from collections.abc import AsyncGenerator
from contextlib import aclosing

import strawberry

from execution.shared_subscriptions import share_events
from resolvers.permissions import VIEWER_UP
from resolvers.subscriptions.generation_event_types import to_generation_event
from schema import ids
from schema.context import Info
from schema.generations import GenerationEvent, decode_position


@strawberry.subscription(
    extensions=[VIEWER_UP],
    description="Streams the assistant's answers in a chat, turn after turn, until the session is "
    "closed. Without `after` it begins with the answer being written now (its text so far as one "
    "TokenDelta); with `after` it continues exactly there: nothing lost, nothing twice.",
)
async def chat_tokens(
    info: Info, session_id: strawberry.ID, after: str | None = None
) -> AsyncGenerator[GenerationEvent, None]:
    context = info.context
    stream = context.streams.follow_chat(
        context.principal, ids.decode_session_id(session_id), decode_position(after)
    )
    async with aclosing(stream) as runs:
        async for run in runs:
            yield share_events(run, to_generation_event)
