import strawberry

from schema.context import Info
from schema.dashboard import DashboardSummary
from schema.permissions import READS
from services.dashboard.summary import summary


@strawberry.field(extensions=[READS], description="The desk's figures as of now.")
async def dashboard(info: Info) -> DashboardSummary:
    return DashboardSummary.of(await summary(info.context.reading))
