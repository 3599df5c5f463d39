"""Errors of the database, which are logged, tell nothing of what people wrote."""

import traceback

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from tests import factories

SECRET = "the password is hunter2"
BAD = (
    "INSERT INTO ai_sessions (id, account_id, user_id, intake_content, title, status)"
    " VALUES (gen_random_uuid(), :account_id, :user_id, '{}', :title, 'no status')"
)


async def test_an_error_of_the_database_names_neither_parameters_nor_the_row(running):
    ana = await factories.user(running, "Ana")
    asked = {"account_id": ana.account_id, "user_id": ana.user_id, "title": SECRET}
    with pytest.raises(DBAPIError) as caught:
        async with running.tenancy.for_account(ana.account_id).orm_transaction() as db:
            await db.execute(text(BAD), asked)
    told = "".join(traceback.format_exception(caught.value))
    assert "violates check constraint" in told
    assert SECRET not in told
