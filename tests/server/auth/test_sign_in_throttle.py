"""Wrong credentials in a row, from addresses of this machine, at a server process."""

import asyncio
import itertools
import json
import secrets
from collections.abc import Callable
from contextlib import contextmanager

import asyncpg
import httpx2
import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from server.auth.sign_in_throttle import MAX_KNOWN, Attempt, SignInThrottle, SignInThrottled
from tests.server.test_metrics import told
from tests.server_process import PATIENCE, Served, run, serving

VIEWER = {"query": "{ viewer { name } }"}
#: How many wrong keys an address may try at once.
MOST = 6
ATTACKER, COLLEAGUE = "127.0.0.2", "127.0.0.3"


@pytest.fixture(scope="module")
def server(database_url):
    with serving(
        DATABASE_URL=database_url,
        SESSIONS_AUTH="required",
        SESSIONS_FAILED_SIGN_INS_PER_MINUTE=str(MOST),
        SESSIONS_METRICS="1",
    ) as server:
        yield server
        assert not [line for line in server.log if "ERROR" in line or "Traceback" in line]


@pytest.fixture
def key(database_url) -> str:
    made = run("keys", "create", "--name", "Monitoring", DATABASE_URL=database_url)
    assert made.returncode == 0, made.stderr
    return made.stdout.strip()


def wrong_key() -> str:
    return f"us_{secrets.token_hex(6)}_{secrets.token_hex(32)}"


@contextmanager
def client_at(server: Served, address: str):
    transport = httpx2.HTTPTransport(local_address=address)
    with httpx2.Client(base_url=server.origin, timeout=PATIENCE, transport=transport) as client:
        yield client


def ask(client: httpx2.Client, key: str, **headers: str) -> httpx2.Response:
    return client.post(
        "/graphql", json=VIEWER, headers={"Authorization": f"Bearer {key}"} | headers
    )


def throttled(attempt: Callable[[], httpx2.Response]) -> httpx2.Response:
    """Tries until it is throttled; the answer that says so. A token comes back now and then."""
    for _ in range(MOST * 3):
        if (answer := attempt()).status_code == 429:
            assert_throttled(answer)
            return answer
        assert answer.status_code == 401
    raise AssertionError("never throttled")


def exhaust(client: httpx2.Client, **headers: str) -> httpx2.Response:
    return throttled(lambda: ask(client, wrong_key(), **headers))


def assert_throttled(answer: httpx2.Response) -> None:
    assert answer.status_code == 429
    [error] = answer.json()["errors"]
    assert error["extensions"]["code"] == "TOO_MANY_FAILED_SIGN_INS"
    assert int(answer.headers["retry-after"]) >= 1


def test_wrong_keys_are_throttled_however_they_are_sent(server):
    with client_at(server, ATTACKER) as client:
        exhaust(client)
        headers = {"Authorization": f"Bearer {wrong_key()}"}
        throttled(lambda: client.get("/graphql", params=VIEWER, headers=headers))
        stream = headers | {"accept": "text/event-stream"}
        throttled(lambda: client.post("/graphql", json=VIEWER, headers=stream))
        throttled(lambda: ask(client, "x.y.z"))
    with connect(
        server.url.replace("http", "ws", 1),
        subprotocols=["graphql-transport-ws"],
        source_address=(ATTACKER, 0),
    ) as socket:
        socket.send(json.dumps({"type": "connection_init", "payload": headers}))
        with pytest.raises(ConnectionClosed) as closed:
            socket.recv(timeout=PATIENCE)
    assert (closed.value.rcvd.code, closed.value.rcvd.reason) == (1013, "Too many failed sign-ins")
    said = [line for line in server.log if "Sign-ins are refused" in line]
    assert len(said) == 1
    assert ATTACKER in said[0]
    counts = told(server)
    assert counts["sessions_refused_total", "throttled_sign_ins"] >= 4
    assert counts["sessions_refused_total", "failed_sign_ins"] >= MOST


