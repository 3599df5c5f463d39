from collections.abc import AsyncGenerator
from contextlib import aclosing

import strawberry

from execution.shared_subscriptions import told
from queries import pagination
from queries.account_events import Position
from realtime.dashboard import Change, Snapshot
from resolvers.permissions import READS
from resolvers.queries.sessions import SessionFilter, wanted
from schema.context import Info
from schema.dashboard_events import DashboardEvent, DashboardSessionChanged, DashboardSnapshot


@strawberry.subscription(
    extensions=[READS],
    description="The live dashboard: a snapshot, then every change of a session that fits the "
    "filter, or did until then. With `after` it goes on there, with a new snapshot only where too "
    "much has happened meanwhile.",
)
async def dashboard_events(
    info: Info, filter: SessionFilter | None = None, after: str | None = None
) -> AsyncGenerator[DashboardEvent, None]:
    context = info.context
    place = Position(*pagination.decode(after, int, int)) if after is not None else None
    stream = context.streams.boards.follow(context.principal, wanted(filter), place)
    async with aclosing(stream) as runs:
        async for run in runs:
            yield told(run, event_of)


def event_of(moment: Snapshot | Change) -> DashboardEvent:
    if isinstance(moment, Snapshot):
        return DashboardSnapshot(moment=moment)
    return DashboardSessionChanged(moment=moment)
