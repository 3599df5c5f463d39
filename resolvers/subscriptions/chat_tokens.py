from collections.abc import AsyncGenerator
from contextlib import aclosing

from execution.shared_subscriptions import share_events
from resolvers.permissions import viewer_subscription
from schema import ids
from schema.context import Info
from schema.descriptions import ResumeAfter, SessionIdArgument
from schema.generations import GenerationEvent, decode_position, to_generation_event


@viewer_subscription(
    description="Answers of a chat, piece by piece, until the session is closed. Without `after`"
    " it begins with the answer being written, its text so far as one TokenDelta; "
    "with `after` it continues after that event without loss or repetition."
)
async def chat_tokens(
    info: Info, session_id: SessionIdArgument, after: ResumeAfter = None
) -> AsyncGenerator[GenerationEvent, None]:
    context = info.context
    stream = context.subscriptions.follow_chat(
        context.principal, ids.decode_session_id(session_id), decode_position(after)
    )
    async with aclosing(stream) as batches:
        async for batch in batches:
            yield share_events(batch, to_generation_event)
