import strawberry

from queries.dashboard_summary import summary
from resolvers.permissions import READS
from schema.context import Info
from schema.dashboard import DashboardSummary


@strawberry.field(extensions=[READS], description="The desk's figures as of now.")
async def dashboard(info: Info) -> DashboardSummary:
    return DashboardSummary.of(await summary(info.context.reading))
