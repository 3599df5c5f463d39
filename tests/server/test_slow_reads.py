"""Slow reads of one client: they end, and until then sign-in and everybody else is served.

A lock on a table makes every read of it slow, whatever it asks for.
"""

import asyncio
import json
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager

import asyncpg
import pytest
from websockets.sync.client import connect

from tests.server.test_metrics import told
from tests.server.websocket_client import PROTOCOL, Socket, address
from tests.server_process import Served, run, serving

AT_ONCE = 14
SEARCH = '{ sessions(filter: {search: "printer"}) { totalCount edges { node { id } } } }'
LIST = "{ sessions { edges { node { id } } } }"
#: The statements of a search and of a list.
FINDING, LISTING = "%sessions_with%", "SELECT ai_sessions.id AS key%"
RUNNING = (
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
    " AND state = 'active' AND wait_event_type = 'Lock' AND query LIKE $1"
)


class Database:
    """The database of a server, for a test that has no event loop."""

    def __init__(self, url: str) -> None:
        self._runner = asyncio.Runner()
        self._connection = self._runner.run(asyncpg.connect(url))
        # A transaction sees the same activity until it ends.
        self._watching = self._runner.run(asyncpg.connect(url))

    def execute(self, statement: str) -> None:
        self._runner.run(self._connection.execute(statement))

    def count_waiting(self, query: str) -> int:
        """Statements like this that wait for a lock."""
        return int(self._runner.run(self._watching.fetchval(RUNNING, query)))

    def wait_until(self, query: str, count: int) -> None:
        async def wait() -> None:
            async with asyncio.timeout(30):
                while await self._watching.fetchval(RUNNING, query) != count:
                    await asyncio.sleep(0.02)

        self._runner.run(wait())

    @contextmanager
    def locked(self, table: str) -> Iterator[None]:
        """Nobody reads the table as long as the block."""
        self.execute(f"BEGIN; LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")
        try:
            yield
        finally:
            self.execute("ROLLBACK")

    def close(self) -> None:
        self._runner.run(self._connection.close())
        self._runner.run(self._watching.close())
        self._runner.close()


@pytest.fixture
def database(database_url) -> Iterator[Database]:
    database = Database(database_url)
    yield database
    database.close()


@pytest.fixture(scope="module")
def patient(database_url) -> Iterator[Served]:
    """Its reads take longer than a test waits; it asks for keys."""
    settings = {"SESSIONS_AUTH": "required", "SESSIONS_READ_SECONDS": "600"}
    with serving(DATABASE_URL=database_url, **settings) as server:
        made = run("keys", "create", "--name", "Monitoring", DATABASE_URL=database_url)
        yield server.by(made.stdout.strip())


@pytest.fixture(scope="module")
def quick(database_url) -> Iterator[Served]:
    """Its reads may take a second."""
    settings = {"SESSIONS_READ_SECONDS": "1", "SESSIONS_METRICS": "1"}
    with serving(DATABASE_URL=database_url, **settings) as server:
        yield server


def sign_in(server: Served) -> None:
    """Over WebSocket and HTTP; the operation reads nothing."""
    with connect(address(server), subprotocols=[PROTOCOL]) as connection:
        socket = Socket(connection)
        socket.send(type="connection_init", payload={"Authorization": f"Bearer {server.bearer}"})
        assert socket.receive()["type"] == "connection_ack"
    assert server.data("{ __typename }") == {"__typename": "Query"}
    refused = server.by("us_" + "0" * 12 + "_" + "0" * 64).ask("{ __typename }")
    assert refused["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"


def assert_is_served(server: Served) -> None:
    assert server.data("{ viewer { id } }")
    assert server.data(SEARCH)["sessions"] == {"totalCount": 0, "edges": []}
    assert server.data(LIST)


@contextmanager
def asking(server: Served, query: str) -> Iterator[list[Future]]:
    with ThreadPoolExecutor(AT_ONCE) as clients:
        yield [clients.submit(server.ask, query) for _ in range(AT_ONCE)]


def test_slow_searches_stop_neither_sign_in_nor_other_reads(patient, database):
    with database.locked("session_search"), asking(patient, SEARCH) as answers:
        database.wait_until(FINDING, 4)
        sign_in(patient)
        with patient.client as client:
            assert client.get("/health").json() == {"status": "ok"}
        assert patient.data("{ viewer { id } }")
        assert patient.data(LIST)
        assert not any(answer.done() for answer in answers)
        database.execute("ROLLBACK")
        assert all("errors" not in answer.result(60) for answer in answers)
    assert_is_served(patient)


def test_reads_on_all_connections_do_not_stop_sign_in(patient, database):
    with database.locked("ai_sessions"), asking(patient, LIST) as answers:
        database.wait_until(LISTING, 10)
        sign_in(patient)
        with patient.client as client:
            assert client.get("/health").json() == {"status": "ok"}
        assert not any(answer.done() for answer in answers)
        database.execute("ROLLBACK")
        assert all("errors" not in answer.result(60) for answer in answers)
    assert_is_served(patient)


@pytest.mark.parametrize(
    ("table", "query", "statement"),
    [("session_search", SEARCH, FINDING), ("ai_sessions", LIST, LISTING)],
    ids=["search", "list"],
)
def test_slow_read_is_cancelled_and_says_so(quick, database, table, query, statement):
    counted = told(quick).get(("sessions_reads_timed_out_total",), 0)
    with database.locked(table), asking(quick, query) as asked:
        answers = [answer.result(60) for answer in asked]
        assert {answer["errors"][0]["extensions"]["code"] for answer in answers} == {
            "READ_TIMED_OUT"
        }
        assert database.count_waiting(statement) == 0, "Postgres has ended them too"
    assert_is_served(quick)
    found = told(quick)
    assert found["sessions_reads_timed_out_total",] >= counted + AT_ONCE
    assert found["sessions_searches_running",] == 0
    assert found["sessions_database_connections_in_use",] == 0
    assert quick.has_logged("A read took longer than 1 seconds and was cancelled")
    assert not any("ERROR" in line or "Traceback" in line for line in quick.log)


@pytest.mark.parametrize("is_closed", [True, False], ids=["closed", "completed"])
def test_read_ends_in_postgres_with_its_operation(patient, database, is_closed):
    with database.locked("session_search"):
        with connect(address(patient), subprotocols=[PROTOCOL]) as connection:
            socket = Socket(connection)
            bearer = {"Authorization": f"Bearer {patient.bearer}"}
            socket.send(type="connection_init", payload=bearer)
            assert socket.receive()["type"] == "connection_ack"
            connection.send(
                json.dumps({"id": "1", "type": "subscribe", "payload": {"query": SEARCH}})
            )
            database.wait_until(FINDING, 1)
            if not is_closed:
                socket.send(id="1", type="complete")
                database.wait_until(FINDING, 0)
        database.wait_until(FINDING, 0)
    assert_is_served(patient)


def test_read_ends_in_postgres_with_the_time_of_its_request(database_url, database):
    settings = {"SESSIONS_READ_SECONDS": "600", "SESSIONS_EXECUTION_SECONDS": "1"}
    with serving(DATABASE_URL=database_url, **settings) as server:
        with database.locked("session_search"):
            refused = server.ask(SEARCH)
            assert refused["errors"][0]["extensions"]["code"] == "EXECUTION_TIMED_OUT"
            database.wait_until(FINDING, 0)
        assert_is_served(server)
