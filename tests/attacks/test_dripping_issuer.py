"""Tokens with made-up key ids, while the issuer sends its keys byte by byte and never ends."""

import base64
import json
import secrets
from multiprocessing.synchronize import Event

import pytest

from tests.attacks.sign_in_attempts import try_credentials
from tests.attacks.victim import Target, assert_victim_is_served
from tests.server_process import serving
from tests.token_issuer import issuing

pytestmark = pytest.mark.slow


def attack(target: Target, stop: Event) -> None:
    try_credentials(target, stop, make_token)


def make_token() -> str:
    header = json.dumps({"alg": "RS256", "kid": secrets.token_hex(8)}).encode()
    return f"{base64.urlsafe_b64encode(header).decode().rstrip('=')}.e30.eHg"


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
