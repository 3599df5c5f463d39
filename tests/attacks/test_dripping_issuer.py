"""Tokens with made-up key ids, while the issuer sends its keys byte by byte and never ends."""

import base64
import http.client
import json
import secrets
import threading
from multiprocessing.synchronize import Event

import pytest

from tests.attacks.victim import Target, assert_victim_is_served
from tests.server_process import serving
from tests.token_issuer import issuing

pytestmark = pytest.mark.slow

CONNECTIONS = 40
MOST_TRIES = 5_000


def attack(target: Target, stop: Event) -> None:
    threads = [threading.Thread(target=try_ids, args=(target, stop)) for _ in range(CONNECTIONS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def try_ids(target: Target, stop: Event) -> None:
    connection = http.client.HTTPConnection(
        target.host, target.port, timeout=30, source_address=("127.0.0.2", 0)
    )
    for _ in range(MOST_TRIES // CONNECTIONS):
        if stop.is_set():
            break
        header = json.dumps({"alg": "RS256", "kid": secrets.token_hex(8)}).encode()
        token = f"{base64.urlsafe_b64encode(header).decode().rstrip('=')}.e30.eHg"
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {token}"}
        try:
            connection.request("POST", "/graphql", b'{"query":"{viewer{id}}"}', headers)
            connection.getresponse().read()
        except (OSError, http.client.HTTPException):
            connection.close()
    connection.close()


def test_an_issuer_that_drips_stops_nobody_whose_key_is_known(database_url):
    with issuing() as issuer:
        settings = issuer.settings(SESSIONS_FAILED_SIGN_INS_PER_MINUTE="60")
        with serving(DATABASE_URL=database_url, **settings) as server:
            victim = server.by(issuer.token())
            assert victim.data("{ viewer { id } }")
            issuer.drips.set()
            try:
                assert_victim_is_served(victim, attack)
            finally:
                issuer.drips.clear()
