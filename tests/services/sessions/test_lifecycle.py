import itertools

import pytest

from models import SessionStatus as S
from services.sessions.lifecycle import ONLY_FOR, TRANSITIONS, SessionAction

A = SessionAction
CLOSING = {A.RESOLVE, A.ABANDON}

#: What may change a status, said once more in other words than the table's.
EXPECTED = {
    S.ACTIVE: {
        A.PAUSE: S.PAUSED,
        A.RESOLVE: S.RESOLVED,
        A.ESCALATE: S.ESCALATED,
        A.ABANDON: S.ABANDONED,
    },
    S.PAUSED: {
        A.RESUME: S.ACTIVE,
        A.RESOLVE: S.RESOLVED,
        A.ESCALATE: S.ESCALATED,
        A.ABANDON: S.ABANDONED,
    },
    S.ESCALATED: {A.CLAIM: S.ACTIVE, A.RESOLVE: S.RESOLVED, A.ABANDON: S.ABANDONED},
    S.RESOLVED: {A.REOPEN: S.ACTIVE},
    S.ABANDONED: {A.REOPEN: S.ACTIVE},
}


@pytest.mark.parametrize("status", S)
def test_each_status_leads_just_where_it_should(status):
    targets = {action: TRANSITIONS.get((status, action), status) for action in A}
    moves = {action: target for action, target in targets.items() if target != status}
    assert moves == EXPECTED[status]


@pytest.mark.parametrize(("status", "action"), list(itertools.product(S, ONLY_FOR)))
def test_the_assistant_is_talked_to_in_active_sessions_only(status, action):
    assert ((status, action) in TRANSITIONS) == (status is S.ACTIVE)
