"""The view of an account through one filter, and the positions of its viewers in it."""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import StrEnum
from uuid import UUID

from models import SessionEventKind
from queries.account_events import EventPosition, most_significant_event
from queries.dashboard.summary import DashboardFigures
from queries.opaque_cursors import create_nonce
from queries.session_filter import SessionFilter
from queries.session_list import SessionValues
from realtime.broadcast import EventBatch, SharedEvent, Subscribers
from services.principal import Principal

#: Changes kept for slow viewers, and delivered to viewers that reconnect. A viewer that has missed
#: more gets a new snapshot.
CHANGES_KEPT = 500
#: Earlier changes that a change remembers, all of the same session.
EARLIER_KEPT = 5
#: Sessions of which a view knows that no viewer shows them.
HIDDEN_KEPT = 10_000


@dataclass(frozen=True, slots=True)
class ViewSnapshot(SharedEvent):
    """The sessions and figures at a position."""

    position: EventPosition
    number: int
    summary: DashboardFigures
    active: Sequence[SessionValues]
    recent: Sequence[SessionValues]
    #: For the encryption of its cursor, which is then the same for all viewers.
    nonce: bytes = field(default_factory=create_nonce, init=False, compare=False)

    @property
    def is_outdated(self) -> bool:
        """Whether the day of its figures has ended."""
        return self.summary.today.ends_at <= datetime.now(UTC)


class RemovalReason(StrEnum):
    """Why a session leaves a view."""

    DELETED = "deleted"
    NO_LONGER_MATCHES = "no_longer_matches"


@dataclass(frozen=True, slots=True)
class ViewChange(SharedEvent):
    """A session after `kind` and all else that happened to it between two reads."""

    position: EventPosition
    number: int
    kind: SessionEventKind
    #: Of a session that is deleted, only key and type.
    session: SessionValues
    #: Why the session leaves the view; None where it matches the filter.
    removal: RemovalReason | None
    summary: DashboardFigures
    #: Older changes of the session that this one replaces, for viewers that have not seen them.
    earlier: tuple[tuple[int, SessionEventKind], ...] = ()
    #: For the encryption of its cursor, which is then the same for all viewers.
    nonce: bytes = field(default_factory=create_nonce, init=False, compare=False)
    _by_kind: dict[SessionEventKind, "ViewChange"] = field(default_factory=dict, init=False)

    def for_viewer_at(self, number: int) -> "ViewChange":
        """The change with the most significant kind among those that the viewer has missed."""
        missed = [kind for at, kind in self.earlier if at > number]
        kind = most_significant_event([*missed, self.kind])
        if kind is self.kind:
            return self
        if kind not in self._by_kind:
            self._by_kind[kind] = replace(self, kind=kind)
        return self._by_kind[kind]

    def merge(self, other: "ViewChange") -> "ViewChange":
        """This change in place of an older one that some viewers have not seen."""
        earlier = (*other.earlier, (other.number, other.kind))
        return replace(self, earlier=earlier[-EARLIER_KEPT:])


@dataclass(slots=True, eq=False)
class DashboardViewer:
    """The position of one viewer in a view."""

    number: int
    #: The cursor of a viewer that reconnects: it may be ahead of this process.
    after: EventPosition | None = None

    def has_seen(self, change: ViewChange) -> bool:
        return self.after is not None and change.position <= self.after


@dataclass(slots=True, eq=False)
class FilteredView:
    """The changes that match one filter, each session once; a slow viewer costs nothing."""

    principal: Principal
    filter: SessionFilter
    #: Whether the search of the filter has been settled.
    is_settled: bool = False
    number: int = 0
    #: Changes up to this number are not kept.
    floor: int = 0
    changes: dict[UUID, ViewChange] = field(default_factory=dict)
    #: Sessions that no viewer shows: they did not match at their last change, and nobody has got
    #: them otherwise since. Of other sessions nothing is known, so their removal is delivered.
    hidden: dict[UUID, None] = field(default_factory=dict)
    viewers: set[DashboardViewer] = field(default_factory=set)
    subscribers: Subscribers = field(default_factory=Subscribers)
    snapshot: ViewSnapshot | None = None
    #: Held while a snapshot is loaded.
    snapshot_lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    def add_viewer(self, viewer: DashboardViewer) -> None:
        """A viewer with a cursor shows sessions of which this process knows nothing."""
        self.viewers.add(viewer)
        if viewer.after is not None:
            self.hidden.clear()

    def show_snapshot(self, snapshot: ViewSnapshot) -> None:
        self.snapshot = snapshot
        for session in (*snapshot.active, *snapshot.recent):
            self.hidden.pop(session["key"], None)

    def changes_after(self, number: int) -> list[ViewChange] | None:
        """The changes after a number, each session once; None if they are no longer kept."""
        if number < self.floor:
            return None
        newer = []
        for change in reversed(self.changes.values()):
            if change.number <= number:
                break
            newer.append(change.for_viewer_at(number))
        return newer[::-1]

    def publish(self, changes: Sequence[ViewChange]) -> None:
        """Add the changes that concern the filter, notify the viewers, and drop what all have
        seen."""
        for change in changes:
            if self.should_deliver(change):
                self.add_change(change)
        slowest = min((viewer.number for viewer in self.viewers), default=self.number)
        while self.changes:
            id, oldest = next(iter(self.changes.items()))
            if oldest.number > slowest and len(self.changes) <= CHANGES_KEPT:
                break
            self.floor = max(self.floor, oldest.number)
            del self.changes[id]
        self.subscribers.notify()

    def discard_changes(self) -> None:
        """Let every viewer get a new snapshot."""
        self.number += 1
        self.floor = self.number
        self.changes.clear()
        self.snapshot = None
        self.subscribers.notify()

    def add_change(self, change: ViewChange) -> None:
        self.number += 1
        change = replace(change, number=self.number)
        id = change.session["key"]
        unseen = self.changes.pop(id, None)
        self.changes[id] = change.merge(unseen) if unseen else change

    def should_deliver(self, change: ViewChange) -> bool:
        """Whether the session matches, or some viewer may still show it."""
        id = change.session["key"]
        was_hidden = id in self.hidden
        self.hidden.pop(id, None)
        if change.removal is None:
            return True
        if not any(viewer.has_seen(change) for viewer in self.viewers):
            self.hidden[id] = None
            if len(self.hidden) > HIDDEN_KEPT:
                del self.hidden[next(iter(self.hidden))]
        # A snapshot that is being loaded may have sessions of events that are not read yet.
        return not was_hidden or self.snapshot_lock.locked()

    def batch_for(self, viewer: DashboardViewer) -> EventBatch[ViewChange]:
        return EventBatch(self.iterate_changes(viewer), self.subscribers)

    def iterate_changes(self, viewer: DashboardViewer) -> Iterator[ViewChange | None]:
        """The changes from the viewer's position on, as long as they are kept."""
        while (newer := self.changes_after(viewer.number)) is not None:
            for change in newer:
                viewer.number = change.number
                if not viewer.has_seen(change):
                    yield change
            if not newer:
                yield None
