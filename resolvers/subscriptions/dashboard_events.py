from collections.abc import AsyncGenerator
from contextlib import aclosing

from execution.shared_subscriptions import share_events
from realtime import dashboard_view
from resolvers.permissions import viewer_subscription
from resolvers.queries.sessions import FilterArgument, to_domain_filter
from schema.context import Info
from schema.dashboard import (
    DashboardEvent,
    DashboardSessionChanged,
    DashboardSessionRemoved,
    DashboardSnapshot,
)
from schema.descriptions import ResumeAfter


@viewer_subscription(
    description="Live dashboard: a snapshot, then every change of a session that matches the "
    "filter, and once the removal of one that no longer does. With `after` it continues after "
    "that event, with a new snapshot only if too much was missed."
)
async def dashboard_events(
    info: Info, filter: FilterArgument = None, after: ResumeAfter = None
) -> AsyncGenerator[DashboardEvent, None]:
    context = info.context
    cipher, account_id = context.cursor_cipher, context.principal.account_id
    position = cipher.decrypt_position(account_id, after) if after is not None else None
    stream = context.subscriptions.dashboards.follow_dashboard(
        context.principal, to_domain_filter(filter, context.search_limits), position
    )
    async with aclosing(stream) as batches:
        async for batch in batches:
            yield share_events(batch, to_dashboard_event)


def to_dashboard_event(
    update: dashboard_view.ViewSnapshot | dashboard_view.ViewChange,
) -> DashboardEvent:
    if isinstance(update, dashboard_view.ViewSnapshot):
        return DashboardSnapshot(update=update)
    if update.removal is not None:
        return DashboardSessionRemoved(update=update, reason=update.removal)
    return DashboardSessionChanged(update=update)
