"""Sessions that many tests of operations begin with."""

import pytest

from tests.operations import chat, guided


@pytest.fixture(params=["CHAT", "GUIDED"])
async def session(request, api):
    """A session of either kind in which nothing is being written."""
    return await (chat if request.param == "CHAT" else guided)(api)


@pytest.fixture
async def led(api):
    """A session on a flow of the library, at its first step."""
    return await guided(api)
