"""Requests without sign-in, pipelined without pause, over a few connections of one address."""

import socket
import threading
from multiprocessing.synchronize import Event

import pytest

from tests.attacks.victim import Target, assert_victim_is_served
from tests.server_process import run, serving

pytestmark = pytest.mark.slow

CONNECTIONS = 8
REQUEST = b"GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
#: Requests that are sent at once.
PIPELINED = 50
MOST_ROUNDS = 2_000


def attack(target: Target, stop: Event) -> None:
    threads = [threading.Thread(target=flood, args=(target, stop)) for _ in range(CONNECTIONS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def flood(target: Target, stop: Event) -> None:
    for _ in range(MOST_ROUNDS):
        if stop.is_set():
            return
        try:
            with socket.create_connection(
                (target.host, target.port), 30, source_address=("127.0.0.2", 0)
            ) as connection:
                connection.sendall(REQUEST * PIPELINED)
                connection.settimeout(1)
                while not stop.is_set() and connection.recv(65536):
                    connection.sendall(REQUEST)
        except OSError:
            continue


def test_requests_of_nobody_leave_the_victim_its_share(database_url):
    made = run("keys", "create", "--name", "Victim", DATABASE_URL=database_url)
    limits = {"SESSIONS_ANONYMOUS_REQUESTS_PER_MINUTE": "3000"}
    with serving(DATABASE_URL=database_url, SESSIONS_AUTH="required", **limits) as server:
        assert_victim_is_served(server.by(made.stdout.strip()), attack)
