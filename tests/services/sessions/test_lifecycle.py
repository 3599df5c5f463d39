import itertools

import pytest

from models import SessionStatus as S
from models import SessionType
from services.sessions.lifecycle import (
    ONLY_FOR,
    TRANSITIONS,
    SessionAction,
    allowed_actions,
    is_allowed,
)

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
    assert is_allowed(status, action) == (status is S.ACTIVE)


@pytest.mark.parametrize("session_type", SessionType)
def test_the_buttons_of_an_active_session_fit_its_type(session_type):
    talk = A.SEND_CHAT_MESSAGE if session_type is SessionType.CHAT else A.RESPOND_TO_STEP
    assert allowed_actions(session_type, S.ACTIVE, can_edit=True, can_claim=True) == [
        talk,
        A.RESOLVE,
        A.ESCALATE,
        A.PAUSE,
        A.ABANDON,
        A.STATUS_UPDATE,
    ]


def test_whoever_escalated_a_session_is_not_offered_to_claim_it():
    offered = allowed_actions(SessionType.CHAT, S.ESCALATED, can_edit=True, can_claim=False)
    assert A.CLAIM not in offered
    assert offered == [A.RESOLVE, A.ABANDON, A.STATUS_UPDATE]


def test_who_may_not_work_on_a_session_is_offered_at_most_to_claim_it():
    offered = allowed_actions(SessionType.CHAT, S.ESCALATED, can_edit=False, can_claim=True)
    assert offered == [A.CLAIM]
    assert allowed_actions(SessionType.CHAT, S.ACTIVE, can_edit=False, can_claim=True) == []
