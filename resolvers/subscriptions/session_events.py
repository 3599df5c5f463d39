from collections.abc import AsyncGenerator
from contextlib import aclosing
from functools import partial

from execution.shared_subscriptions import share_events
from queries.opaque_cursors import is_plain_cursor
from realtime.session_log import SessionEventItem
from resolvers.permissions import viewer_subscription
from schema import ids
from schema.context import Info
from schema.descriptions import ResumeAfter, SessionIdArgument
from schema.events.session_event import SessionEvent, decode_event_cursor


@viewer_subscription(
    description="Events of a session from now on, or from `after` on, until it is deleted."
)
async def session_events(
    info: Info, session_id: SessionIdArgument, after: ResumeAfter = None
) -> AsyncGenerator[SessionEvent, None]:
    context = info.context
    last = decode_resume_point(info, after) if after is not None else None
    stream = context.subscriptions.follow_session(
        context.principal, ids.decode_session_id(session_id), last
    )
    async with aclosing(stream) as batches:
        async for batch in batches:
            yield share_events(batch, partial(to_session_event, info))


def decode_resume_point(info: Info, after: str) -> int:
    """The event to continue after. For a cursor of an earlier version, which has the number in
    clear, the session's events begin anew: a client could have made the number up.

    Raises InvalidCursor.
    """
    return 0 if is_plain_cursor(after, int) else decode_event_cursor(info, after)


def to_session_event(info: Info, item: SessionEventItem) -> SessionEvent:
    return SessionEvent.from_row(info, item.row)
