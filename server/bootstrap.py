"""Bootstrap: prepares the database and builds the runtime of a server process from the settings."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

from server import assistant_factory
from server.app import LifespanState
from server.auth import config
from server.auth.connection_expiry import OpenConnections, OpenWebSocketLimits, run_recheck_loop
from server.migration_progress import show_migration_progress
from server.runtime import DatabaseLimits, run_background_tasks, run_runtime
from server.settings import Settings
from services.flows.library import load_flow_library
from services.flows.sync import sync_flows
from storage import migrations
from storage.connections.pooling import check_pooling
from storage.database_location import DatabaseLocation
from storage.engine import open_owner_engine, open_role_engine
from storage.role_privileges import check_role_privileges
from storage.transactions import DatabaseRole, Tenancy, TenantDatabase

HERE = Path(__file__).parent
#: A wheel contains the flows in this package; in a checkout they are beside it.
FLOWS = next(p for p in (HERE / "_flows", HERE.parent / "flows") if p.exists())


async def prepare_database(location: DatabaseLocation) -> None:
    """Bring the schema to this version and load the flows.

    Raises SchemaOutdated, InvalidFlowFile, DatabaseRoleDenied, DatabaseRoleTooPrivileged,
    PoolerSharesConnections, DatabaseUnreachable.
    """
    await ensure_schema(location)
    async with open_role_engine(location.url, DatabaseRole.KEEPER) as engine:
        tenancy = Tenancy(engine)
        await check_role_privileges(tenancy)
        await import_flows(tenancy.system)


async def ensure_schema(location: DatabaseLocation) -> None:
    """Migrate an embedded database; check the revision of an external one.

    Raises SchemaOutdated, SchemaTooNew, PoolerSharesConnections, DatabaseUnreachable.
    """
    await require_own_connections(location)
    async with open_owner_engine(location.owner_url) as engine:
        if location.is_embedded:
            with show_migration_progress() as on_revision:
                await migrations.upgrade_to_head(engine, on_revision)
        else:
            await migrations.require_head(engine)


async def require_own_connections(location: DatabaseLocation) -> None:
    """Raises PoolerSharesConnections, DatabaseUnreachable."""
    if not location.is_embedded:
        for url in {location.owner_url, location.url}:
            await check_pooling(url)


async def import_flows(database: TenantDatabase) -> int:
    """Raises InvalidFlowFile."""
    async with database.transaction() as db:
        return await sync_flows(db, load_flow_library(FLOWS))


@asynccontextmanager
async def lifespan_state(
    location: DatabaseLocation, settings: Settings
) -> AsyncGenerator[LifespanState]:
    """The state of the ASGI lifespan: the runtime, the authenticator, the open connections.

    Raises AssistantNotConfigured, AuthenticationMisconfigured.
    """
    assistant = assistant_factory.create_assistant(settings)
    async with run_runtime(
        location,
        assistant,
        limits=DatabaseLimits(
            settings.pool_size,
            settings.sign_in_connections,
            settings.read_limits,
            settings.time_zone,
        ),
        search_limits=settings.search_limits,
        redacts_stored=settings.redact_stored,
        grace=settings.drain_seconds,
        quotas=settings.quotas,
    ) as runtime:
        database = runtime.sign_in_tenancy.system
        authenticator = await config.create_authenticator(settings, database)
        connections = OpenConnections(
            OpenWebSocketLimits(settings.max_websockets, settings.max_user_websockets)
        )
        recheck = partial(run_recheck_loop, connections, database, settings.recheck_seconds)
        async with run_background_tasks(recheck):
            yield LifespanState(
                runtime=runtime, authenticator=authenticator, open_connections=connections
            )
