"""What Postgres does for a statement: by which plan, and how much it reads.

A connection that lives long uses a statement again and again. Postgres plans it for its parameters
five times, then for any parameters if that looks as good. So each is run as often, and what is
told is what it has settled on.
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

#: Of statements that are prepared: each stays until the connection ends.
numbers = itertools.count(1)
#: How often Postgres plans for the parameters before it may do without.
CUSTOM = 5
#: Milliseconds. What takes as long has failed, by whatever plan.
SLOW = 150
#: A page of 100, and what it takes to see that there are more.
PAGE = 101
#: Where a scan is the longer way, on a million sessions.
BIG = {
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
class Read:
    """`buffers` are pages touched, in memory or not; `rows` are those looked at."""

    sql: str
    buffers: int
    rows: int
    returned: int
    ms: float
    plan: dict[str, Any]

    @property
    def is_generic(self) -> bool:
        """Made for any parameters: they stand in it by their number."""
        return "$1" in orjson.dumps(self.plan).decode()

    @property
    def indexes(self) -> list[str]:
        found = (node.get("Index Name") for node in nodes(self.plan))
        return list(dict.fromkeys(name for name in found if name))

    @property
    def scanned(self) -> set[str]:
        """Big tables that are read from end to end."""
        return {
            node["Relation Name"]
            for node in nodes(self.plan)
            if node["Node Type"] == "Seq Scan" and node["Relation Name"] in BIG and ran(node)
        }

    @property
    def sorted(self) -> int:
        """The most rows that were put in order."""
        below = (node["Plans"][0] for node in nodes(self.plan) if "Sort" in node["Node Type"])
        return max((looked_at(node) for node in below), default=0)


def ran(node: dict[str, Any]) -> bool:
    return bool(node.get("Actual Loops"))


def looked_at(node: dict[str, Any]) -> int:
    removed = sum(node.get(f"Rows Removed by {why}", 0) for why in ("Filter", "Index Recheck"))
    return round((node.get("Actual Rows", 0) + removed) * node.get("Actual Loops", 0))


def leaves(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Where rows come from: tables, and the functions that hide some."""
    for node in nodes(plan):
        if "Scan" in node["Node Type"] or node["Node Type"] == "ProjectSet":
            yield node


async def settled(connection: asyncpg.Connection, statement: Statement) -> Read:
    """What the statement does once it has been run often enough, and what is read is in memory."""
    async with rolled_back(connection, statement):
        name = f"asked_{next(numbers)}"
        await connection.execute(f"PREPARE {name} AS {statement.sql}")
        given = ", ".join(map(literal, statement.parameters))
        explain = f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) EXECUTE {name}"
        explain += f"({given})" if given else ""
        first = orjson.loads(await connection.fetchval(explain))
        is_slow = first[0]["Execution Time"] > SLOW
        for _ in range(0 if is_slow else CUSTOM):
            await connection.execute(explain)
        answers = [orjson.loads(await connection.fetchval(explain)) for _ in range(3)]
    [best] = min(answers, key=lambda answer: answer[0]["Execution Time"])
    plan = best["Plan"]
    return Read(
        sql=statement.sql,
        buffers=plan["Shared Hit Blocks"] + plan["Shared Read Blocks"],
        rows=sum(map(looked_at, leaves(plan))),
        returned=round(plan["Actual Rows"]),
        ms=best["Execution Time"],
        plan=plan,
    )


@asynccontextmanager
async def rolled_back(connection: asyncpg.Connection, statement: Statement) -> AsyncIterator[None]:
    """A transaction like the one that sent the statement."""
    transaction = connection.transaction()
    await transaction.start()
    try:
        await connection.execute("SET TRANSACTION READ WRITE")
        if statement.entered:
            await connection.fetch(ENTER, *statement.entered)
        yield
    finally:
        await transaction.rollback()


def literal(value: Any) -> str:
    """A parameter as it stands in SQL; of which type it is, the statement knows."""
    if value is None:
        return "NULL"
    return "'" + str(plain(value)).replace("'", "''") + "'"


def plain(value: Any) -> Any:
    if isinstance(value, (list, tuple)):
        quoted = (str(plain(each)).replace("\\", "\\\\").replace('"', '\\"') for each in value)
        return "{" + ",".join(f'"{each}"' for each in quoted) + "}"
    return f"{value.total_seconds()} s" if isinstance(value, timedelta) else value
