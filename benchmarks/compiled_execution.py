"""What it costs to run an operation by its plan, beside the library alone.

A page of sessions of both kinds, ten fields each, that are in memory already, and the smallest
question there is: CPU of a whole `execute`, from text to text, and of the part between the decision
to run it and the finished data. The answers are compared. `stock` is Strawberry's own schema with
the same types, which parses and validates each time; `library` is ours without plans.
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
from execution.compiled.plan_cache import PlanCache
from execution.schema import Schema
from execution.shared_subscriptions import SharedExecutor
from queries.pagination import Page
from schema.connections import Connection, connection_from_page
from schema.context import Context
from schema.session_loading import session_from_row
from schema.sessions import AISession, ChatSession, GuidedSession
from server.graphql import json_codec

TIMES = 25
NOON = datetime(2026, 1, 2, 12, 30, 15, 250_000, tzinfo=UTC)

PAGE = """
{ page { edges { node {
  id sessionType status title problemDomain stepCount stateVersion createdAt updatedAt
  ... on GuidedSession { confidenceTier } ... on ChatSession { rating }
} } } }
"""
TITLES = "{ page { edges { node { id displayTitle status updatedAt } } } }"
TINY = "{ hello }"
DOCUMENTS = {
    "page of 100, 10 fields": PAGE,
    "page of 100, a method among 4": TITLES,
    "the smallest question": TINY,
}


def row(n: int) -> models.AISession:
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


FOUND = [session_from_row(row(n)) for n in range(100)]


async def count() -> int:
    return len(FOUND)


CONNECTION = connection_from_page(
    Page(FOUND, [session.id for session in FOUND]), lambda found: found, count
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


def whole(schema: Any, text: str) -> Callable[[], Awaitable[str]]:
    """From the text of the operation to the text of the answer."""
    encode = json.dumps if schema is STOCK else json_codec.encode_json

    async def run() -> str:
        result = await schema.execute(text, context_value=cast("Context", None))
        assert result.errors is None, result.errors
        return encode({"data": result.data})

    return run


def execution(schema: Any, text: str) -> Callable[[], Awaitable[Any]]:
    """From the parsed document to the data."""
    document = parse(text)

    async def run() -> Any:
        given = {"executor_class": SharedExecutor} if schema is not STOCK else {}
        result: Any = execute(
            schema._schema, document, is_awaitable=optimized_is_awaitable, **given
        )
        return (await result if hasattr(result, "__await__") else result).data

    return run


async def cpu(run: Callable[[], Awaitable[Any]], times: int) -> float:
    """Microseconds, at their quickest."""
    taken = []
    for _ in range(TIMES):
        begun = time.process_time()
        for _ in range(times):
            await run()
        taken.append((time.process_time() - begun) / times * 1e6)
    return min(taken)


async def measure(name: str, text: str, made: Callable[..., Any], what: str) -> list[str]:
    runs = {each: made(schema, text) for each, schema in SCHEMAS.items()}
    answers = [await run() for run in runs.values()]
    assert same(answers), name
    taken = {each: await cpu(run, 5 if "100" in name else 40) for each, run in runs.items()}
    figures = [f"{taken[each]:,.0f} µs" for each in SCHEMAS]
    return [name, what, *figures, f"{taken['stock'] / taken['compiled']:.0f}"]


def same(answers: list[Any]) -> bool:
    read = [json.loads(each) if isinstance(each, str) else each for each in answers]
    return all(each == read[0] for each in read)


async def first_use(text: str) -> float:
    """What a plan costs to make, over and above an execution by it."""
    run, taken = execution(COMPILED, text), []
    for _ in range(TIMES):
        COMPILED.plan_cache = PlanCache()
        begun = time.process_time()
        await run()
        taken.append((time.process_time() - begun) * 1e6)
    return min(taken)


async def main() -> None:
    rows, first = [], []
    for name, text in DOCUMENTS.items():
        rows.append(await measure(name, text, execution, "from the document to the data"))
        rows.append(await measure("", text, whole, "from text to text"))
        first.append(f"{await first_use(text):,.0f} µs ({name})")
    says = f"The first time, with the plan made: {', '.join(first)}."
    results_page.write_section("compiled", f"{results_page.markdown_table(HEAD, rows)}\n\n{says}")


HEAD = ["", "", *SCHEMAS, "stock / compiled"]

if __name__ == "__main__":
    asyncio.run(main())
