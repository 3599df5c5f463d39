"""Scale: the cost of lists, searches, counts and dashboards as the number of sessions grows.

Seeds databases of several sizes (`benchmarks/seed`) and runs all read queries of the product on
them: for the largest account and, in larger databases, for an account as large as the largest one
of the smallest database. They run as an engineer; queries that depend on the role also run as a
lead and as an administrator. The statements they send are explained as on a long-lived connection.

A query is flat if it reads no more for an account of equal size among a hundred times as many
sessions, and, for a page, no more for an account that is a hundred times as large.

    PYTHONPATH=. .venv/bin/python benchmarks/scale.py --sizes 10000,1000000 --data /somewhere

The default sizes, 10,000 and 100,000, take a few minutes; `SCALE=1000000 make bench` measures a
million sessions and writes the result into RESULTS.md.
"""

import argparse
import asyncio
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from uuid import UUID

import asyncpg

from benchmarks.seed.seeding import SeedPlan, seed_database, show_progress
from benchmarks.support import results_page
from benchmarks.support.account_sample import load_account_sample
from benchmarks.support.query_plans import PAGE_ROWS, StatementPlan, explain_settled_plan
from benchmarks.support.read_queries import (
    ReadQueries,
    RunQuery,
    build_maintenance_queries,
)
from models import Role
from queries.session_list import SessionOrder
from server import bootstrap, runtime
from server.database import embedded_location
from server.embedded_postgres import embedded_server
from server.runtime import Runtime
from services.ai.testing import ScriptedAssistant
from services.text_search.reindexing import reindex_sessions
from storage.database_location import DatabaseLocation
from storage.engine import connect_as_role
from storage.transactions import DatabaseRole
from tests.recorded_statements import recording
from tests.superuser import as_owner

DEFAULT_SIZES = "10000,100000"
#: Prefixes of the queries whose rows depend on the role of the caller.
ROLE_DEPENDENT = (
    "all sessions",
    "escalated to me",
    "not escalated to me",
    "unclaimed escalations",
    "one ",
    "page",
    "dashboard",
)
#: A query grows if it reads more than this factor, plus this number of pages.
GROWTH_FACTOR, GROWTH_PAGES = 2.0, 40
MB, MILLION = 1e6, 1_000_000
#: Counts that read fewer pages are left out of RESULTS.md.
EXPENSIVE_PAGES = 1_000
LIST_ORDERS = {order.lower().replace("_", " ") for order in SessionOrder}
COUNT_OUTDATED = "SELECT count(*) FROM session_search WHERE analysis_version < 1"
CREATE_SEARCH_INDEX = (
    "CREATE INDEX ix_session_search_by_account ON session_search USING gin (account_id, document)"
    " WITH (gin_pending_list_limit = 512)"
)
SELECT_LARGEST_ACCOUNT = (
    "SELECT account_id FROM ai_sessions GROUP BY 1 ORDER BY count(*) DESC LIMIT 1"
)
SELECT_ACCOUNT_OF_SIZE = (
    "SELECT account_id FROM ai_sessions GROUP BY 1 ORDER BY abs(count(*) - $1), 1 LIMIT 1"
)
SELECT_RELATION_SIZES = """
SELECT coalesce(i.indexrelid, c.oid)::regclass::text AS name, c.relname AS of,
    pg_relation_size(coalesce(i.indexrelid, c.oid))
        + CASE WHEN i.indexrelid IS NULL THEN coalesce(pg_relation_size(c.reltoastrelid), 0)
        ELSE 0 END AS bytes
FROM pg_class c CROSS JOIN LATERAL (
    SELECT NULL::oid AS indexrelid UNION ALL
    SELECT indexrelid FROM pg_index WHERE indrelid = c.oid) i
WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY 3 DESC
"""


@dataclass(frozen=True, slots=True)
class QueryCost:
    """The plans of all statements of one query."""

    plans: list[StatementPlan]

    @property
    def buffers(self) -> int:
        return sum(plan.buffers for plan in self.plans)

    @property
    def rows(self) -> int:
        return sum(plan.rows for plan in self.plans)

    @property
    def ms(self) -> float:
        return sum(plan.ms for plan in self.plans)

    @property
    def worst(self) -> StatementPlan:
        return max(self.plans, key=lambda plan: plan.buffers)


@dataclass(frozen=True, slots=True)
class AccountResult:
    """The results of one account of one database."""

    sessions: int
    account_sessions: int
    costs: dict[str, QueryCost]


