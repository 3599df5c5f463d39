"""Live dashboards: one feed per account and process, one view per filter, however many viewers.

The feed reads the events of the account once, and the sessions they happened to. For each filter,
one query finds which of these sessions match. See docs/adr/0015.
"""

import time
from collections.abc import AsyncGenerator, Collection, Generator, Hashable, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from uuid import UUID

from queries import full_text
from queries.account_events import (
    HORIZON,
    AccountEvent,
    EventPosition,
    can_resume_after,
    load_events_after,
    most_significant_event,
)
from queries.dashboard import session_lists
from queries.dashboard.session_lists import CurrentSessions
from queries.dashboard.summary import (
    DashboardFigures,
    Medians,
    load_dashboard_summary,
    load_medians,
)
from queries.session_filter import SessionFilter
from realtime.broadcast import EventBatch, batch_of
from realtime.dashboard_view import (
    CHANGES_KEPT,
    DashboardViewer,
    FilteredView,
    RemovalReason,
    ViewChange,
    ViewSnapshot,
)
from realtime.shared_feed import SharedFeed, SharedFeeds, SharedValues
from services.channels import Channel
from services.principal import Principal
from storage.notifications import NotificationHub
from storage.outages import retry_while_database_down
from storage.reader import Reader
from storage.transactions import Tenancy

EVENTS_AT_ONCE = 1_000
MEDIANS_KEPT_FOR = 30.0


#: In the order of the last event of each session.
EventsBySession = dict[UUID, list[AccountEvent]]


@dataclass(frozen=True, slots=True)
class AccountChanges:
    """What happened in an account between two reads, and the sessions and figures after it."""

    events: EventsBySession
    sessions: CurrentSessions
    summary: DashboardFigures


class AccountFeed(SharedFeed):
    """Reads what happens in one account, and publishes it to the view of each filter."""

    poll_interval = 5.0
    # A session changes at most four times a second on a dashboard.
    min_interval = 0.25

    def __init__(self, db: Reader) -> None:
        super().__init__()
        self._db = db
        self._medians: Medians | None = None
        self._medians_until = 0.0
        #: Of the figures that were loaded last.
        self._today_ends_at: datetime | None = None
        self._views: SharedValues[Hashable, FilteredView] = SharedValues()
        self.position: EventPosition

    @contextmanager
    def view(
        self, principal: Principal, filter: SessionFilter, after: EventPosition | None
    ) -> Generator[tuple[FilteredView, DashboardViewer]]:
        """The view of a filter, shared by all viewers that have the same."""
        depends_on_user = filter.escalated_to_me is not None
        key = (filter, principal.user_id if depends_on_user else None)
        with self._views.hold(key, lambda _: FilteredView(principal, filter)) as view:
            viewer = DashboardViewer(view.number, after)
            view.add_viewer(viewer)
            try:
                yield view, viewer
            finally:
                view.viewers.discard(viewer)

    @retry_while_database_down
    async def start(self) -> bool:
        self.position = EventPosition(await self._db.fetch_value(HORIZON), 0)
        return False

    @retry_while_database_down
    async def read_next(self) -> bool:
        events, has_more = await load_events_after(
            self._db, self._db.account_id, self.position, limit=EVENTS_AT_ONCE
        )
        if events:
            await self._publish(events)
        self._renew_views_at_midnight()
        return has_more

    def _renew_views_at_midnight(self) -> None:
        """Figures of today change then although nothing happens: all viewers get a snapshot."""
        if self._today_ends_at is not None and self._today_ends_at <= datetime.now(UTC):
            self._today_ends_at = None
            for view in self._views:
                view.discard_changes()

    async def _publish(self, events: Sequence[AccountEvent]) -> None:
        by_session = group_by_session(events)
        matching: dict[FilteredView, set[UUID]] = {}
        # Also for views that open meanwhile: they begin at the feed's position before this.
        while new := [view for view in self._views if view not in matching]:
            for view in new:
                matching[view] = await self._find_matching(view, by_session)
            changes = await self._load_changes(by_session)
        self.position = events[-1].position
        for view, ids in matching.items():
            view.publish(list_view_changes(changes, ids))

    async def _find_matching(self, view: FilteredView, events: EventsBySession) -> set[UUID]:
        """Call it before the sessions are loaded: one that is deleted between the two reads then
        leaves the view as deleted."""
        await self._settle_search(view)
        return await session_lists.find_matching_ids(
            self._db, view.principal, view.filter, events.keys()
        )

    async def _load_changes(self, events: EventsBySession) -> AccountChanges:
        sessions = await session_lists.load_current_sessions(self._db, events.keys())
        return AccountChanges(events, sessions, await self._load_summary())

    async def _settle_search(self, view: FilteredView) -> None:
        """Snapshot and changes of a view have the same condition."""
        if view.filter.search is not None and not view.is_settled:
            search = await full_text.settle_search(self._db, view.filter.search)
            view.filter, view.is_settled = replace(view.filter, search=search), True

    async def _load_summary(self) -> DashboardFigures:
        if self._medians is None or time.monotonic() > self._medians_until:
            self._medians = await load_medians(self._db)
            self._medians_until = time.monotonic() + MEDIANS_KEPT_FOR
        summary = await load_dashboard_summary(self._db, self._medians)
        self._today_ends_at = summary.today.ends_at
        return summary

    @retry_while_database_down
    async def load_snapshot(self, view: FilteredView) -> ViewSnapshot:
        """The snapshot at the feed's position, loaded once for all viewers that come there."""
        async with view.snapshot_lock:
            snapshot = view.snapshot
            if snapshot is None or snapshot.position != self.position or snapshot.is_outdated:
                position, number = self.position, view.number
                await self._settle_search(view)
                given = self._db, view.principal, view.filter
                snapshot = ViewSnapshot(
                    position,
                    number,
                    await self._load_summary(),
                    await session_lists.load_active_sessions(*given),
                    await session_lists.load_recent_sessions(*given),
                )
                view.show_snapshot(snapshot)
            return snapshot

    @retry_while_database_down
    async def load_missed_changes(
        self, view: FilteredView, after: EventPosition, until: EventPosition
    ) -> list[ViewChange] | None:
        """What a viewer that reconnects has missed; None if it is too much to deliver, or not all
        of it is known."""
        if not await can_resume_after(self._db, after):
            return None
        events, has_more = await load_events_after(
            self._db, self._db.account_id, after, limit=CHANGES_KEPT
        )
        missed = [event for event in events if event.position <= until]
        if has_more and len(missed) == len(events) == CHANGES_KEPT:
            return None
        if not missed:
            return []
        by_session = group_by_session(missed)
        matching = await self._find_matching(view, by_session)
        return list_view_changes(await self._load_changes(by_session), matching)


