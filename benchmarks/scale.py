"""Whether lists, searches, counts and dashboards take as long on a long history as on a short one.

Databases of several sizes are seeded (`benchmarks/seed`), and the product's own code asks all there
is to ask of them: of the largest account and, in the larger databases, of one that is as large as
the largest of the smallest; as an engineer, and what depends on who asks also as a lead and as an
administrator. Whatever statements that sends are run as a connection that lives long would run
them, and Postgres says what it has read.

Flat is what reads no more of an account that is as large among a hundred times as many sessions;
and, where a page is asked for, no more of an account that is a hundred times as large.

    PYTHONPATH=. .venv/bin/python benchmarks/scale.py --sizes 10000,1000000 --data /somewhere

By default they are 10,000 and 100,000, for a few minutes; `SCALE=1000000 make bench` measures a
million, and writes what it has found into RESULTS.md.
"""

import argparse
import asyncio
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from uuid import UUID

import asyncpg

from benchmarks.seed.seeding import SeedPlan, seed_database, show_progress
from benchmarks.support import results_page
from benchmarks.support.query_plans import PAGE_ROWS, StatementPlan, explain_settled_plan
from benchmarks.support.read_queries import (
    ReadQueries,
    RunQuery,
    build_maintenance_queries,
    load_account_sample,
)
from models import Role
from queries.session_list import SessionOrder
from server import bootstrap, runtime
from server.database import embedded_location
from server.embedded_postgres import embedded_server
from server.runtime import Runtime
from services.ai.testing import ScriptedAssistant
from storage.database_location import DatabaseLocation
from storage.engine import connect_as_role
from storage.tenancy import DatabaseRole
from tests.recorded_statements import recording
from tests.superuser import as_owner

