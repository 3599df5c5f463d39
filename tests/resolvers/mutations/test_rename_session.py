"""Renaming a session."""

import pytest

from tests.operations import (
    call,
)


async def test_a_session_is_renamed(api, session):
    renamed = await call(
        api, "renameSession", "session { ...Session }", sessionId=session["id"], title="  Mine "
    )
    assert renamed["session"]["title"] == renamed["session"]["displayTitle"] == "Mine"


@pytest.mark.parametrize("title", ["  ", "x" * 256])
async def test_a_title_that_says_nothing_or_too_much_is_refused(api, session, title):
    refused = await call(
        api, "renameSession", "session { id }", sessionId=session["id"], title=title
    )
    assert refused["__typename"] == "InvalidInput"
