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
    description="Streams one answer of any kind - a reply, a guided step, ticket notes, a status "
    "update - to its end. With `after` it continues exactly there.",
)
async def generation_events(
    info: Info, generation_id: strawberry.ID, after: str | None = None
) -> AsyncGenerator[GenerationEvent, None]:
    context = info.context
    key = ids.decode(generation_id, "Generation", what="generation")
    stream = context.streams.generation(context.principal, key, read_place(after))
    async with aclosing(stream) as runs:
        async for run in runs:
            yield told(run, event_of)
