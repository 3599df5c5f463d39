from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Annotated

import strawberry

from execution.shared_subscriptions import share_events
from resolvers.permissions import viewer_subscription
from schema import ids
from schema.context import Info
from schema.descriptions import ResumeAfter
from schema.generations import GenerationEvent, decode_position, to_generation_event


@viewer_subscription(
    description="One answer or document, piece by piece, to its end. With `after` it continues "
    "after that event without loss or repetition."
)
async def generation_events(
    info: Info,
    generation_id: Annotated[
        strawberry.ID, strawberry.argument(description="Global id of the generation.")
    ],
    after: ResumeAfter = None,
) -> AsyncGenerator[GenerationEvent, None]:
    context = info.context
    key = ids.decode_global_id(generation_id, "Generation", what="generation")
    stream = context.subscriptions.follow_generation(context.principal, key, decode_position(after))
    async with aclosing(stream) as batches:
        async for batch in batches:
            yield share_events(batch, to_generation_event)
