"""Rating a session."""

import pytest

from tests.operations import (
    call,
)


async def test_a_session_is_rated(api, session):
    rated = await call(
        api, "rateSession", "session { ...Session }", sessionId=session["id"], rating=4
    )
    assert rated["session"]["rating"] == 4


async def test_a_session_is_rated_in_words_too(api, session):
    asked = {"sessionId": session["id"], "rating": 2, "comment": "  Too slow "}
    rated = await call(api, "rateSession", "session { rating ratingComment }", **asked)
    assert rated["session"] == {"rating": 2, "ratingComment": "Too slow"}
    asked["comment"] = "x" * 8_001
    refused = await call(api, "rateSession", "session { id }", **asked)
    assert refused["__typename"] == "InvalidInput"


@pytest.mark.parametrize("rating", [0, 6, -1])
async def test_a_rating_is_one_to_five(api, session, rating):
    refused = await call(
        api, "rateSession", "session { id }", sessionId=session["id"], rating=rating
    )
    assert refused["__typename"] == "InvalidInput"
