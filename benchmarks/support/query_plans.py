"""Query plans: which plan Postgres uses for a statement and how many pages and rows it reads.

On a long-lived connection Postgres makes a custom plan for the first five executions of a prepared
statement, then a generic plan if its cost is similar. Each statement is therefore executed as often
before its plan is read.
"""

import itertools
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import asyncpg
import orjson

from tests.recorded_statements import ENTER, Statement, nodes

#: Numbers prepared statements, which exist until the connection closes.
statement_numbers = itertools.count(1)
#: Executions with a custom plan before Postgres considers a generic plan.
CUSTOM_PLANS = 5
#: A slower first execution is not repeated: the statement is too slow with any plan.
SLOW_MS = 150
#: A page of 100, and one row that shows whether there is a next page.
PAGE_ROWS = 101
#: Tables whose sequential scan is a defect with a million sessions.
LARGE_TABLES = {
    "ai_sessions",
    "ai_session_steps",
    "ai_session_events",
    "generations",
    "generation_deltas",
    "ledger",
    "session_documents",
    "session_search",
}


@dataclass(frozen=True, slots=True)
class StatementPlan:
    """`buffers`: pages touched, cached or not; `rows`: rows examined."""

    sql: str
    buffers: int
    rows: int
    returned: int
    ms: float
    plan: dict[str, Any]

    @property
    def is_generic(self) -> bool:
        """A generic plan names parameters by number."""
        return "$1" in orjson.dumps(self.plan).decode()

    @property
    def indexes(self) -> list[str]:
        names = (node.get("Index Name") for node in nodes(self.plan))
        return list(dict.fromkeys(name for name in names if name))

    @property
    def scanned_tables(self) -> set[str]:
        """Large tables that are read by a sequential scan."""
        return {
            node["Relation Name"]
            for node in nodes(self.plan)
            if node["Node Type"] == "Seq Scan"
            and node["Relation Name"] in LARGE_TABLES
            and was_executed(node)
        }

    @property
    def sorted_rows(self) -> int:
        """Rows of the largest sort."""
        inputs = (node["Plans"][0] for node in nodes(self.plan) if "Sort" in node["Node Type"])
        return max((count_examined_rows(node) for node in inputs), default=0)


def was_executed(node: dict[str, Any]) -> bool:
    return bool(node.get("Actual Loops"))


def count_examined_rows(node: dict[str, Any]) -> int:
    removed = sum(node.get(f"Rows Removed by {why}", 0) for why in ("Filter", "Index Recheck"))
    return round((node.get("Actual Rows", 0) + removed) * node.get("Actual Loops", 0))


def iterate_scans(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Nodes that produce rows: table scans and set-returning functions."""
    for node in nodes(plan):
        if "Scan" in node["Node Type"] or node["Node Type"] == "ProjectSet":
            yield node


async def explain_settled_plan(
    connection: asyncpg.Connection, statement: Statement
) -> StatementPlan:
    """The plan of the statement after enough executions, with its pages in the cache."""
    async with rolled_back_transaction(connection, statement):
        name = f"explained_{next(statement_numbers)}"
        await connection.execute(f"PREPARE {name} AS {statement.sql}")
        arguments = ", ".join(map(sql_literal, statement.parameters))
        explain = f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) EXECUTE {name}"
        explain += f"({arguments})" if arguments else ""
        first = orjson.loads(await connection.fetchval(explain))
        is_slow = first[0]["Execution Time"] > SLOW_MS
        for _ in range(0 if is_slow else CUSTOM_PLANS):
            await connection.execute(explain)
        explanations = [orjson.loads(await connection.fetchval(explain)) for _ in range(3)]
    [fastest] = min(explanations, key=lambda explanation: explanation[0]["Execution Time"])
    plan = fastest["Plan"]
    return StatementPlan(
        sql=statement.sql,
        buffers=plan["Shared Hit Blocks"] + plan["Shared Read Blocks"],
        rows=sum(map(count_examined_rows, iterate_scans(plan))),
        returned=round(plan["Actual Rows"]),
        ms=fastest["Execution Time"],
        plan=plan,
    )


@asynccontextmanager
async def rolled_back_transaction(
    connection: asyncpg.Connection, statement: Statement
) -> AsyncIterator[None]:
    """A transaction with the role and the account of the one that sent the statement."""
    transaction = connection.transaction()
    await transaction.start()
    try:
        await connection.execute("SET TRANSACTION READ WRITE")
        if statement.entered:
            await connection.fetch(ENTER, *statement.entered)
        yield
    finally:
        await transaction.rollback()


def sql_literal(value: Any) -> str:
    """A parameter as an SQL literal; the statement determines its type."""
    if value is None:
        return "NULL"
    return "'" + str(literal_text(value)).replace("'", "''") + "'"


def literal_text(value: Any) -> Any:
    if isinstance(value, (list, tuple)):
        quoted = (
            str(literal_text(each)).replace("\\", "\\\\").replace('"', '\\"') for each in value
        )
        return "{" + ",".join(f'"{each}"' for each in quoted) + "}"
    return f"{value.total_seconds()} s" if isinstance(value, timedelta) else value
