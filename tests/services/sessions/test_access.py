from types import SimpleNamespace
from uuid import uuid4

import pytest

from models import Role, SessionStatus
from services.errors import Forbidden, InvalidTransition, NotFound, StaleState, WrongSessionType
from services.principal import ANONYMOUS, Principal
from services.sessions.access import (
    can_claim,
    can_edit,
    lock_editable,
    lock_for_action,
    lock_session,
)
from services.sessions.lifecycle import SessionAction
from tests import factories

ME, OTHER, ACCOUNT = uuid4(), uuid4(), uuid4()


def owned(owner=OTHER, claimed_by=None, escalated_by=None):
    return SimpleNamespace(user_id=owner, escalated_to_id=claimed_by, escalated_by_id=escalated_by)


@pytest.mark.parametrize(
    ("session", "roles"),
    [
        (owned(ME), {Role.ENGINEER, Role.LEAD, Role.ADMIN}),
        (owned(claimed_by=ME), {Role.ENGINEER, Role.LEAD, Role.ADMIN}),
        (owned(), {Role.LEAD, Role.ADMIN}),
    ],
    ids=["owner", "claimant", "colleague"],
)
def test_who_can_edit(session, roles):
    assert {role for role in Role if can_edit(Principal(ME, ACCOUNT, role), session)} == roles


@pytest.mark.parametrize(
    ("session", "roles"),
    [
        (owned(), {Role.ENGINEER, Role.LEAD, Role.ADMIN}),
        (owned(ME), {Role.ENGINEER, Role.LEAD, Role.ADMIN}),
        (owned(escalated_by=ME), set()),
    ],
    ids=["colleague", "owner", "who escalated it"],
)
def test_who_can_claim(session, roles):
    assert {role for role in Role if can_claim(Principal(ME, ACCOUNT, role), session)} == roles


@pytest.fixture
async def session(running, ana):
    session = factories.chat_session(ana)
    await factories.save(running, session)
    return session


async def test_other_accounts_do_not_find_a_session(begin, eve, session):
    for who in (eve, ANONYMOUS):
        with pytest.raises(NotFound, match=r"There is no such session\."):
            async with begin(who) as work:
                await lock_session(work, session.id)


async def test_a_colleague_sees_a_session_but_cannot_edit_it(begin, running, ana, session):
    cem = await factories.user(running, "Cem", account_id=ana.account_id)
    async with begin(cem) as work:
        assert (await lock_session(work, session.id)).id == session.id
        with pytest.raises(Forbidden, match="Ask a lead"):
            await lock_editable(work, session.id)


async def test_an_action_needs_the_version_the_caller_has_seen(begin, ana, session):
    async with begin(ana) as work:
        await lock_for_action(work, session.id, SessionAction.PAUSE, session.state_version)
        with pytest.raises(StaleState, match="expected version 7, the current version is 0"):
            await lock_for_action(work, session.id, SessionAction.PAUSE, 7)


async def test_an_action_needs_the_type_it_is_for(begin, ana, session):
    async with begin(ana) as work:
        with pytest.raises(WrongSessionType, match="a session of type guided"):
            await lock_for_action(work, session.id, SessionAction.RESPOND_TO_STEP)


async def test_an_action_needs_a_status_that_allows_it(begin, running, ana):
    session = factories.chat_session(ana, status=SessionStatus.RESOLVED)
    await factories.save(running, session)
    async with begin(ana) as work:
        with pytest.raises(InvalidTransition, match="Cannot pause: the session is resolved"):
            await lock_for_action(work, session.id, SessionAction.PAUSE)
