from queries.dashboard.summary import load_dashboard_summary
from resolvers.permissions import viewer_query
from schema.context import Info
from schema.dashboard import DashboardSummary


@viewer_query(name="dashboard", description="Key figures of the account's sessions.")
async def load_dashboard(info: Info) -> DashboardSummary | None:
    return DashboardSummary.from_summary(await load_dashboard_summary(info.context.reader))
