"""Compiled execution: the CPU of executing an operation by generated code.

The operations are a page of sessions of both types with ten fields each, from memory, and the
smallest query. Measures a whole `execute`, from the text of the operation to the JSON text of the
response, and the execution alone, from the parsed operation to the data. The responses of all
schemas are compared. `stock` is Strawberry's own schema with the same types, which parses and
validates each time; `library` is our schema without compilation.
"""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any, cast
from uuid import UUID

import strawberry
from graphql import execute, parse
from strawberry.execution import optimized_is_awaitable

import models
from benchmarks.support import results_page
from benchmarks.support.figures import is_comparison_run, record_figure
from execution.compiled.plan_cache import PlanCache
from execution.schema import Schema
from execution.shared_subscriptions import SharedExecutor
from queries.pagination import Page
from schema.connections import Connection, connection_from_page
from schema.context import Context
from schema.session_loading import session_from_row
from schema.sessions import AISession, ChatSession, GuidedSession
from server.graphql import response_encoding

REPETITIONS = 25
NOON = datetime(2026, 1, 2, 12, 30, 15, 250_000, tzinfo=UTC)

PAGE = """
{ page { edges { node {
  id sessionType status title problemDomain stepCount stateVersion createdAt updatedAt
  ... on GuidedSession { confidenceTier } ... on ChatSession { rating }
} } } }
"""
TITLES = "{ page { edges { node { id displayTitle status updatedAt } } } }"
SMALLEST = "{ hello }"
OPERATIONS = {
    "page of 100, 10 fields": PAGE,
    "page of 100, 4 fields, one a method": TITLES,
    "smallest query": SMALLEST,
}


def build_row(n: int) -> models.AISession:
    kind = models.GuidedSession if n % 2 else models.ChatSession
    return kind(
        id=UUID(int=n),
        session_type=models.SessionType.GUIDED if n % 2 else models.SessionType.CHAT,
        status=list(models.SessionStatus)[n % 5],
        title=f"Session {n}: the printer on the second floor" if n % 3 else None,
        problem_domain="Printing",
        problem_summary="The printer on the second floor prints nothing but stripes",
        step_count=n,
        intake_type=models.IntakeType.FREE_TEXT,
        intake_content={"text": "it prints stripes"},
        state_version=n,
        created_at=NOON,
        updated_at=NOON,
        session_rating=n % 5 + 1,
        confidence_tier=models.ConfidenceTier.GUIDED,
    )


SESSIONS = [session_from_row(build_row(n)) for n in range(100)]


async def count_sessions() -> int:
    return len(SESSIONS)


CONNECTION = connection_from_page(
    Page(SESSIONS, [session.id for session in SESSIONS]), lambda session: session, count_sessions
)


@strawberry.type
class Query:
    @strawberry.field
    def hello(self) -> str:
        return "world"

    @strawberry.field
    async def page(self) -> Connection[AISession]:
        return CONNECTION


TYPES: dict[str, Any] = {"query": Query, "types": [GuidedSession, ChatSession]}
COMPILED = Schema(**TYPES, compiled=True)
LIBRARY = Schema(**TYPES, compiled=False)
STOCK = strawberry.Schema(**TYPES)
SCHEMAS: dict[str, Any] = {"compiled": COMPILED, "library": LIBRARY, "stock": STOCK}


def text_to_text(schema: Any, text: str) -> Callable[[], Awaitable[str]]:
    """From the text of the operation to the JSON text of the response."""
    encode = json.dumps if schema is STOCK else response_encoding.encode_json

    async def run() -> str:
        result = await schema.execute(text, context_value=cast("Context", None))
        assert result.errors is None, result.errors
        return encode({"data": result.data})

    return run


def execution_only(schema: Any, text: str) -> Callable[[], Awaitable[Any]]:
    """From the parsed operation to the data."""
    document = parse(text)

    async def run() -> Any:
        given = {"executor_class": SharedExecutor} if schema is not STOCK else {}
        result: Any = execute(
            schema._schema, document, is_awaitable=optimized_is_awaitable, **given
        )
        return (await result if hasattr(result, "__await__") else result).data

    return run


async def measure_cpu(run: Callable[[], Awaitable[Any]], times: int) -> float:
    """CPU microseconds, the minimum of all repetitions."""
    durations = []
    for _ in range(REPETITIONS):
        started_at = time.process_time()
        for _ in range(times):
            await run()
        durations.append((time.process_time() - started_at) / times * 1e6)
    return min(durations)


async def measure(name: str, text: str, make_run: Callable[..., Any], scope: str) -> list[str]:
    runs = {each: make_run(schema, text) for each, schema in SCHEMAS.items()}
    responses = [await run() for run in runs.values()]
    assert are_equal(responses), name
    measured = {"compiled": runs["compiled"]} if is_comparison_run() else runs
    times = 5 if "100" in name else 40
    cpu = {each: await measure_cpu(run, times) for each, run in measured.items()}
    record_figure(f"{name}, {scope}: CPU, µs", cpu["compiled"])
    if is_comparison_run():
        return [name, scope, f"{cpu['compiled']:,.0f} µs"]
    figures = [f"{cpu[each]:,.0f} µs" for each in SCHEMAS]
    return [name, scope, *figures, f"{cpu['stock'] / cpu['compiled']:.0f}"]


def are_equal(responses: list[Any]) -> bool:
    read = [json.loads(each) if isinstance(each, str) else each for each in responses]
    return all(each == read[0] for each in read)


async def measure_first_execution(name: str, text: str) -> float:
    """CPU microseconds of the first execution, code generation included."""
    run, durations = execution_only(COMPILED, text), []
    for _ in range(REPETITIONS):
        COMPILED.plan_cache = PlanCache()
        started_at = time.process_time()
        await run()
        durations.append((time.process_time() - started_at) * 1e6)
    record_figure(f"{name}, first execution: CPU, µs", min(durations))
    return min(durations)


async def main() -> None:
    rows, first = [], []
    for name, text in OPERATIONS.items():
        rows.append(await measure(name, text, execution_only, "execution only"))
        rows.append(await measure(name, text, text_to_text, "from text to text"))
        first.append(f"{await measure_first_execution(name, text):,.0f} µs ({name})")
    summary = f"First execution, with code generation: {', '.join(first)}."
    results_page.write_section(
        "compiled execution", f"{results_page.markdown_table(HEAD, rows)}\n\n{summary}"
    )


HEAD = ["", "", *SCHEMAS, "stock / compiled"]

if __name__ == "__main__":
    asyncio.run(main())
