"""Looking on at a whole account.

One feed an account and process, however many look on: it reads what happened once, and once the
sessions it happened to. One board a filter: it asks once which of them fit. A viewer is but a
place among the changes of its board; a slow one finds several changes of a session as one.
"""

import asyncio
import logging
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Hashable, Iterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from models import SessionEventKind
from queries import dashboard_lists
from queries.account_events import HAS_STARTED, HORIZON, AccountEvent, EventPosition, most_significant_event, load_events_after
from queries.dashboard_summary import Medians, DashboardFigures, load_medians, load_dashboard_summary
from queries.session_list import SessionFilter, SessionValues
from realtime.broadcast import EventBatch, Subscribers, batch_of
from realtime.single_flight import SingleFlight
from services.principal import Principal
from storage.notifications import Channel, NotificationHub
from storage.outages import reraise_if_cancelled, retry_while_database_down
from storage.tenancy import Tenancy

logger = logging.getLogger(__name__)

#: Seconds between two looks: a session changes at most so often on a dashboard.
PACE = 0.25
#: How long a viewer may be late when a signal was lost.
LOOK_EVERY = 5.0
EVENTS_AT_ONCE = 1_000
#: Changes kept for viewers who are slow, and told to those who come back. Whoever has missed
#: more begins anew.
CHANGES_KEPT = 500
#: Of one session, each of a different look.
EARLIER_KEPT = 5
#: Sessions of which a board knows whether they fitted.
REMEMBERED = 10_000
MEDIANS_KEPT_FOR = 30.0


@dataclass(frozen=True, slots=True)
class DashboardSnapshot:
    position: EventPosition
    number: int
    summary: DashboardFigures
    active: Sequence[SessionValues]
    recent: Sequence[SessionValues]
    #: What viewers are told of it, worked out once for those who want the same of it.
    shared_results: SingleFlight[Any] = field(default_factory=SingleFlight, init=False)


@dataclass(frozen=True, slots=True)
class DashboardChange:
    """A session as it is since `kind` happened to it, with whatever else did meanwhile."""

    position: EventPosition
    number: int
    kind: SessionEventKind
    session: SessionValues
    fits: bool
    summary: DashboardFigures
    #: Changes of the session that it stands for as well, for those who have not seen them.
    earlier: tuple[tuple[int, SessionEventKind], ...] = ()
    shared_results: SingleFlight[Any] = field(default_factory=SingleFlight, init=False)
    _as_kinds: dict[SessionEventKind, "DashboardChange"] = field(default_factory=dict, init=False)

    def for_viewer_at(self, number: int) -> "DashboardChange":
        """As it is told to those who have seen what there was up to a number."""
        missed = [kind for at, kind in self.earlier if at > number]
        kind = most_significant_event([*missed, self.kind])
        if kind is self.kind:
            return self
        if kind not in self._as_kinds:
            self._as_kinds[kind] = replace(self, kind=kind)
        return self._as_kinds[kind]

    def merge(self, other: "DashboardChange") -> "DashboardChange":
        """In the place of another, which not everybody has seen."""
        earlier = (*other.earlier, (other.number, other.kind))
        return replace(self, earlier=earlier[-EARLIER_KEPT:])


@dataclass(frozen=True, slots=True)
class AccountChanges:
    """What happened in an account, the sessions it happened to, and the figures since."""

    #: By session, in the order in which they changed last.
    happened: dict[UUID, list[AccountEvent]]
    sessions: dict[UUID, SessionValues]
    summary: DashboardFigures


@dataclass(slots=True, eq=False)
class DashboardViewer:
    number: int
    #: Where one who comes back has got to: further than this process, if another one told them.
    after: EventPosition | None = None

    def has_seen(self, change: DashboardChange) -> bool:
        return self.after is not None and change.position <= self.after


