from typing import Self

import strawberry

import models
from queries.dashboard_summary import DashboardFigures


@strawberry.type(description="How many sessions stand there.")
class StatusCount:
    status: models.SessionStatus
    count: int


@strawberry.type(description="How many sessions are of that kind.")
class TypeCount:
    session_type: models.SessionType
    count: int


@strawberry.type(description="The desk at a glance.")
class DashboardSummary:
    by_status: list[StatusCount]
    by_type: list[TypeCount]
    generating: int = strawberry.field(
        description="Sessions in which the assistant is writing right now."
    )
    unclaimed_escalations: int
    resolved_today: int = strawberry.field(
        description="Since midnight, in the database's time zone."
    )
    median_minutes_to_resolve: float | None = strawberry.field(
        description="From creation to resolution, over the last 7 days and at most 1,000."
    )
    median_time_to_first_token_ms: float | None = strawberry.field(
        description="From the request to the first word, over the last 7 days and at most 1,000."
    )

    @classmethod
    def from_summary(cls, summary: DashboardFigures) -> Self:
        return cls(
            by_status=[StatusCount(status=s, count=n) for s, n in summary.by_status.items()],
            by_type=[TypeCount(session_type=t, count=n) for t, n in summary.by_type.items()],
            generating=summary.generating,
            unclaimed_escalations=summary.by_status[models.SessionStatus.ESCALATED],
            resolved_today=summary.resolved_today,
            median_minutes_to_resolve=summary.medians.minutes_to_resolve,
            median_time_to_first_token_ms=summary.medians.time_to_first_token_ms,
        )