@dataclass
class ScaleReport:
    results: list[AccountResult] = field(default_factory=list)
    sizes: dict[str, int] = field(default_factory=dict)


def main() -> int:
    options = parse_arguments()
    sizes = sorted(int(size) for size in options.sizes.split(","))
    report = ScaleReport()
    with (
        data_folder(options.data) as data,
        embedded_server.run_embedded_server(data, durable=False) as server,
    ):
        for size in sizes:
            asyncio.run(measure(server, size, report, options.only))
    print(report_table(report))
    if sizes[-1] >= MILLION and not options.only:
        results_page.write_section("a million sessions", report_table(shorten_report(report)))
    problems = list(find_growth(report))
    print("\n" + "\n".join(problems or ["All queries are flat."]))
    return 0


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    more = os.environ.get("SCALE")
    sizes = f"10000,{more}" if more else DEFAULT_SIZES
    parser.add_argument("--sizes", default=sizes, help=f"numbers of sessions ({sizes})")
    parser.add_argument("--data", type=Path, help="folder to keep and reuse")
    parser.add_argument("--only", default="", help="prefix of the queries to run")
    return parser.parse_args()


@contextmanager
def data_folder(kept: Path | None) -> Iterator[Path]:
    if kept is not None:
        yield kept
        return
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        # PostgreSQL does not run as root: another user must be able to enter the folder.
        Path(name).chmod(0o755)
        yield Path(name) / "data"


async def measure(
    server: embedded_server.EmbeddedServer, size: int, report: ScaleReport, only: str
) -> None:
    location = await ensure_seeded_database(server, size)
    await ensure_indexed(location, server.dsn(f"scale_{size}"))
    connection = await asyncpg.connect(server.dsn(f"scale_{size}"))
    largest = await connection.fetchval(SELECT_LARGEST_ACCOUNT)
    accounts = [largest]
    if report.results:
        accounts.insert(
            0, await connection.fetchval(SELECT_ACCOUNT_OF_SIZE, report.results[0].account_sessions)
        )
    report.sizes = {r["name"]: r["bytes"] for r in await connection.fetch(SELECT_RELATION_SIZES)}
    await connection.close()
    async with runtime.run_runtime(location, ScriptedAssistant()) as runtime_:
        for id in accounts:
            report.results.append(await measure_account(runtime_, location, size, id, only))


async def ensure_seeded_database(
    server: embedded_server.EmbeddedServer, size: int
) -> DatabaseLocation:
    """A database with this number of sessions; seeded if it does not exist."""
    name = f"scale_{size}"
    await embedded_server._ensure_database(server, name)
    location = embedded_location(server, name)
    await bootstrap.prepare_database(location)
    connection = await asyncpg.connect(server.dsn(name))
    exists = await connection.fetchval("SELECT EXISTS (SELECT FROM session_tallies)")
    await connection.close()
    if not exists:
        refuse_small_disk(server.data_dir, size)
        with show_progress() as progress:
            await seed_database(server.dsn(name), SeedPlan(size), progress=progress)
    return location


async def ensure_indexed(location: DatabaseLocation, dsn: str) -> None:
    """The seeding leaves entries of the search index as an older version would. They are written
    anew without the index, as the seeding writes them."""
    connection = await asyncpg.connect(dsn)
    outdated = await connection.fetchval(COUNT_OUTDATED)
    if outdated:
        await connection.execute("DROP INDEX IF EXISTS ix_session_search_by_account")
        began = time.monotonic()
        async with runtime.run_runtime(location, ScriptedAssistant()) as runtime_:
            await reindex_sessions(runtime_.tenancy, pauses=False)
        print(f"{outdated:,} sessions indexed in {time.monotonic() - began:.0f} s", file=sys.stderr)
        await connection.execute("VACUUM FULL session_search")
        await connection.execute(CREATE_SEARCH_INDEX)
        await connection.execute("VACUUM ANALYZE session_search")
    await connection.close()


def refuse_small_disk(data: Path, size: int) -> None:
    free = shutil.disk_usage(data).free
    if free < size * 30_000:
        raise SystemExit(f"{data} has {free / 1e9:.0f} GB free: too little for {size:,} sessions.")


