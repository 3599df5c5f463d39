from collections.abc import AsyncGenerator
from contextlib import aclosing

import strawberry

from execution.shared_subscriptions import share_events
from queries import pagination
from queries.account_events import EventPosition
from realtime import dashboard
from resolvers.permissions import VIEWER_UP
from resolvers.queries.sessions import SessionFilter, to_domain_filter
from schema.context import Info
from schema.dashboard_events import DashboardEvent, DashboardSessionChanged, DashboardSnapshot


@strawberry.subscription(
    extensions=[VIEWER_UP],
    description="The live dashboard: a snapshot, then every change of a session that fits the "
    "filter, or did until then. With `after` it goes on there, with a new snapshot only where too "
    "much has happened meanwhile.",
)
async def dashboard_events(
    info: Info, filter: SessionFilter | None = None, after: str | None = None
) -> AsyncGenerator[DashboardEvent, None]:
    context = info.context
    place = EventPosition(*pagination.decode_cursor(after, int, int)) if after is not None else None
    stream = context.streams.dashboards.follow_dashboard(
        context.principal, to_domain_filter(filter), place
    )
    async with aclosing(stream) as runs:
        async for run in runs:
            yield share_events(run, to_dashboard_event)


def to_dashboard_event(
    moment: dashboard.DashboardSnapshot | dashboard.DashboardChange,
) -> DashboardEvent:
    if isinstance(moment, dashboard.DashboardSnapshot):
        return DashboardSnapshot(moment=moment)
    return DashboardSessionChanged(moment=moment)
