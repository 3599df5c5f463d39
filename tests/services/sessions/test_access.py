import pytest

from models import SessionStatus
from services.errors import Forbidden, InvalidTransition, NotFound, StaleState, WrongSessionType
from services.principal import ANONYMOUS
from services.sessions.access import lock_editable, lock_for_action, lock_session
from services.sessions.lifecycle import SessionAction
from tests import factories


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
