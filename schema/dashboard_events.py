import strawberry

import models
from queries import pagination
from realtime import dashboard
from schema.dashboard import DashboardSummary
from schema.session_loading import copy_sessions
from schema.sessions import AISession


@strawberry.interface(description="What a live dashboard is told.")
class DashboardEvent:
    moment: strawberry.Private[dashboard.DashboardSnapshot | dashboard.DashboardChange]

    @strawberry.field(description="Resume with `after: cursor` to go on behind this.")
    def cursor(self) -> str:
        return pagination.encode_cursor(*self.moment.position)


@strawberry.type(description="The desk as it is now; what changes from here on follows.")
class DashboardSnapshot(DashboardEvent):
    moment: strawberry.Private[dashboard.DashboardSnapshot]

    @strawberry.field
    def summary(self) -> DashboardSummary:
        return DashboardSummary.from_summary(self.moment.summary)

    @strawberry.field(description="Not closed, the latest change first; at most 50 of each status.")
    def active(self) -> list[AISession]:
        return copy_sessions(self.moment.active)

    @strawberry.field(description="The last 20 that were closed.")
    def recent(self) -> list[AISession]:
        return copy_sessions(self.moment.recent)


@strawberry.type(description="A session has changed. Changes that come fast are told as one.")
class DashboardSessionChanged(DashboardEvent):
    moment: strawberry.Private[dashboard.DashboardChange]

    @strawberry.field(
        description="What happened; of several things at once, the most telling. Of a session "
        "that was DELETED nothing is left but when, whose and of which type it was."
    )
    def kind(self) -> models.SessionEventKind:
        return self.moment.kind

    @strawberry.field
    def session(self) -> AISession:
        [session] = copy_sessions([self.moment.session])
        return session

    @strawberry.field(description="False when it fits the filter no longer: drop it.")
    def matches(self) -> bool:
        return self.moment.fits

    @strawberry.field
    def summary(self) -> DashboardSummary:
        return DashboardSummary.from_summary(self.moment.summary)
