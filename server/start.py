"""From settings to a running process: what `serve` does before it listens."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from server import assistants, database, migrations, process
from server.app import State
from server.auth import setup
from server.auth.visits import Visits, keep_checking
from server.database import Database
from server.settings import Settings
from services.flows.library import load_library
from services.flows.sync import sync

HERE = Path(__file__).parent
#: In a wheel the flows travel inside this package, in a checkout they stand beside it.
FLOWS = next(p for p in (HERE / "_flows", HERE.parent / "flows") if p.exists())


async def prepare(place: Database) -> None:
    """Bring the schema up to date where it is ours to change, and the flows into it.

    Raises SchemaOutdated, FlowFileInvalid.
    """
    async with database.connected(place) as engine:
        if place.is_embedded:
            await migrations.upgrade(engine)
        else:
            await migrations.check(engine)
        await load_flows(database.sessionmaker(engine))


async def load_flows(sessions: async_sessionmaker[AsyncSession]) -> int:
    """Raises FlowFileInvalid."""
    async with sessions.begin() as db:
        return await sync(db, load_library(FLOWS))


@asynccontextmanager
async def started(place: Database, settings: Settings) -> AsyncGenerator[State]:
    assistant = assistants.assistant(settings)
    async with process.running(
        place, assistant, pool_size=settings.pool_size, grace=settings.drain_seconds
    ) as running:
        door, visits = await setup.door(settings, running.database), Visits()
        checking = partial(keep_checking, visits, running.database, settings.recheck_seconds)
        async with process.in_background(checking):
            yield State(process=running, door=door, visits=visits)
