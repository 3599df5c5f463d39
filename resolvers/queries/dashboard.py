import strawberry

from queries.dashboard_summary import load_dashboard_summary
from resolvers.permissions import VIEWER_UP
from schema.context import Info
from schema.dashboard import DashboardSummary


@strawberry.field(
    name="dashboard", extensions=[VIEWER_UP], description="Key figures of the account's sessions."
)
async def load_dashboard(info: Info) -> DashboardSummary:
    return DashboardSummary.from_summary(await load_dashboard_summary(info.context.reader))