SIZES = "10000,100000"
#: Asked by everybody; what is not among them is the same whoever asks.
PERSONAL = ("all", "to me", "not to me", "the escalation queue", "one ", "a page", "dashboard")
#: More than so many times as much, and so many pages more, is more.
TIMES, PAGES = 2.0, 40
MB, MILLION = 1e6, 1_000_000
#: Pages.
MUCH = 1_000
PAGES_OF_A_LIST = {order.lower().replace("_", " ") for order in SessionOrder}
LARGEST = "SELECT account_id FROM ai_sessions GROUP BY 1 ORDER BY count(*) DESC LIMIT 1"
ALIKE = "SELECT account_id FROM ai_sessions GROUP BY 1 ORDER BY abs(count(*) - $1), 1 LIMIT 1"
SIZES_OF = """
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
class Found:
    """All statements of one question together."""

    reads: list[StatementPlan]

    @property
    def buffers(self) -> int:
        return sum(read.buffers for read in self.reads)

    @property
    def rows(self) -> int:
        return sum(read.rows for read in self.reads)

    @property
    def ms(self) -> float:
        return sum(read.ms for read in self.reads)

    @property
    def worst(self) -> StatementPlan:
        return max(self.reads, key=lambda read: read.buffers)


@dataclass(frozen=True, slots=True)
class Column:
    """One account of one database."""

    sessions: int
    of_them: int
    found: dict[str, Found]


@dataclass
class Measured:
    columns: list[Column] = field(default_factory=list)
    sizes: dict[str, int] = field(default_factory=dict)


def main() -> int:
    asked = arguments()
    sizes = sorted(int(size) for size in asked.sizes.split(","))
    measured = Measured()
    with (
        folder(asked.data) as data,
        embedded_server.run_embedded_server(data, durable=False) as server,
    ):
        for size in sizes:
            asyncio.run(measure(server, size, measured, asked.only))
    print(table(measured))
    if sizes[-1] >= MILLION and not asked.only:
        results_page.write_section("a million sessions", table(in_short(measured)))
    problems = list(flagged(measured))
    print("\n" + "\n".join(problems or ["All of it is flat."]))
    return 0


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    more = os.environ.get("SCALE")
    sizes = f"10000,{more}" if more else SIZES
    parser.add_argument("--sizes", default=sizes, help=f"how many sessions each ({sizes})")
    parser.add_argument("--data", type=Path, help="a folder to keep and to use again")
    parser.add_argument("--only", default="", help="questions whose name begins so")
    return parser.parse_args()


@contextmanager
def folder(kept: Path | None) -> Iterator[Path]:
    if kept is not None:
        yield kept
        return
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        # For root, PostgreSQL runs as somebody else.
        Path(name).chmod(0o755)
        yield Path(name) / "data"


async def measure(
    server: embedded_server.EmbeddedServer, size: int, measured: Measured, only: str
) -> None:
    place = await seeded(server, size)
    connection = await asyncpg.connect(server.dsn(f"scale_{size}"))
    largest = await connection.fetchval(LARGEST)
    accounts = [largest]
    if measured.columns:
        accounts.insert(0, await connection.fetchval(ALIKE, measured.columns[0].of_them))
    measured.sizes = {r["name"]: r["bytes"] for r in await connection.fetch(SIZES_OF)}
    await connection.close()
    async with runtime.run_runtime(place, ScriptedAssistant()) as running:
        for id in accounts:
            measured.columns.append(await column(running, place, size, id, only))


async def seeded(server: embedded_server.EmbeddedServer, size: int) -> DatabaseLocation:
    """A database of that size, made unless it is there."""
    name = f"scale_{size}"
    await embedded_server._ensure_database(server, name)
    place = embedded_location(server, name)
    await bootstrap.prepare_database(place)
    connection = await asyncpg.connect(server.dsn(name))
    is_there = await connection.fetchval("SELECT EXISTS (SELECT FROM session_tallies)")
    await connection.close()
    if not is_there:
        refuse_small_disk(server.data_dir, size)
        with show_progress() as progress:
            await seed_database(server.dsn(name), SeedPlan(size), progress=progress)
    return place


def refuse_small_disk(data: Path, size: int) -> None:
    free = shutil.disk_usage(data).free
    if free < size * 30_000:
        raise SystemExit(f"{data} has {free / 1e9:.0f} GB free; that is not enough for {size:,}.")


async def column(
    running: Runtime, place: DatabaseLocation, size: int, id: UUID, only: str
) -> Column:
    async with as_owner(running) as db:
        of = await load_account_sample(db, id)
    asked = await ReadQueries(running, of).build(only) | build_maintenance_queries(running)
    found: dict[str, Found] = {}
    connection = await connect_as_role(place.url, DatabaseRole.APP)
    try:
        for name, ask in asked.items():
            if name.startswith(only):
                found[name] = Found(await answered(running, connection, ask))
        for role in (Role.LEAD, Role.ADMIN):
            for name, ask in (await ReadQueries(running, of, role).build(only, PERSONAL)).items():
                new = Found(await answered(running, connection, ask))
                found[name] = max(new, found.get(name, new), key=lambda each: each.buffers)
    finally:
        await connection.close()
    return Column(size, of.sessions, found)


async def answered(
    running: Runtime, connection: asyncpg.Connection, ask: RunQuery
) -> list[StatementPlan]:
    with recording(running.engine) as sent:
        await ask()
    print(".", end="", file=sys.stderr, flush=True)
    return [await explain_settled_plan(connection, statement) for statement in sent]


def table(measured: Measured) -> str:
    heads = [f"{c.of_them:,} of {c.sessions:,}" for c in measured.columns]
    lines = [f"| | {' | '.join(heads)} | by |", "|---" * (len(heads) + 2) + "|"]
    for name in measured.columns[0].found:
        cells = (told(c.found[name]) if name in c.found else "" for c in measured.columns)
        last = measured.columns[-1].found.get(name)
        lines.append(f"| {name} | {' | '.join(cells)} | {way(last.worst) if last else ''} |")
    lines += ["", "| table or index | MB |", "|---|---|"]
    lines += [
        f"| {name} | {size / 1e6:,.0f} |" for name, size in measured.sizes.items() if size > MB
    ]
    return "\n".join(lines)


def in_short(measured: Measured) -> Measured:
    """Of each list the page that reads most, of whatever order; and of counts those that read much,
    for most come from the tallies."""
    last = measured.columns[-1].found
    kept = {
        name for name, each in last.items() if not name.endswith("count") or each.buffers > MUCH
    }
    columns = [replace(column, found=worst(column.found, kept)) for column in measured.columns]
    return Measured(columns, measured.sizes)


def worst(found: dict[str, Found], kept: set[str]) -> dict[str, Found]:
    short: dict[str, Found] = {}
    for name in found.keys() & kept:
        short[group(name)] = max(
            found[name], short.get(group(name), found[name]), key=lambda each: each.buffers
        )
    return {group(name): short[group(name)] for name in found if name in kept}


def group(name: str) -> str:
    of, _, what = name.partition(": ")
    is_page = what.removesuffix(", deep") in PAGES_OF_A_LIST
    return of if is_page or of.startswith(("one ", "the server", "flows", "users")) else name


def told(found: Found) -> str:
    return f"{found.buffers:,} / {found.rows:,} / {found.ms:.1f}"


def way(read: StatementPlan) -> str:
    short = (name.removeprefix("ix_").removeprefix("ai_sessions_") for name in read.indexes)
    return ", ".join(short) + (" (generic)" if read.is_generic else "")


def flagged(measured: Measured) -> Iterator[str]:
    """What is not flat, and why that is said."""
    if not measured.columns:
        return
    first, *others = measured.columns
    for other in others:
        for name, found in other.found.items():
            before = first.found.get(name)
            if before and found.buffers > before.buffers * TIMES + PAGES:
                where = "whole" if other.of_them < first.of_them * TIMES else "account"
                yield f"grows with the {where}: {name}: {told(before)} -> {told(found)}"
            for read in found.reads:
                if read.scanned_tables:
                    yield f"reads all of {read.scanned_tables}: {name}"
                if read.sorted_rows > PAGE_ROWS and not name.endswith("count"):
                    yield f"sorts {read.sorted_rows:,} rows for a page: {name}"


if __name__ == "__main__":
    raise SystemExit(main())
