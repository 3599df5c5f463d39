"""Wrong keys without pause, over many connections of one address."""

import http.client
import secrets
import threading
from multiprocessing.synchronize import Event

import pytest

from tests.attacks.victim import Target, assert_victim_is_served
from tests.server_process import run, serving

pytestmark = pytest.mark.slow

CONNECTIONS = 40
MOST_TRIES = 5_000


def attack(target: Target, stop: Event) -> None:
    threads = [threading.Thread(target=try_keys, args=(target, stop)) for _ in range(CONNECTIONS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def try_keys(target: Target, stop: Event) -> None:
    connection = http.client.HTTPConnection(
        target.host, target.port, timeout=30, source_address=("127.0.0.2", 0)
    )
    for _ in range(MOST_TRIES // CONNECTIONS):
        if stop.is_set():
            break
        key = f"us_{secrets.token_hex(6)}_{secrets.token_hex(32)}"
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {key}"}
        try:
            connection.request("POST", "/graphql", b'{"query":"{viewer{id}}"}', headers)
            connection.getresponse().read()
        except (OSError, http.client.HTTPException):
            connection.close()
    connection.close()


def test_wrong_keys_leave_the_victim_its_share(database_url):
    made = run("keys", "create", "--name", "Victim", DATABASE_URL=database_url)
    limits = {
        "SESSIONS_FAILED_SIGN_INS_PER_MINUTE": "60",
        "SESSIONS_ANONYMOUS_REQUESTS_PER_MINUTE": "3000",
    }
    with serving(DATABASE_URL=database_url, SESSIONS_AUTH="required", **limits) as server:
        assert_victim_is_served(server.by(made.stdout.strip()), attack)
