"""Transactions, and how they end."""

import pytest
from sqlalchemy import text

from schema import ids
from storage.outages import CommitOutcomeUnknown, is_outage
from tests.factories import chat_session, save
from tests.operations import RENAME
from tests.superuser import as_owner

#: The connection is lost while it commits.
LOSE = """
CREATE FUNCTION lose() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END $$
"""
TRIGGER = """
CREATE CONSTRAINT TRIGGER lose AFTER UPDATE ON ai_sessions DEFERRABLE INITIALLY DEFERRED
FOR EACH ROW EXECUTE FUNCTION lose()
"""
KEEP = "DROP FUNCTION lose CASCADE"


@pytest.fixture
async def losing(running):
    """Whoever changes a session loses the connection as it is kept."""
    for statement in (LOSE, TRIGGER):
        async with as_owner(running) as db:
            await db.execute(text(statement))
    yield
    async with as_owner(running) as db:
        await db.execute(text(KEEP))


@pytest.mark.usefixtures("losing")
async def test_a_commit_that_nobody_hears_of_is_an_outage_of_its_own(running, ana):
    await save(running, chat_session(ana))
    with pytest.raises(CommitOutcomeUnknown) as told:
        async with running.tenancy.for_account(ana.account_id).orm_transaction() as db:
            await db.execute(text("UPDATE ai_sessions SET title = 'Another'"))
    assert is_outage(told.value)


@pytest.mark.usefixtures("losing")
async def test_whoever_asked_for_it_is_told_to_look(api, running, ana):
    session = chat_session(ana)
    await save(running, session)
    code, message = await api.error(RENAME, id=ids.encode_global_id("ChatSession", session.id))
    assert code == "DATABASE_UNAVAILABLE"
    assert "may have been saved" in message
