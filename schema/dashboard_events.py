from typing import Self

import strawberry

import models
from schema.dashboard import DashboardSummary
from schema.sessions import AISession, from_row
from services import paging
from services.dashboard.boards import Change, Snapshot


@strawberry.interface(description="What a live dashboard is told.")
class DashboardEvent:
    cursor: str = strawberry.field(description="Resume with `after: cursor` to go on behind this.")


@strawberry.type(description="The desk as it is now; what changes from here on follows.")
class DashboardSnapshot(DashboardEvent):
    summary: DashboardSummary
    active: list[AISession] = strawberry.field(
        description="Not closed, the latest change first; at most 50 of each status."
    )
    recent: list[AISession] = strawberry.field(description="The last 20 that were closed.")

    @classmethod
    def of(cls, snapshot: Snapshot) -> Self:
        return cls(
            cursor=paging.encode(*snapshot.position),
            summary=DashboardSummary.of(snapshot.summary),
            active=[from_row(row) for row in snapshot.active],
            recent=[from_row(row) for row in snapshot.recent],
        )


@strawberry.type(description="A session has changed. Changes that come fast are told as one.")
class DashboardSessionChanged(DashboardEvent):
    kind: models.SessionEventKind = strawberry.field(
        description="What happened; of several things at once, the most telling. Of a session "
        "that was DELETED nothing is left but when, whose and of which type it was."
    )
    session: AISession
    matches: bool = strawberry.field(
        description="False when it fits the filter no longer: drop it."
    )
    summary: DashboardSummary

    @classmethod
    def of(cls, change: Change) -> Self:
        return cls(
            cursor=paging.encode(*change.position),
            kind=change.kind,
            session=from_row(change.session),
            matches=change.fits,
            summary=DashboardSummary.of(change.summary),
        )
