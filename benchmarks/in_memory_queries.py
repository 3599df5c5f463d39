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
from benchmarks.support.http_load import answer, asking
from benchmarks.support.harness import Running, Start, apart, beside, free_port, in_turns
from benchmarks.support.start_servers import at_a_port, whole_server
from benchmarks.support.report_tables import Mark, standings

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
    "A page of 100, 10 fields": (Mark(STOCK, 30), Mark(MERCURIUS, 1)),
    "The smallest question": (Mark(STOCK, 15),),
}


@contextmanager
def peer(name: str, script: str) -> Iterator[Running]:
    port = free_port()
    given = {
        "schema": strawberry.Schema(**in_memory_schema.TYPES).as_str(),
        "sessions": [in_memory_schema.plain(each) for each in in_memory_schema.SESSIONS],
    }
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "schema.json"
        file.write_text(json.dumps(given))
        command = node_servers.node(script, str(port), "jit")
        with beside(name, command, port=port, IN_MEMORY_SCHEMA=str(file)) as running:
            yield running


def contestants() -> Sequence[Start]:
    peers = (partial(peer, MERCURIUS, "mercurius.mjs"), partial(peer, YOGA, "yoga.mjs"))
    us, stock = partial(whole_server, OURS, "ours"), partial(at_a_port, STOCK, "stock")
    return (us, stock, *(peers if node_servers.installed() else ()))


async def compare(name: str, query: str, running: Sequence[Running]) -> str:
    question = {"query": query}
    answers = [(await answer(each, question))["data"] for each in running]
    assert all(each == answers[0] for each in answers), name
    async with asking(question, SECONDS) as load:
        taken = await in_turns(running, load, ROUNDS)
    return f"**{name}**\n\n{standings(OURS, taken, MARKS[name])}"


def main() -> None:
    with apart(), ExitStack() as stack:
        running = [stack.enter_context(start()) for start in contestants()]
        found = [asyncio.run(compare(name, query, running)) for name, query in QUESTIONS.items()]
    results_page.write("lists", "\n\n".join(found))


if __name__ == "__main__":
    sys.exit(main())
