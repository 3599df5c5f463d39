"""From settings to a running process: what `serve` does before it listens."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from uuid import UUID

from sqlalchemy import text

from server import assistant_factory, database, runtime
from server.app import State
from server.auth import config
from server.auth.open_connections import Visits, keep_checking
from server.database import Database
from server.settings import Settings
from services.flows.library import load_library
from services.flows.sync import sync
from storage import migrations
from storage.tenancy import DatabaseRole, Sessions, Tenancy

HERE = Path(__file__).parent
#: In a wheel the flows travel inside this package, in a checkout they stand beside it.
FLOWS = next(p for p in (HERE / "_flows", HERE.parent / "flows") if p.exists())


PASSES_BY = text(
    "SELECT rolsuper OR rolbypassrls OR EXISTS ("
    "  SELECT FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'"
    "    AND pg_has_role(relowner, 'USAGE'))"
    " FROM pg_roles WHERE rolname = current_user"
)


class RoleTooMighty(Exception):
    def __init__(self, role: DatabaseRole) -> None:
        super().__init__(
            f"The database role {role} is a superuser, owns tables, or passes by row-level "
            "security, so one account could see another's rows. Take that from it."
        )


async def prepare(place: Database) -> None:
    """Bring the schema up to date where it is ours to change, and the flows into it.

    Raises SchemaOutdated, FlowFileInvalid, RoleRefused, RoleTooMighty.
    """
    async with database.owning(place) as engine:
        if place.is_embedded:
            await migrations.upgrade(engine)
        else:
            await migrations.check(engine)
    async with database.connected(place, DatabaseRole.KEEPER) as engine:
        tenancy = Tenancy(engine)
        await check_rights(tenancy)
        await load_flows(tenancy.keeper)


async def check_rights(tenancy: Tenancy) -> None:
    """Raises RoleTooMighty where a role could pass by row-level security."""
    for sessions in (tenancy.keeper, tenancy.of(UUID(int=0))):
        async with sessions() as db:
            if await db.scalar(PASSES_BY):
                raise RoleTooMighty(sessions.role)


async def load_flows(sessions: Sessions) -> int:
    """Raises FlowFileInvalid."""
    async with sessions.begin() as db:
        return await sync(db, load_library(FLOWS))


@asynccontextmanager
async def started(place: Database, settings: Settings) -> AsyncGenerator[State]:
    assistant = assistant_factory.assistant(settings)
    async with runtime.running(
        place,
        assistant,
        pool_size=settings.pool_size,
        grace=settings.drain_seconds,
        allowances=settings.allowances,
    ) as running:
        door, visits = await config.door(settings, running.tenancy.keeper), Visits()
        checking = partial(keep_checking, visits, running.tenancy.keeper, settings.recheck_seconds)
        async with runtime.in_background(checking):
            yield State(process=running, door=door, visits=visits)