def test_a_key_that_was_right_before_goes_on_and_others_are_let_in_again(server, key, database_url):
    with client_at(server, COLLEAGUE) as client:
        assert ask(client, key).status_code == 200
        waiting = int(exhaust(client).headers["retry-after"])
        assert waiting <= 60 / MOST
        assert all(ask(client, key).status_code == 200 for _ in range(5))
        new = run("keys", "create", "--name", "Second", DATABASE_URL=database_url).stdout.strip()
        while (answer := ask(client, new)).status_code == 429:
            assert_throttled(answer)
        assert answer.json()["data"]["viewer"]["name"] == "Second"
    assert server.by(key).data("{ viewer { id } }"), "other addresses are not concerned"


def test_a_key_that_is_revoked_counts_as_wrong(server, key, database_url):
    with client_at(server, "127.0.0.4") as client:
        assert ask(client, key).status_code == 200
        run("keys", "revoke", key, DATABASE_URL=database_url)
        throttled(lambda: ask(client, key))


def test_the_proxy_says_which_client_it_is(server, key):
    """127.0.0.1 is a trusted proxy, so the header counts; 127.0.0.5 is none."""
    with client_at(server, "127.0.0.1") as proxy:
        exhaust(proxy, **{"x-forwarded-for": "203.0.113.7, 192.0.2.1"})
        exhaust(proxy, **{"x-forwarded-for": "192.0.2.1"})
        assert ask(proxy, wrong_key(), **{"x-forwarded-for": "203.0.113.7"}).status_code == 401
        network = {"x-forwarded-for": "2001:db8::1"}
        exhaust(proxy, **network)
        neighbour = {"x-forwarded-for": "2001:db8::2"}
        assert ask(proxy, wrong_key(), **neighbour).status_code == 429
    with client_at(server, "127.0.0.5") as liar:
        numbers = itertools.count()
        throttled(lambda: ask(liar, wrong_key(), **{"x-forwarded-for": f"192.0.2.{next(numbers)}"}))


async def test_a_throttled_key_costs_no_statement(server, database_url):
    def try_again() -> httpx2.Response:
        with client_at(server, "127.0.0.6") as client:
            return ask(client, wrong_key())

    await asyncio.to_thread(throttled, try_again)
    connection = await asyncpg.connect(database_url)
    try:
        async with connection.transaction():
            # Whoever looks for a key waits for the end of this transaction.
            await connection.execute("LOCK TABLE api_keys IN ACCESS EXCLUSIVE MODE")
            assert_throttled(await asyncio.to_thread(try_again))
    finally:
        await connection.close()


def test_tries_at_the_same_time_are_no_more_than_others():
    throttle = SignInThrottle(10)
    for number in range(3):
        attempt = throttle.begin(f"wrong {number}", "a")
        throttle.fail(attempt, f"wrong {number}", "a")
    begun = [throttle.begin(f"at once {number}", "a") for number in range(7)]
    assert begun == [Attempt.COUNTED] * 7
    with pytest.raises(SignInThrottled):
        throttle.begin("one more", "a")
    throttle.abandon(begun[0], "a")
    assert throttle.begin("one more", "a") is Attempt.COUNTED


def test_an_office_may_start_work_at_once():
    throttle = SignInThrottle(10)
    begun = [throttle.begin(f"right {number}", "office") for number in range(300)]
    for number, attempt in enumerate(begun):
        throttle.succeed(attempt, f"right {number}", "office")
    for number in range(10):
        throttle.fail(throttle.begin(f"wrong {number}", "office"), f"wrong {number}", "office")
    assert throttle.begin("right 0", "office") is Attempt.KNOWN
    with pytest.raises(SignInThrottled):
        throttle.begin("never seen", "office")


def test_what_is_remembered_is_bounded():
    throttle = SignInThrottle(10)
    for number in range(MAX_KNOWN + 100):
        throttle.succeed(throttle.begin(str(number), "a"), str(number), "a")
        throttle.fail(throttle.begin("wrong", str(number)), "wrong", str(number))
    assert len(throttle._known) == MAX_KNOWN
    assert len(throttle._failures._full_at) <= 10_000
