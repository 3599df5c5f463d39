"""What a dashboard tells those who were not quick enough to hear of each change."""

from uuid import UUID

from models import SessionEventKind
from queries.account_events import EventPosition
from queries.dashboard.summary import DashboardFigures
from queries.session_filter import SessionFilter
from realtime.dashboard_view import (
    DashboardViewer,
    FilteredView,
    RemovalReason,
    ViewChange,
    ViewSnapshot,
)
from services.principal import ANONYMOUS

SUMMARY = DashboardFigures.__new__(DashboardFigures)


def change(
    kind: SessionEventKind, session: int = 1, *, at: int = 1, fits: bool = True
) -> ViewChange:
    removal = None if fits else RemovalReason.NO_LONGER_MATCHES
    return ViewChange(EventPosition(at, 1), 0, kind, {"key": UUID(int=session)}, removal, SUMMARY)


def told(board: FilteredView, number: int) -> list[SessionEventKind]:
    return [each.kind for each in board.changes_after(number)]


def test_who_has_missed_what_matters_is_told_of_it_before_what_came_after():
    board = FilteredView(ANONYMOUS, SessionFilter())
    board.add_change(change(SessionEventKind.ESCALATED))
    board.add_change(change(SessionEventKind.GENERATION_FINISHED))
    assert told(board, 0) == [SessionEventKind.ESCALATED]
    assert told(board, 1) == [SessionEventKind.GENERATION_FINISHED]
    assert told(board, 2) == []


def test_those_who_have_missed_the_same_are_told_the_same():
    board = FilteredView(ANONYMOUS, SessionFilter())
    for kind in (SessionEventKind.CLAIMED, SessionEventKind.RENAMED, SessionEventKind.RATED):
        board.add_change(change(kind))
    [one], [other] = board.changes_after(0), board.changes_after(0)
    assert one is other
    assert told(board, 1) == told(board, 2) == [SessionEventKind.RATED]


def test_other_sessions_are_told_of_for_themselves():
    board = FilteredView(ANONYMOUS, SessionFilter())
    board.add_change(change(SessionEventKind.ESCALATED, 1))
    board.add_change(change(SessionEventKind.RATED, 2))
    assert told(board, 0) == [SessionEventKind.ESCALATED, SessionEventKind.RATED]


def test_what_another_process_has_told_is_not_told_again():
    board, viewer = (
        FilteredView(ANONYMOUS, SessionFilter()),
        DashboardViewer(0, after=EventPosition(2, 1)),
    )
    board.add_change(change(SessionEventKind.ESCALATED, 1, at=1))
    board.add_change(change(SessionEventKind.CLAIMED, 2, at=2))
    steps = board.iterate_changes(viewer)
    assert next(steps) is None
    board.add_change(change(SessionEventKind.RESOLVED, 1, at=3))
    found = next(steps)
    assert found is not None
    assert found.position == EventPosition(3, 1)


def removed(at: int) -> ViewChange:
    return change(SessionEventKind.RESOLVED, at=at, fits=False)


def test_a_removal_is_delivered_once():
    board = FilteredView(ANONYMOUS, SessionFilter())
    board.viewers.add(DashboardViewer(0))
    assert [board.should_deliver(removed(at)) for at in (1, 2)] == [True, False]
    assert board.should_deliver(change(SessionEventKind.REOPENED, at=3))
    assert board.should_deliver(removed(4))


def test_a_removal_is_delivered_again_to_a_viewer_with_a_cursor():
    board = FilteredView(ANONYMOUS, SessionFilter())
    board.should_deliver(removed(1))
    board.add_viewer(DashboardViewer(0, after=EventPosition(3, 1)))
    # The viewer has seen what is later than this, and may have got the session then.
    assert board.should_deliver(removed(2))
    assert board.should_deliver(removed(4))
    assert not board.should_deliver(removed(5))


def test_a_removal_is_delivered_again_after_a_snapshot_with_the_session():
    board = FilteredView(ANONYMOUS, SessionFilter())
    board.should_deliver(removed(1))
    session = {"key": UUID(int=1)}
    board.show_snapshot(ViewSnapshot(EventPosition(1, 1), 0, SUMMARY, [session], []))
    assert board.should_deliver(removed(2))


async def test_removals_are_delivered_while_a_snapshot_is_loaded():
    board = FilteredView(ANONYMOUS, SessionFilter())
    board.should_deliver(removed(1))
    async with board.snapshot_lock:
        assert board.should_deliver(removed(2))
    assert not board.should_deliver(removed(3))
