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
    description="Streams one answer of any kind - a reply, a guided step, ticket notes, a status "
    "update - to its end. With `after` it continues exactly there.",
)
async def generation_events(
    info: Info, generation_id: strawberry.ID, after: str | None = None
) -> AsyncGenerator[GenerationEvent, None]:
    context = info.context
    key = ids.decode_global_id(generation_id, "Generation", what="generation")
    stream = context.streams.follow_generation(context.principal, key, decode_position(after))
    async with aclosing(stream) as runs:
        async for run in runs:
            yield share_events(run, to_generation_event)
