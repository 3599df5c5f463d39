"""Bodies in chunks of one byte, with and without extensions, of clients that are nobody."""

import threading
from functools import partial
from multiprocessing.synchronize import Event

import pytest

from tests.attacks.raw_connections import send_until
from tests.attacks.victim import Target, assert_victim_is_served
from tests.server_process import run, serving

pytestmark = pytest.mark.slow

CONNECTIONS = 20
HEAD = b"""POST /graphql HTTP/1.1\r
Host: 127.0.0.1\r
Content-Type: application/json\r
Transfer-Encoding: chunked\r
\r
"""
CHUNKS = {
    "bytes": b"1\r\n \r\n",
    "extensions": b"1;name=value\r\n \r\n",
    "long extensions": b"1;" + b"a" * 4_000 + b"\r\n \r\n",
}


def attack(name: str, target: Target, stop: Event) -> None:
    chunks = CHUNKS[name]
    said = chunks * (65_536 // len(chunks) + 1)
    threads = [
        threading.Thread(target=send_until, args=(stop, target, HEAD, said))
        for _ in range(CONNECTIONS)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


@pytest.mark.parametrize("name", CHUNKS)
def test_small_chunks_leave_the_victim_its_share(database_url, name):
    victim = run("keys", "create", "--name", "Victim", DATABASE_URL=database_url)
    with serving(DATABASE_URL=database_url, SESSIONS_AUTH="required") as server:
        assert_victim_is_served(server.by(victim.stdout.strip()), partial(attack, name))
