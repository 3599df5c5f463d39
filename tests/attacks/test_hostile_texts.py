"""Fifteen logs that are hostile to patterns: each takes seconds to redact, one after another."""

import http.client
import json
import threading
from multiprocessing.synchronize import Event

import pytest

from tests.attacks.victim import Target, assert_victim_is_served
from tests.server_process import serving

pytestmark = pytest.mark.slow

#: Together fifteen sessions, whose redaction takes longer than the victim is watched.
CONNECTIONS = 3
MOST_SESSIONS = 5
LOG_CHARS = 200_000
UNITS = ("token ((((", "password ", "pin 1234 ", "curl -u a:b -p ", "login admin / x1 ")
CREATE = """mutation($log: String!) { createSession(input: {
  sessionType: CHAT, intake: {text: "What is this?", logText: $log} }) { __typename } }"""


def attack(target: Target, stop: Event) -> None:
    threads = [
        threading.Thread(target=create_sessions, args=(target, stop, number))
        for number in range(CONNECTIONS)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def create_sessions(target: Target, stop: Event, number: int) -> None:
    log = (UNITS[number % len(UNITS)] * LOG_CHARS)[:LOG_CHARS]
    body = json.dumps({"query": CREATE, "variables": {"log": log}})
    for _ in range(MOST_SESSIONS):
        if stop.is_set():
            return
        connection = http.client.HTTPConnection(
            target.host, target.port, timeout=60, source_address=("127.0.0.2", 0)
        )
        try:
            connection.request("POST", "/graphql", body, {"Content-Type": "application/json"})
            assert b"CreateSessionSuccess" in connection.getresponse().read()
        finally:
            connection.close()


def test_hostile_texts_leave_the_victim_its_share(database_url):
    with serving(DATABASE_URL=database_url) as server:
        assert_victim_is_served(server, attack)
