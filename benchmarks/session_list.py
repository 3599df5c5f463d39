"""A page of 50 sessions of both kinds, 12 fields, out of Postgres: our whole server, as it is run,
beside SQLAlchemy's ORM with stock Strawberry, and PostGraphile.

All three read the same rows of the same database, and their answers are compared before anything is
measured. Ours enters an account for it, and asks Postgres to hold to that; the others do not.
"""

import asyncio
import base64
import statistics
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, ExitStack, contextmanager
from datetime import UTC, datetime
from functools import partial
from typing import Any
from uuid import UUID

import asyncpg
import psutil

from benchmarks.support import node_servers, results_page
from benchmarks.support.environment import DATABASE_NAME, run_database
from benchmarks.support.harness import (
    Load,
    Sample,
    ServerProcess,
    StartServer,
    find_free_port,
    measure_in_turns,
    pin_client_cores,
    python_command,
    start_server,
)
from benchmarks.support.http_load import fetch_answer, http_load
from benchmarks.support.report_tables import Target, comparison_report
from server.embedded_postgres.embedded_server import EmbeddedServer
from tests.server_process import SESSIONS, environment, run

ROUNDS, SECONDS = 7, 1.0
ROWS, PAGE = 2_000, 50
OURS, STOCK, POSTGRAPHILE = "ours", "SQLAlchemy and Strawberry", "PostGraphile 5"
MARKS = (Target(STOCK, 20), Target(POSTGRAPHILE, 3))

PLAIN = """
query Page($first: Int!) { sessions(first: $first) {
  edges { node {
    __typename id status title problemSummary problemDomain stepCount stateVersion rating
    createdAt updatedAt ... on GuidedSession { confidenceTier matchScore }
  } }
  pageInfo { hasNextPage }
} }
"""
OF_TABLES = """
query Page($first: Int!) {
  sessions: allAiSessions(first: $first, orderBy: [UPDATED_AT_DESC, ROW_ID_DESC]) {
    edges { node {
      sessionType rowId status title problemSummary problemDomain stepCount stateVersion
      sessionRating createdAt updatedAt confidenceTier matchScore
    } }
    pageInfo { hasNextPage }
  }
}
"""
QUERIES = {OURS: PLAIN, STOCK: PLAIN, POSTGRAPHILE: OF_TABLES}

FILL = """
INSERT INTO ai_sessions (
    id, account_id, user_id, session_type, title, status, intake_content, problem_summary,
    problem_domain, step_count, session_rating, created_at, updated_at, described_at,
    confidence_tier, match_score, conversation_messages)
SELECT gen_random_uuid(), u.account_id, u.id, k.kind, 'Session ' || n || ': the printer',
    (ARRAY['active', 'paused', 'resolved', 'escalated', 'abandoned'])[1 + n % 5],
    jsonb_build_object('text', 'it prints stripes since monday'),
    'The printer on the second floor prints nothing but stripes', 'Printing', 4, 1 + n % 5,
    now() - n * interval '2 minutes', now() - n * interval '1 minute', now(),
    CASE k.kind WHEN 'guided' THEN 'guided' END, CASE k.kind WHEN 'guided' THEN 0.875 END,
    CASE k.kind WHEN 'guided' THEN '[]' ELSE (
        SELECT jsonb_agg(jsonb_build_object('role', 'user', 'content', repeat('stripes ', 50)))
        FROM generate_series(1, 4)) END
FROM (SELECT id, account_id FROM users LIMIT 1) u, generate_series(1, $1::int) n,
    LATERAL (SELECT CASE WHEN n % 2 = 0 THEN 'chat' ELSE 'guided' END AS kind) k
"""


@contextmanager
def ours(url: str) -> Iterator[ServerProcess]:
    port = find_free_port()
    command = [str(SESSIONS), "serve", "--port", str(port)]
    more = environment(DATABASE_URL=url, SESSIONS_LOG_LEVEL="warning")
    with start_server(OURS, command, port=port, path="/graphql", **more) as running:
        yield running


@contextmanager
def other(name: str, command: Sequence[str], url: str) -> Iterator[ServerProcess]:
    port = find_free_port()
    with start_server(name, [*command, str(port)], port=port, DATABASE_URL=url) as running:
        yield running