@dataclass(slots=True, eq=False)
class FilteredView:
    """The changes that one filter lets through."""

    principal: Principal
    filter: SessionFilter
    number: int = 0
    #: Changes up to this number are no longer known.
    floor: int = 0
    changes: dict[UUID, DashboardChange] = field(default_factory=dict)
    fitted: dict[UUID, bool] = field(default_factory=dict)
    viewers: set[DashboardViewer] = field(default_factory=set)
    subscribers: Subscribers = field(default_factory=Subscribers)
    snapshot: DashboardSnapshot | None = None
    drawing: asyncio.Lock = field(default_factory=asyncio.Lock)

    def changes_after(self, number: int) -> list[DashboardChange] | None:
        """What has changed since, each session once; None when that is no longer known."""
        if number < self.floor:
            return None
        newer = []
        for change in reversed(self.changes.values()):
            if change.number <= number:
                break
            newer.append(change.for_viewer_at(number))
        return newer[::-1]

    def add_change(self, change: DashboardChange) -> None:
        self.number += 1
        change = replace(change, number=self.number)
        id = change.session["key"]
        unseen = self.changes.pop(id, None)
        self.changes[id] = change.merge(unseen) if unseen else change

    def should_deliver(self, change: DashboardChange, since: datetime) -> bool:
        """Whether the session fits, or did: what came before the board is taken to have."""
        id = change.session["key"]
        did = self.fitted.pop(id, change.session["created_at"] < since)
        self.fitted[id] = change.fits
        if len(self.fitted) > REMEMBERED:
            del self.fitted[next(iter(self.fitted))]
        return change.fits or did

    def notify(self) -> None:
        """Wake the viewers, and forget what all of them have seen."""
        slowest = min((viewer.number for viewer in self.viewers), default=self.number)
        while self.changes:
            id, oldest = next(iter(self.changes.items()))
            if oldest.number > slowest and len(self.changes) <= CHANGES_KEPT:
                break
            self.floor = max(self.floor, oldest.number)
            del self.changes[id]
        self.subscribers.notify()

    def iterate_changes(self, viewer: DashboardViewer) -> Iterator[DashboardChange | None]:
        """What has changed since, as long as that is known."""
        while (newer := self.changes_after(viewer.number)) is not None:
            for change in newer:
                viewer.number = change.number
                if not viewer.has_seen(change):
                    yield change
            if not newer:
                yield None


class AccountFeed:
    """One account. Reads it as long as somebody looks on."""

    def __init__(self, tenancy: Tenancy, account_id: UUID) -> None:
        self._db = tenancy.reader(account_id)
        self._account_id = account_id
        self._medians: Medians | None = None
        self._medians_until = 0.0
        self.position: EventPosition
        self.since: datetime
        self.views: dict[Hashable, FilteredView] = {}
        self.begun = asyncio.Event()
        self.wake = asyncio.Event()

    async def run(self) -> None:
        while not await self._tried(self._begin):  # noqa: ASYNC110 - nothing signals it
            await asyncio.sleep(PACE)
        self.begun.set()
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOK_EVERY):
                    await self.wake.wait()
            self.wake.clear()
            await self._tried(self._look)
            await asyncio.sleep(PACE)

    async def _tried(self, work: Callable[[], Awaitable[None]]) -> bool:
        try:
            await work()
        except Exception as error:
            reraise_if_cancelled(error)
            logger.exception("A dashboard cannot be kept up")
            return False
        return True

    @retry_while_database_down
    async def _begin(self) -> None:
        [row] = await self._db.fetch_rows(HORIZON)
        self.position, self.since = EventPosition(row.xact, 0), row.at

    @retry_while_database_down
    async def _look(self) -> None:
        events, has_more = await load_events_after(
            self._db, self._account_id, self.position, most=EVENTS_AT_ONCE
        )
        if has_more:
            self.wake.set()
        if not events:
            return
        news = await self._news(events)
        told: dict[FilteredView, list[DashboardChange]] = {}
        # A board that is opened meanwhile would miss it: it begins from where the feed is now.
        while new := [b for b in self.views.values() if b.viewers and b not in told]:
            for board in new:
                told[board] = await self._changes(board, news)
        self.position = events[-1].position
        for board, changes in told.items():
            for change in changes:
                if board.should_deliver(change, self.since):
                    board.add_change(change)
            board.notify()

    async def _news(self, events: Sequence[AccountEvent]) -> AccountChanges:
        happened: dict[UUID, list[AccountEvent]] = {}
        for event in events:
            happened[event.session_id] = [*happened.pop(event.session_id, []), event]
        sessions = await dashboard_lists.load_current_values(self._db, happened.keys())
        return AccountChanges(happened, sessions, await self._summary())

    async def _changes(self, board: FilteredView, news: AccountChanges) -> list[DashboardChange]:
        """One for each session, in the order in which they changed last."""
        fit = await dashboard_lists.find_matching_ids(
            self._db, board.principal, board.filter, news.happened.keys()
        )
        return [
            DashboardChange(
                position=of_one[-1].position,
                number=0,
                kind=most_significant_event([event.kind for event in of_one]),
                session=news.sessions[id],
                fits=id in fit,
                summary=news.summary,
            )
            for id, of_one in news.happened.items()
            if id in news.sessions
        ]

    async def _summary(self) -> DashboardFigures:
        if self._medians is None or time.monotonic() > self._medians_until:
            self._medians = await load_medians(self._db)
            self._medians_until = time.monotonic() + MEDIANS_KEPT_FOR
        return await load_dashboard_summary(self._db, self._medians)

    @retry_while_database_down
    async def snapshot(self, board: FilteredView) -> DashboardSnapshot:
        """Whoever comes while nothing has changed is shown the same one."""
        async with board.drawing:
            known = board.snapshot
            if known is None or known.position != self.position:
                position, number = self.position, board.number
                known = board.snapshot = DashboardSnapshot(
                    position,
                    number,
                    await self._summary(),
                    await dashboard_lists.load_active_sessions(self._db, board.principal, board.filter),
                    await dashboard_lists.load_recent_sessions(self._db, board.principal, board.filter),
                )
            return known

    @retry_while_database_down
    async def since_then(
        self, board: FilteredView, after: EventPosition
    ) -> list[DashboardChange] | None:
        """What a viewer who comes back has missed; None where it is too much to tell, or where
        its place is none of this database."""
        until = self.position
        if not await self._db.fetch_value(HAS_STARTED, xact=after.xact):
            return None
        events, has_more = await load_events_after(self._db, self._account_id, after, most=CHANGES_KEPT)
        missed = [event for event in events if event.position <= until]
        if has_more and len(missed) == len(events) == CHANGES_KEPT:
            return None
        return await self._changes(board, await self._news(missed)) if missed else []


