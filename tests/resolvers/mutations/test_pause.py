"""Pausing a session."""

from tests.api_client import eventually
from tests.operations import get, move


async def test_the_expected_state_is_fine(api, session):
    async def paused():
        # The title that is made at the same time changes the state too: then it is seen anew.
        version = (await get(api, session["id"]))["stateVersion"]
        moved = await move(api, "pause", session["id"], expectedStateVersion=version)
        return moved["__typename"] == "PauseSuccess"

    assert await eventually(paused)
