"""Rating a session."""

import pytest

import models
from schema import ids
from tests.operations import (
    call,
)
from tests.superuser import as_owner


async def test_a_session_is_rated(api, session):
    rated = await call(
        api, "rateSession", "session { ...Session }", sessionId=session["id"], rating=4
    )
    assert rated["session"]["rating"] == 4


async def test_a_session_is_rated_in_words_too(api, running, session):
    asked = {"sessionId": session["id"], "rating": 2, "comment": "  Too slow "}
    await call(api, "rateSession", "session { id }", **asked)
    async with as_owner(running) as db:
        key = api.principal.account_id, ids.decode_session_id(session["id"])
        rated = await db.get_one(models.AISession, key)
        assert rated.session_feedback == "Too slow"
    asked["comment"] = "x" * 8_001
    refused = await call(api, "rateSession", "session { id }", **asked)
    assert refused["__typename"] == "InvalidInput"


@pytest.mark.parametrize("rating", [0, 6, -1])
async def test_a_rating_is_one_to_five(api, session, rating):
    refused = await call(
        api, "rateSession", "session { id }", sessionId=session["id"], rating=rating
    )
    assert refused["__typename"] == "InvalidInput"