def group_by_session(events: Sequence[AccountEvent]) -> EventsBySession:
    by_session: EventsBySession = {}
    for event in events:
        by_session[event.session_id] = [*by_session.pop(event.session_id, []), event]
    return by_session


def list_view_changes(changes: AccountChanges, matching: Collection[UUID]) -> list[ViewChange]:
    """One change per session, in the order of their last events."""
    values, deleted = changes.sessions
    return [
        ViewChange(
            position=events[-1].position,
            number=0,
            kind=most_significant_event([event.kind for event in events]),
            session=session,
            removal=find_removal_reason(is_deleted=id in deleted, fits=id in matching),
            summary=changes.summary,
        )
        for id, events in changes.events.items()
        if (session := values.get(id) or deleted.get(id))
    ]


def find_removal_reason(*, is_deleted: bool, fits: bool) -> RemovalReason | None:
    if is_deleted:
        return RemovalReason.DELETED
    return None if fits else RemovalReason.NO_LONGER_MATCHES


class DashboardFeeds(SharedFeeds[AccountFeed]):
    """The account feeds of one process."""

    def __init__(self, tenancy: Tenancy, hub: NotificationHub) -> None:
        super().__init__(hub, Channel.ACCOUNT)
        self._tenancy = tenancy

    async def follow_dashboard(
        self, principal: Principal, filter: SessionFilter, after: EventPosition | None
    ) -> AsyncGenerator[EventBatch[ViewSnapshot | ViewChange]]:
        """A snapshot, then changes; with a cursor, only what has changed since."""
        create = partial(AccountFeed, self._tenancy.reader(principal.account_id))
        async with self.subscribe(principal.account_id, create) as feed:
            with feed.view(principal, filter, after) as (view, viewer):
                missed = (
                    await feed.load_missed_changes(view, after, feed.position) if after else None
                )
                if missed is not None:
                    yield batch_of(missed)
                    yield view.batch_for(viewer)
                while True:
                    snapshot = await feed.load_snapshot(view)
                    viewer.number, viewer.after = snapshot.number, None
                    yield batch_of([snapshot])
                    yield view.batch_for(viewer)
