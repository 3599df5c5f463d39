"""The rule of what a caller may do with a session, said once more in other words than its own."""

import pytest

from models import Role, SessionStatus, SessionType
from services.sessions import actions
from services.sessions.actions import Refusal, Situation
from services.sessions.lifecycle import SessionAction as A

ALWAYS = [A.STATUS_UPDATE, A.RENAME, A.RATE, A.DELETE]
CHAT = Situation(
    role=Role.ENGINEER,
    is_owner=True,
    is_assigned=False,
    has_escalated=False,
    session_type=SessionType.CHAT,
    status=SessionStatus.ACTIVE,
    is_empty=False,
    is_full=False,
)
GUIDED = CHAT._replace(session_type=SessionType.GUIDED)
COLLEAGUE = CHAT._replace(is_owner=False)
WORKING = {Role.ENGINEER, Role.LEAD, Role.ADMIN}


def roles_that(may, situation):
    return {role for role in Role if may(situation._replace(role=role))}


@pytest.mark.parametrize(
    ("situation", "roles"),
    [
        (CHAT, WORKING),
        (COLLEAGUE._replace(is_assigned=True), WORKING),
        (COLLEAGUE, {Role.LEAD, Role.ADMIN}),
        (COLLEAGUE._replace(has_escalated=True), {Role.LEAD, Role.ADMIN}),
    ],
    ids=["owner", "claimant", "colleague", "who escalated it"],
)
def test_who_may_edit(situation, roles):
    assert roles_that(actions.may_edit, situation) == roles


@pytest.mark.parametrize(
    ("situation", "roles"),
    [(CHAT, WORKING), (COLLEAGUE._replace(is_assigned=True), {Role.ADMIN})],
    ids=["owner", "claimant"],
)
def test_who_may_delete(situation, roles):
    assert roles_that(actions.may_delete, situation) == roles


def test_whoever_escalated_a_session_is_not_offered_to_claim_it():
    escalated = CHAT._replace(status=SessionStatus.ESCALATED)
    assert A.CLAIM in actions.list_allowed_actions(escalated)
    mine = actions.list_allowed_actions(escalated._replace(has_escalated=True))
    assert mine == (A.RESOLVE, A.ABANDON, *ALWAYS)


def test_who_may_not_work_on_a_session_is_offered_at_most_to_claim_it():
    escalated = COLLEAGUE._replace(status=SessionStatus.ESCALATED)
    assert actions.list_allowed_actions(escalated) == (A.CLAIM,)
    assert actions.list_allowed_actions(COLLEAGUE) == ()
    assert not actions.depends_on_progress(COLLEAGUE)


@pytest.mark.parametrize(
    ("situation", "talk"),
    [
        (CHAT, {A.SEND_CHAT_MESSAGE, A.REGENERATE}),
        (CHAT._replace(is_busy=True), {A.SEND_CHAT_MESSAGE}),
        (CHAT._replace(is_empty=True), {A.SEND_CHAT_MESSAGE}),
        (CHAT._replace(is_full=True), {A.REGENERATE}),
        (GUIDED, {A.REGENERATE}),
        (GUIDED._replace(has_open_step=True), {A.RESPOND_TO_STEP}),
        (GUIDED._replace(is_busy=True), set()),
        (GUIDED._replace(is_full=True), set()),
        (GUIDED._replace(is_full=True, has_open_step=True), {A.RESPOND_TO_STEP}),
    ],
)
def test_the_assistant_is_asked_for_what_it_can_do(situation, talk):
    offered = set(actions.list_allowed_actions(situation))
    assert offered & {A.SEND_CHAT_MESSAGE, A.RESPOND_TO_STEP, A.REGENERATE} == talk
    assert actions.depends_on_progress(situation)


def test_documents_are_edited_where_there_are_some():
    for status in SessionStatus:
        closed = CHAT._replace(status=status)
        assert A.EDIT_DOCUMENT not in actions.list_allowed_actions(closed)
        written = closed._replace(has_documents=True)
        assert A.EDIT_DOCUMENT in actions.list_allowed_actions(written)


def test_the_first_reason_is_the_one_that_helps():
    closed = GUIDED._replace(status=SessionStatus.RESOLVED)
    assert actions.find_refusal(A.SEND_CHAT_MESSAGE, closed) is Refusal.OTHER_TYPE
    assert actions.find_refusal(A.RESPOND_TO_STEP, closed) is Refusal.STATUS
    assert actions.find_refusal(A.DELETE, COLLEAGUE) is Refusal.NOT_OWNER
    assert actions.find_refusal(A.RENAME, COLLEAGUE) is Refusal.NO_ACCESS
