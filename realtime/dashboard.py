"""Live dashboards: one feed per account and process, one view per filter, however many viewers.

The feed reads the events of the account once, and the sessions they happened to. For each filter,
one query finds which of these sessions match. See docs/adr/0015.
"""

import time
from collections.abc import AsyncGenerator, Generator, Hashable, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from uuid import UUID

from queries import dashboard_lists
from queries.account_events import (
    HORIZON,
    AccountEvent,
    EventPosition,
    can_resume_after,
    load_events_after,
    most_significant_event,
)
from queries.dashboard_summary import (
    DashboardFigures,
    Medians,
    load_dashboard_summary,
    load_medians,
)
from queries.session_filter import SessionFilter
from queries.session_list import SessionValues
from realtime.broadcast import EventBatch, batch_of
from realtime.dashboard_view import (
    CHANGES_KEPT,
    DashboardViewer,
    FilteredView,
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


@dataclass(frozen=True, slots=True)
class AccountChanges:
    """What happened in an account between two reads, and the sessions and figures after it."""

    #: By session, in the order of the last event of each.
    events: dict[UUID, list[AccountEvent]]
    sessions: dict[UUID, SessionValues]
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
        return has_more

    async def _publish(self, events: Sequence[AccountEvent]) -> None:
        changes = await self._load_changes(events)
        matched: dict[FilteredView, list[ViewChange]] = {}
        # Also for views that open meanwhile: they begin at the feed's position before this.
        while new := [view for view in self._views if view not in matched]:
            for view in new:
                matched[view] = await self._match_changes(view, changes)
        self.position = events[-1].position
        for view, of_view in matched.items():
            view.publish(of_view)

    async def _load_changes(self, events: Sequence[AccountEvent]) -> AccountChanges:
        by_session: dict[UUID, list[AccountEvent]] = {}
        for event in events:
            by_session[event.session_id] = [*by_session.pop(event.session_id, []), event]
        sessions = await dashboard_lists.load_current_values(self._db, by_session.keys())
        return AccountChanges(by_session, sessions, await self._load_summary())

    async def _match_changes(self, view: FilteredView, changes: AccountChanges) -> list[ViewChange]:
        """One change per session, in the order of their last events."""
        matching = await dashboard_lists.find_matching_ids(
            self._db, view.principal, view.filter, changes.events.keys()
        )
        return [
            ViewChange(
                position=events[-1].position,
                number=0,
                kind=most_significant_event([event.kind for event in events]),
                session=changes.sessions[id],
                fits=id in matching,
                summary=changes.summary,
            )
            for id, events in changes.events.items()
            if id in changes.sessions
        ]

    async def _load_summary(self) -> DashboardFigures:
        if self._medians is None or time.monotonic() > self._medians_until:
            self._medians = await load_medians(self._db)
            self._medians_until = time.monotonic() + MEDIANS_KEPT_FOR
        return await load_dashboard_summary(self._db, self._medians)

    @retry_while_database_down
    async def load_snapshot(self, view: FilteredView) -> ViewSnapshot:
        """The snapshot at the feed's position, loaded once for all viewers that come there."""
        async with view.snapshot_lock:
            snapshot = view.snapshot
            if snapshot is None or snapshot.position != self.position:
                position, number = self.position, view.number
                given = self._db, view.principal, view.filter
                snapshot = ViewSnapshot(
                    position,
                    number,
                    await self._load_summary(),
                    await dashboard_lists.load_active_sessions(*given),
                    await dashboard_lists.load_recent_sessions(*given),
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
        return await self._match_changes(view, await self._load_changes(missed)) if missed else []


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
