"""The dashboard: key figures, and the events of the live dashboard."""

from datetime import datetime
from typing import Self

import strawberry

import models
from execution.field_metadata import MAX_BYTES, MAX_ITEMS
from queries.dashboard.session_lists import ACTIVE_SHOWN, RECENT_SHOWN
from queries.dashboard.summary import DashboardFigures
from realtime import dashboard_view
from schema.context import Info
from schema.descriptions import EVENT_CURSOR, TIME_ZONE
from schema.session_loading import copy_sessions, encode_session_id
from schema.sessions import AISession
from services.limits import TIME_ZONE_CHARS


@strawberry.type(description="Number of sessions with one status.")
class StatusCount:
    status: models.SessionStatus = strawberry.field(description="The status counted.")
    count: int = strawberry.field(description="Sessions of the account with this status.")


@strawberry.type(description="Number of sessions of one type.")
class TypeCount:
    session_type: models.SessionType = strawberry.field(description="The type counted.")
    count: int = strawberry.field(description="Sessions of the account of this type.")


@strawberry.type(description="Key figures of the account's sessions.")
class DashboardSummary:
    by_status: list[StatusCount] = strawberry.field(
        description="Session counts by status, every status included."
    )
    by_type: list[TypeCount] = strawberry.field(
        description="Session counts by type, every type included."
    )
    generating: int = strawberry.field(
        description="Sessions in which the assistant is writing now."
    )
    unclaimed_escalations: int = strawberry.field(
        description="Escalated sessions that nobody has claimed."
    )
    resolved_today: int = strawberry.field(
        description="Sessions resolved since `todayStartedAt`: today in the account's time zone."
    )
    today_started_at: datetime = strawberry.field(
        description="When today began: midnight in the account's time zone."
    )
    time_zone: str = strawberry.field(description=TIME_ZONE, metadata={MAX_BYTES: TIME_ZONE_CHARS})
    median_minutes_to_resolve: float | None = strawberry.field(
        description="Median minutes from creation to resolution, over the last 1,000 sessions "
        "resolved within 7 days; null without any."
    )
    median_time_to_first_token_ms: float | None = strawberry.field(
        description="Median milliseconds from request to first token, over the last 1,000 "
        "answers within 7 days; null without any."
    )

    @classmethod
    def from_summary(cls, summary: DashboardFigures) -> Self:
        return cls(
            by_status=[StatusCount(status=s, count=n) for s, n in summary.by_status.items()],
            by_type=[TypeCount(session_type=t, count=n) for t, n in summary.by_type.items()],
            generating=summary.generating,
            unclaimed_escalations=summary.by_status[models.SessionStatus.ESCALATED],
            resolved_today=summary.resolved_today,
            today_started_at=summary.today.started_at,
            time_zone=summary.today.time_zone,
            median_minutes_to_resolve=summary.medians.minutes_to_resolve,
            median_time_to_first_token_ms=summary.medians.time_to_first_token_ms,
        )


@strawberry.interface(description="Event of the live dashboard.")
class DashboardEvent:
    update: strawberry.Private[dashboard_view.ViewSnapshot | dashboard_view.ViewChange]

    @strawberry.field(description=EVENT_CURSOR)
    def cursor(self, info: Info) -> str:
        context = info.context
        return context.cursor_cipher.encrypt_position(
            context.principal.account_id, self.update.position, self.update.nonce
        )


@strawberry.type(
    description="Full state of the dashboard, to replace the client's; changes follow."
)
class DashboardSnapshot(DashboardEvent):
    update: strawberry.Private[dashboard_view.ViewSnapshot]

    @strawberry.field(description="Key figures at this moment.")
    def summary(self) -> DashboardSummary:
        return DashboardSummary.from_summary(self.update.summary)

    @strawberry.field(
        description="Sessions not closed that match the filter, last changed first; at most "
        f"{ACTIVE_SHOWN} of each status.",
        metadata={MAX_ITEMS: 2 * ACTIVE_SHOWN},
    )
    def active(self) -> list[AISession]:
        return copy_sessions(self.update.active)

    @strawberry.field(
        description=f"Last {RECENT_SHOWN} closed sessions that match the filter, newest first.",
        metadata={MAX_ITEMS: RECENT_SHOWN},
    )
    def recent(self) -> list[AISession]:
        return copy_sessions(self.update.recent)


@strawberry.type(
    description="Change of one session that matches the filter; changes in quick succession are "
    "merged."
)
class DashboardSessionChanged(DashboardEvent):
    update: strawberry.Private[dashboard_view.ViewChange]

    @strawberry.field(description="What happened; of merged changes the most significant.")
    def kind(self) -> models.SessionEventKind:
        return self.update.kind

    @strawberry.field(description="The session after the change.")
    def session(self) -> AISession:
        [session] = copy_sessions([self.update.session])
        return session

    @strawberry.field(description="Key figures after the change.")
    def summary(self) -> DashboardSummary:
        return DashboardSummary.from_summary(self.update.summary)


@strawberry.type(
    description="A session is not part of the dashboard any more: remove it from the lists. After "
    "`after` it may name one that the client has not seen."
)
class DashboardSessionRemoved(DashboardEvent):
    update: strawberry.Private[dashboard_view.ViewChange]
    reason: dashboard_view.RemovalReason = strawberry.field(
        description="Whether the session is deleted, or only left the filter."
    )

    @strawberry.field(description="Global id of the session; after DELETED nothing has it.")
    def session_id(self) -> strawberry.ID:
        return encode_session_id(self.update.session["session_type"], self.update.session["key"])

    @strawberry.field(description="Key figures after the change.")
    def summary(self) -> DashboardSummary:
        return DashboardSummary.from_summary(self.update.summary)
