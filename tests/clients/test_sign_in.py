"""Independent clients that sign in, outlive their tokens and come back with new ones: `graphql-ws`
and `graphql-sse` of npm, in Node."""

import pytest

from tests.server_process import serving
from tests.token_issuer import issuing


@pytest.fixture(scope="module")
def issuer():
    with issuing() as issuer:
        yield issuer


@pytest.fixture(scope="module")
def server(database_url, issuer):
    with serving(**issuer.settings(DATABASE_URL=database_url)) as server:
        yield server


@pytest.mark.parametrize("transport", ["ws", "sse"])
def test_it_goes_on_past_the_end_of_its_tokens(server, issuer, node, transport):
    told = node("sign_in.mjs", transport, server.url, issuer.token_url)
    assert told["viewer"] == {"name": "Ana"}
    assert told["paused"] == "PauseSuccess"
    assert told["kinds"][-1] == "PAUSED"
    if transport == "ws":
        assert {"code": 4403, "reason": "Forbidden"} in told["closings"]
