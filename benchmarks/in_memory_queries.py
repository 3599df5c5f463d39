"""A page of 100 sessions with 10 fields each, from memory, and the smallest question there is:
our whole server beside stock Strawberry, Mercurius and Yoga with their JITs.

Ours is the server as it is run, with all of its middlewares, limits and counting of requests, but
with the schema that the others serve. The answers are compared before anything is measured.
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
QUESTIONS = {"A page of 100, 10 fields": PAGE, "The smallest question": "{ hello }"}
MARKS = {
    "A page of 100, 10 fields": (Target(STOCK, 30), Target(MERCURIUS, 1)),
    "The smallest question": (Target(STOCK, 15),),
}


@contextmanager
def peer(name: str, script: str) -> Iterator[ServerProcess]:
    port = find_free_port()
    given = {
        "schema": strawberry.Schema(**in_memory_schema.TYPES).as_str(),
        "sessions": [in_memory_schema.session_as_json(each) for each in in_memory_schema.SESSIONS],
    }
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "schema.json"
        file.write_text(json.dumps(given))
        command = node_servers.node_command(script, str(port), "jit")
        with start_server(name, command, port=port, IN_MEMORY_SCHEMA=str(file)) as running:
            yield running


def contestants() -> Sequence[StartServer]:
    peers = (partial(peer, MERCURIUS, "mercurius.mjs"), partial(peer, YOGA, "yoga.mjs"))
    us, stock = (
        partial(start_product_server, OURS, "ours"),
        partial(start_python_server, STOCK, "stock"),
    )
    return (us, stock, *(peers if node_servers.ensure_peers_installed() else ()))


async def compare(name: str, query: str, running: Sequence[ServerProcess]) -> str:
    question = {"query": query}
    answers = [(await fetch_answer(each, question))["data"] for each in running]
    assert all(each == answers[0] for each in answers), name
    async with http_load(question, SECONDS) as load:
        taken = await measure_in_turns(running, load, ROUNDS)
    return f"**{name}**\n\n{comparison_report(OURS, taken, MARKS[name])}"


def main() -> None:
    with pin_client_cores(), ExitStack() as stack:
        running = [stack.enter_context(start()) for start in contestants()]
        found = [asyncio.run(compare(name, query, running)) for name, query in QUESTIONS.items()]
    results_page.write_section("lists", "\n\n".join(found))


if __name__ == "__main__":
    sys.exit(main())
