"""Connections that say nothing, or less than they announced, of one address and of many."""

from collections.abc import Iterator
from functools import partial
from multiprocessing.synchronize import Event

import pytest

from tests import server_process
from tests.attacks.raw_connections import hold_connections
from tests.attacks.victim import Target, assert_victim_is_served
from tests.server_process import Served, serving

pytestmark = pytest.mark.slow

#: As in the default of many systems, and what an attacker opens.
DESCRIPTORS, CONNECTIONS = 1024, 1040
HEAD = b"POST /graphql HTTP/1.1\r\nHost: 127.0.0.1\r\n"
BODY = HEAD + b"Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{"


@pytest.fixture(scope="module")
def small(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server that may not have more file descriptors."""
    command = tmp_path_factory.mktemp("bin") / "sessions"
    command.write_text(f'#!/bin/sh\nulimit -n {DESCRIPTORS}\nexec "{server_process.SESSIONS}" "$@"')
    command.chmod(0o755)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(server_process, "SESSIONS", command)
        with serving("--workers", "1", DATABASE_URL=database_url) as server:
            yield server


def one_address(index: int) -> str:
    return "127.0.0.2"


def many_addresses(index: int) -> str:
    return f"127.0.1.{index % 100 + 1}"


def attack(said: bytes, address_of, target: Target, stop: Event) -> None:
    hold_connections(stop, target, CONNECTIONS, said, address_of)


@pytest.mark.parametrize("said", [b"", HEAD, BODY], ids=["nothing", "head", "body"])
@pytest.mark.parametrize("address_of", [one_address, many_addresses])
def test_silent_connections_lock_nobody_out(small: Served, said: bytes, address_of) -> None:
    assert_victim_is_served(small, partial(attack, said, address_of))
    with small.client as client:
        assert client.get("/health").json() == {"status": "ok"}
