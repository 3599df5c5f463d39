"""Closing a session without a solution."""

from tests.operations import history, move


async def test_why_it_was_closed_stands_in_the_history(api, session):
    await move(api, "abandon", session["id"], reason="  The client has left ")
    [noted] = [each for each in await history(api, session["id"]) if each["kind"] == "ABANDONED"]
    assert noted["detail"] == {"reason": "The client has left"}
