"""In-memory queries: a page of 100 sessions with 10 fields each, and the smallest query.

Compares our whole server with stock Strawberry, and with Mercurius and Yoga with their JITs. Our
server runs with all of its middleware, limits and metrics, but with the schema of the others. The
benchmark compares the responses of all servers before it measures.
"""

import asyncio
import json
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path

import strawberry

from benchmarks.servers_under_test import in_memory_schema
from benchmarks.support import node_servers, results_page
from benchmarks.support.figures import is_comparison_run, record_cpu_figure
from benchmarks.support.harness import (
    ServerProcess,
    StartServer,
    find_free_port,
    measure_in_turns,
    pin_client_cores,
    start_server,
)
from benchmarks.support.http_load import fetch_answer, http_load
from benchmarks.support.report_tables import Target, comparison_report
from benchmarks.support.start_servers import start_product_server, start_python_server

ROUNDS, SECONDS = 5, 1.0
OURS, STOCK, MERCURIUS, YOGA = "ours", "Strawberry", "Mercurius, JIT", "Yoga, JIT"

PAGE = """
{ sessions {
  __typename id title model createdAt updatedAt status messageCount
  ... on GuidedSession { step goal } ... on ChatSession { temperature topic }
} }
"""
QUERIES = {"Page of 100 sessions, 10 fields": PAGE, "Smallest query": "{ hello }"}
TARGETS = {
    "Page of 100 sessions, 10 fields": (Target(STOCK, 30), Target(MERCURIUS, 1)),
    "Smallest query": (Target(STOCK, 15),),
}


@contextmanager
def start_peer(name: str, script: str) -> Iterator[ServerProcess]:
    port = find_free_port()
    content = {
        "schema": strawberry.Schema(**in_memory_schema.TYPES).as_str(),
        "sessions": [in_memory_schema.session_as_json(each) for each in in_memory_schema.SESSIONS],
    }
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "schema.json"
        file.write_text(json.dumps(content))
        command = node_servers.node_command(script, str(port), "jit")
        with start_server(name, command, port=port, IN_MEMORY_SCHEMA=str(file)) as server:
            yield server


def servers_under_test() -> Sequence[StartServer]:
    product = partial(start_product_server, OURS, "product_in_memory")
    if is_comparison_run():
        return [product]
    stock = partial(start_python_server, STOCK, "strawberry_in_memory")
    peers = (
        partial(start_peer, MERCURIUS, "mercurius.mjs"),
        partial(start_peer, YOGA, "yoga.mjs"),
    )
    return (product, stock, *(peers if node_servers.ensure_peers_installed() else ()))


async def compare(name: str, query: str, servers: Sequence[ServerProcess]) -> str:
    request = {"query": query}
    responses = [(await fetch_answer(server, request))["data"] for server in servers]
    assert all(each == responses[0] for each in responses), name
    async with http_load(request, SECONDS) as load:
        rounds = await measure_in_turns(servers, load, ROUNDS)
    record_cpu_figure(name, rounds[0])
    return f"**{name}**\n\n{comparison_report(OURS, rounds, TARGETS[name])}"


def main() -> None:
    with pin_client_cores(), ExitStack() as stack:
        servers = [stack.enter_context(start()) for start in servers_under_test()]
        sections = [asyncio.run(compare(name, query, servers)) for name, query in QUERIES.items()]
    results_page.write_section("in-memory queries", "\n\n".join(sections))


if __name__ == "__main__":
    sys.exit(main())
