from collections.abc import AsyncGenerator
from contextlib import aclosing

import strawberry

from execution.shared_subscriptions import share_events
from queries import pagination
from realtime.session_log import SessionEventItem
from resolvers.permissions import VIEWER_UP
from schema import ids
from schema.context import Info
from schema.events import SessionEvent


@strawberry.subscription(
    extensions=[VIEWER_UP],
    description="Everything that happens to one session from now on, or from `after` on. Ends "
    "when the session is deleted.",
)
async def session_events(
    info: Info, session_id: strawberry.ID, after: str | None = None
) -> AsyncGenerator[SessionEvent, None]:
    context = info.context
    last = pagination.decode_cursor(after, int)[0] if after is not None else None
    stream = context.streams.follow_session(
        context.principal, ids.decode_session_id(session_id), last
    )
    async with aclosing(stream) as runs:
        async for run in runs:
            yield share_events(run, to_session_event)


def to_session_event(happened: SessionEventItem) -> SessionEvent:
    return SessionEvent.from_row(happened.row)