def contestants(url: str) -> Sequence[StartServer]:
    stock = partial(
        other, STOCK, python_command("benchmarks.servers_under_test.strawberry_session_list"), url
    )
    peer = partial(other, POSTGRAPHILE, node_servers.node_command("postgraphile.mjs"), url)
    return (partial(ours, url), stock, *([peer] if node_servers.ensure_peers_installed() else []))


async def fill(url: str) -> None:
    connection = await asyncpg.connect(url)
    await connection.execute(FILL, ROWS)
    await connection.execute("VACUUM ANALYZE")
    await connection.close()


def question(name: str) -> Mapping[str, Any]:
    return {"query": QUERIES[name], "variables": {"first": PAGE}}


def normal(found: Any) -> Any:
    """An answer in the words of none of them."""
    page = found["data"]["sessions"]
    return [normal_node(edge["node"]) for edge in page["edges"]], page["pageInfo"]


def normal_node(found: dict[str, Any]) -> dict[str, Any]:
    kind = found.get("__typename") or f"{found['sessionType'].title()}Session"
    own = ("confidenceTier", "matchScore") if kind == "GuidedSession" else ()
    alike = ("title", "problemSummary", "problemDomain", "stepCount", "stateVersion")
    return {
        "kind": kind,
        "id": key(found.get("id") or found["rowId"]),
        "status": found["status"].upper(),
        "rating": found.get("rating") or found.get("sessionRating"),
        "at": [moment(found[name]) for name in ("createdAt", "updatedAt")],
        "own": [str(found[name]).upper() for name in own],
        **{name: found[name] for name in alike},
    }


def key(id: str) -> UUID:
    try:
        return UUID(id)
    except ValueError:
        return UUID(base64.b64decode(id).decode().partition(":")[2])


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


class Backends:
    """The CPU of Postgres, which works for each of them in its turn."""

    def __init__(self, server: EmbeddedServer) -> None:
        [file] = server.data_dir.rglob("postmaster.pid")
        self._root = psutil.Process(int(file.read_text().split()[0]))
        self.spent: dict[str, list[float]] = defaultdict(list)

    def cpu_seconds(self) -> float:
        times = [each.cpu_times() for each in (self._root, *self._root.children())]
        return sum(each.user + each.system for each in times)

    def watching(self, load: Load) -> Load:
        async def watched(contestant: ServerProcess) -> Sample:
            begun = self.cpu_seconds()
            sample = await load(contestant)
            self.spent[contestant.name].append((self.cpu_seconds() - begun) / sample.completed)
            return sample

        return watched

    def __str__(self) -> str:
        """In the middle of all rounds but the one that warms up."""
        each = (
            f"{name} {statistics.median(spent[1:]) * 1e6:.0f} µs"
            for name, spent in self.spent.items()
        )
        return f"Of Postgres beside it, a request: {', '.join(each)}."


async def compare(running: Sequence[ServerProcess], backends: Backends) -> str:
    answers = [normal(await fetch_answer(each, question(each.name))) for each in running]
    assert all(each == answers[0] for each in answers), answers
    assert len(answers[0][0]) == PAGE
    async with AsyncExitStack() as stack:
        loads = {
            each.name: await stack.enter_async_context(http_load(question(each.name), SECONDS))
            for each in running
        }

        async def load(contestant: ServerProcess) -> Sample:
            return await loads[contestant.name](contestant)

        taken = await measure_in_turns(running, backends.watching(load), ROUNDS)
    return f"{comparison_report(OURS, taken, MARKS)}\n\n{backends}"


def main() -> None:
    with run_database() as server, pin_client_cores(), ExitStack() as stack:
        url = server.dsn(DATABASE_NAME)
        run("migrate", DATABASE_URL=url).check_returncode()
        running = [stack.enter_context(start()) for start in contestants(url)]
        # Whose the sessions are is known once it answers.
        asyncio.run(fetch_answer(running[0], question(OURS)))
        asyncio.run(fill(url))
        found = asyncio.run(compare(running, Backends(server)))
    results_page.write_section("history", found)


if __name__ == "__main__":
    sys.exit(main())