async def measure_account(
    runtime_: Runtime, location: DatabaseLocation, size: int, id: UUID, only: str
) -> AccountResult:
    async with as_owner(runtime_) as db:
        account = await load_account_sample(db, id)
    queries = await ReadQueries(runtime_, account).build(only) | build_maintenance_queries(runtime_)
    costs: dict[str, QueryCost] = {}
    connection = await connect_as_role(location.url, DatabaseRole.APP)
    try:
        for name, run_query in queries.items():
            if name.startswith(only):
                costs[name] = QueryCost(await explain_query(runtime_, connection, run_query))
        for role in (Role.LEAD, Role.ADMIN):
            for name, run_query in (
                await ReadQueries(runtime_, account, role).build(only, ROLE_DEPENDENT)
            ).items():
                new = QueryCost(await explain_query(runtime_, connection, run_query))
                costs[name] = max(new, costs.get(name, new), key=lambda each: each.buffers)
    finally:
        await connection.close()
    return AccountResult(size, account.sessions, costs)


async def explain_query(
    runtime_: Runtime, connection: asyncpg.Connection, run_query: RunQuery
) -> list[StatementPlan]:
    with recording(runtime_.engine) as statements:
        await run_query()
    print(".", end="", file=sys.stderr, flush=True)
    return [await explain_settled_plan(connection, statement) for statement in statements]


def report_table(report: ScaleReport) -> str:
    heads = [f"{c.account_sessions:,} of {c.sessions:,}" for c in report.results]
    lines = [f"| | {' | '.join(heads)} | by |", "|---" * (len(heads) + 2) + "|"]
    for name in report.results[0].costs:
        cells = (format_cost(c.costs[name]) if name in c.costs else "" for c in report.results)
        last = report.results[-1].costs.get(name)
        lines.append(
            f"| {name} | {' | '.join(cells)} | {describe_plan(last.worst) if last else ''} |"
        )
    lines += ["", "| table or index | MB |", "|---|---|"]
    lines += [f"| {name} | {size / 1e6:,.0f} |" for name, size in report.sizes.items() if size > MB]
    return "\n".join(lines)


def shorten_report(report: ScaleReport) -> ScaleReport:
    """The most expensive page of each list, in any order, and the expensive counts. Most counts
    come from the session counters."""
    last = report.results[-1].costs
    kept = {
        name
        for name, each in last.items()
        if not name.endswith("count") or each.buffers > EXPENSIVE_PAGES
    }
    columns = [replace(result, costs=keep_worst(result.costs, kept)) for result in report.results]
    return ScaleReport(columns, report.sizes)


def keep_worst(costs: dict[str, QueryCost], kept: set[str]) -> dict[str, QueryCost]:
    short: dict[str, QueryCost] = {}
    for name in costs.keys() & kept:
        short[group_name(name)] = max(
            costs[name], short.get(group_name(name), costs[name]), key=lambda each: each.buffers
        )
    return {group_name(name): short[group_name(name)] for name in costs if name in kept}


def group_name(name: str) -> str:
    of, _, what = name.partition(": ")
    is_page = what.removesuffix(", deep") in LIST_ORDERS
    return of if is_page or of.startswith(("one ", "background", "flows", "users")) else name


def format_cost(cost: QueryCost) -> str:
    return f"{cost.buffers:,} / {cost.rows:,} / {cost.ms:.1f}"


def describe_plan(plan: StatementPlan) -> str:
    short = (name.removeprefix("ix_").removeprefix("ai_sessions_") for name in plan.indexes)
    return ", ".join(short) + (" (generic)" if plan.is_generic else "")


def find_growth(report: ScaleReport) -> Iterator[str]:
    """Queries that are not flat, with the reason."""
    if not report.results:
        return
    first, *others = report.results
    for other in others:
        for name, cost in other.costs.items():
            before = first.costs.get(name)
            if before and cost.buffers > before.buffers * GROWTH_FACTOR + GROWTH_PAGES:
                where = (
                    "number of all sessions"
                    if other.account_sessions < first.account_sessions * GROWTH_FACTOR
                    else "size of the account"
                )
                growth = f"{format_cost(before)} -> {format_cost(cost)}"
                yield f"grows with the {where}: {name}: {growth}"
            for plan in cost.plans:
                if plan.scanned_tables:
                    yield f"reads all of {plan.scanned_tables}: {name}"
                if plan.sorted_rows > PAGE_ROWS and not name.endswith("count"):
                    yield f"sorts {plan.sorted_rows:,} rows for a page: {name}"


if __name__ == "__main__":
    raise SystemExit(main())
