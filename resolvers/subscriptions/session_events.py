from collections.abc import AsyncGenerator
from contextlib import aclosing

import strawberry

from execution.shared_subscriptions import told
from queries import pagination
from realtime.session_log import Happened
from resolvers.permissions import READS
from schema import ids
from schema.context import Info
from schema.events import SessionEvent


@strawberry.subscription(
    extensions=[READS],
    description="Everything that happens to one session from now on, or from `after` on. Ends "
    "when the session is deleted.",
)
async def session_events(
    info: Info, session_id: strawberry.ID, after: str | None = None
) -> AsyncGenerator[SessionEvent, None]:
    context = info.context
    last = pagination.decode(after, int)[0] if after is not None else None
    stream = context.streams.session(context.principal, ids.session(session_id), last)
    async with aclosing(stream) as runs:
        async for run in runs:
            yield told(run, event_of)


def event_of(happened: Happened) -> SessionEvent:
    return SessionEvent.from_row(happened.row)
