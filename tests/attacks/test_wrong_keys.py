"""Wrong keys without pause, over many connections of one address."""

import secrets
from multiprocessing.synchronize import Event

import pytest

from tests.attacks.sign_in_attempts import try_credentials
from tests.attacks.victim import Target, assert_victim_is_served
from tests.server_process import run, serving

pytestmark = pytest.mark.slow


def attack(target: Target, stop: Event) -> None:
    try_credentials(target, stop, make_key)


def make_key() -> str:
    return f"us_{secrets.token_hex(6)}_{secrets.token_hex(32)}"


def test_wrong_keys_leave_the_victim_its_share(database_url):
    made = run("keys", "create", "--name", "Victim", DATABASE_URL=database_url)
    limits = {
        "SESSIONS_FAILED_SIGN_INS_PER_MINUTE": "60",
        "SESSIONS_ANONYMOUS_REQUESTS_PER_MINUTE": "3000",
    }
    with serving(DATABASE_URL=database_url, SESSIONS_AUTH="required", **limits) as server:
        assert_victim_is_served(server.by(made.stdout.strip()), attack)