class DashboardFeeds:
    """One per process."""

    def __init__(self, tenancy: Tenancy, switchboard: NotificationHub) -> None:
        self._tenancy = tenancy
        self._switchboard = switchboard
        self._feeds: dict[UUID, tuple[AccountFeed, asyncio.Task[None]]] = {}

    def __len__(self) -> int:
        return len(self._feeds)

    async def follow_dashboard(
        self, principal: Principal, wanted: SessionFilter, after: EventPosition | None
    ) -> AsyncGenerator[EventBatch[DashboardSnapshot | DashboardChange]]:
        """What there is, then what changes; or, behind a place, only what has changed since."""
        async with self._watching(principal, wanted) as (feed, board, viewer):
            missed = await feed.since_then(board, after) if after else None
            if missed is not None:
                viewer.after = after
                yield batch_of(missed)
                yield EventBatch(board.iterate_changes(viewer), board.subscribers)
            while True:
                snapshot = await feed.snapshot(board)
                viewer.number, viewer.after = snapshot.number, None
                yield batch_of([snapshot])
                yield EventBatch(board.iterate_changes(viewer), board.subscribers)

    @asynccontextmanager
    async def _watching(
        self, principal: Principal, wanted: SessionFilter
    ) -> AsyncGenerator[tuple[AccountFeed, FilteredView, DashboardViewer]]:
        feed = self._feed(principal.account_id)
        asks_for_me = wanted.escalated_to_me is not None
        key = (wanted, principal.user_id if asks_for_me else None)
        board = feed.views.setdefault(key, FilteredView(principal, wanted))
        viewer = DashboardViewer(board.number)
        board.viewers.add(viewer)
        try:
            await feed.begun.wait()
            yield feed, board, viewer
        finally:
            board.viewers.discard(viewer)
            if not board.viewers:
                feed.views.pop(key, None)
            if not feed.views:
                self._end(principal.account_id, feed)

    def _feed(self, account_id: UUID) -> AccountFeed:
        if account_id not in self._feeds:
            feed = AccountFeed(self._tenancy, account_id)
            task = asyncio.create_task(self._run(feed, account_id), name=f"feed {account_id}")
            self._feeds[account_id] = (feed, task)
        return self._feeds[account_id][0]

    async def _run(self, feed: AccountFeed, account_id: UUID) -> None:
        with self._switchboard.subscribe(Channel.ACCOUNT, account_id, feed.wake.set):
            await feed.run()

    def _end(self, account_id: UUID, feed: AccountFeed) -> None:
        found = self._feeds.get(account_id)
        if found is not None and found[0] is feed:
            del self._feeds[account_id]
            found[1].cancel()

    def close(self) -> None:
        for _, task in self._feeds.values():
            task.cancel()
        self._feeds.clear()
