from collections.abc import AsyncGenerator
from contextlib import aclosing

from execution.shared_subscriptions import share_events
from queries import pagination
from realtime.session_log import SessionEventItem
from resolvers.permissions import viewer_subscription
from schema import ids
from schema.context import Info
from schema.descriptions import ResumeAfter, SessionIdArgument
from schema.events import SessionEvent


@viewer_subscription(
    description="Events of a session from now on, or from `after` on, until it is deleted."
)
async def session_events(
    info: Info, session_id: SessionIdArgument, after: ResumeAfter = None
) -> AsyncGenerator[SessionEvent, None]:
    context = info.context
    last = pagination.decode_cursor(after, int)[0] if after is not None else None
    stream = context.subscriptions.follow_session(
        context.principal, ids.decode_session_id(session_id), last
    )
    async with aclosing(stream) as batches:
        async for batch in batches:
            yield share_events(batch, to_session_event)


def to_session_event(item: SessionEventItem) -> SessionEvent:
    return SessionEvent.from_row(item.row)
