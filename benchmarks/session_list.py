"""Session list: a page of 50 sessions of both types with 12 fields, from Postgres.

Compares our whole server with SQLAlchemy's ORM under stock Strawberry, and with PostGraphile. All
three read the same rows of the same database. The benchmark compares their responses before it
measures. Only our server sets the role and the account of the transaction, so that row-level
security applies.
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
from benchmarks.support.figures import is_comparison_run, record_cpu_figure, record_figure
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
TARGETS = (Target(STOCK, 20), Target(POSTGRAPHILE, 3))

PRODUCT_PAGE = """
query Page($first: Int!) { sessions(first: $first) {
  edges { node {
    __typename id status title problemSummary problemDomain stepCount stateVersion rating
    createdAt updatedAt ... on GuidedSession { confidenceTier matchScore }
  } }
  pageInfo { hasNextPage }
} }
"""
POSTGRAPHILE_PAGE = """
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
QUERIES = {OURS: PRODUCT_PAGE, STOCK: PRODUCT_PAGE, POSTGRAPHILE: POSTGRAPHILE_PAGE}

INSERT_SESSIONS = """
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
def start_product(url: str) -> Iterator[ServerProcess]:
    port = find_free_port()
    command = [str(SESSIONS), "serve", "--port", str(port)]
    variables = environment(DATABASE_URL=url, SESSIONS_LOG_LEVEL="warning")
    with start_server(OURS, command, port=port, path="/graphql", **variables) as server:
        yield server


@contextmanager
def start_competitor(name: str, command: Sequence[str], url: str) -> Iterator[ServerProcess]:
    port = find_free_port()
    with start_server(name, [*command, str(port)], port=port, DATABASE_URL=url) as server:
        yield server


def servers_under_test(url: str) -> Sequence[StartServer]:
    product = partial(start_product, url)
    if is_comparison_run():
        return [product]
    stock = partial(
        start_competitor,
        STOCK,
        python_command("benchmarks.servers_under_test.strawberry_session_list"),
        url,
    )
    peer = partial(
        start_competitor, POSTGRAPHILE, node_servers.node_command("postgraphile.mjs"), url
    )
    return (product, stock, *([peer] if node_servers.ensure_peers_installed() else []))


async def insert_sessions(url: str) -> None:
    connection = await asyncpg.connect(url)
    await connection.execute(INSERT_SESSIONS, ROWS)
    await connection.execute("VACUUM ANALYZE")
    await connection.close()


def page_request(name: str) -> Mapping[str, Any]:
    return {"query": QUERIES[name], "variables": {"first": PAGE}}


def normalize_response(body: Any) -> Any:
    """The response in a form that all servers share."""
    page = body["data"]["sessions"]
    return [normalize_node(edge["node"]) for edge in page["edges"]], page["pageInfo"]


def normalize_node(node: dict[str, Any]) -> dict[str, Any]:
    kind = node.get("__typename") or f"{node['sessionType'].title()}Session"
    type_fields = ("confidenceTier", "matchScore") if kind == "GuidedSession" else ()
    common_fields = ("title", "problemSummary", "problemDomain", "stepCount", "stateVersion")
    return {
        "kind": kind,
        "id": decode_id(node.get("id") or node["rowId"]),
        "status": node["status"].upper(),
        "rating": node.get("rating") or node.get("sessionRating"),
        "times": [parse_time(node[name]) for name in ("createdAt", "updatedAt")],
        "type fields": [str(node[name]).upper() for name in type_fields],
        **{name: node[name] for name in common_fields},
    }


def decode_id(id: str) -> UUID:
    try:
        return UUID(id)
    except ValueError:
        return UUID(base64.b64decode(id).decode().partition(":")[2])


def parse_time(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


class PostgresCpu:
    """CPU of the Postgres processes, which serve one server at a time."""

    def __init__(self, server: EmbeddedServer) -> None:
        [file] = server.data_dir.rglob("postmaster.pid")
        self._root = psutil.Process(int(file.read_text().split()[0]))
        self.per_request: dict[str, list[float]] = defaultdict(list)

    def cpu_seconds(self) -> float:
        times = [each.cpu_times() for each in (self._root, *self._root.children())]
        return sum(each.user + each.system for each in times)

    def measured_load(self, load: Load) -> Load:
        async def run_load(server: ServerProcess) -> Sample:
            cpu_before = self.cpu_seconds()
            sample = await load(server)
            self.per_request[server.name].append(
                (self.cpu_seconds() - cpu_before) / sample.completed
            )
            return sample

        return run_load

    def median_microseconds(self, name: str) -> float:
        """The median without the warm-up round."""
        return statistics.median(self.per_request[name][1:]) * 1e6

    def __str__(self) -> str:
        each = (f"{name} {self.median_microseconds(name):.0f} µs" for name in self.per_request)
        return f"CPU of Postgres per request: {', '.join(each)}."


async def compare(servers: Sequence[ServerProcess], postgres: PostgresCpu) -> str:
    responses = [
        normalize_response(await fetch_answer(each, page_request(each.name))) for each in servers
    ]
    assert all(each == responses[0] for each in responses), responses
    assert len(responses[0][0]) == PAGE
    async with AsyncExitStack() as stack:
        loads = {
            each.name: await stack.enter_async_context(http_load(page_request(each.name), SECONDS))
            for each in servers
        }

        async def load(server: ServerProcess) -> Sample:
            return await loads[server.name](server)

        rounds = await measure_in_turns(servers, postgres.measured_load(load), ROUNDS)
    record_cpu_figure("page of 50 sessions", rounds[0])
    record_figure("page of 50 sessions: CPU of Postgres, µs", postgres.median_microseconds(OURS))
    return f"{comparison_report(OURS, rounds, TARGETS)}\n\n{postgres}"


def main() -> None:
    with run_database() as postgres, pin_client_cores(), ExitStack() as stack:
        url = postgres.dsn(DATABASE_NAME)
        run("migrate", DATABASE_URL=url).check_returncode()
        servers = [stack.enter_context(start()) for start in servers_under_test(url)]
        # The first request creates the user who owns the sessions.
        asyncio.run(fetch_answer(servers[0], page_request(OURS)))
        asyncio.run(insert_sessions(url))
        section = asyncio.run(compare(servers, PostgresCpu(postgres)))
    results_page.write_section("session list", section)


if __name__ == "__main__":
    sys.exit(main())
