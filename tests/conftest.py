"""A real Postgres for every test: a template made by the real migrations, then cloned."""

import asyncio
import itertools
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import asyncpg
import hypothesis
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from models import Role
from server import bootstrap, database, runtime
from server.embedded_postgres import embedded_server
from server.runtime import Runtime
from services.ai.testing import ScriptedAssistant
from services.principal import Principal
from storage.database_location import DatabaseLocation
from storage.engine import open_role_engine
from storage.transactions import DatabaseRole
from tests import factories
from tests.api_client import Api
from tests.fakes.stepped_answers import SteppedAnswers, answering
from tests.leftover_databases import end_leftovers
from tests.server_process import Served, serving
from tests.superuser import quiesce, superuser_pool

RUN = os.environ.get("PYTEST_XDIST_TESTRUNUID", str(os.getpid()))
WORKER = os.environ.get("PYTEST_XDIST_WORKER", "main")
TEMPLATE = f"template_{WORKER}"
numbers = itertools.count(1)

#: How long an example takes says how busy the machine is, and nothing else.
hypothesis.settings.register_profile("unhurried", deadline=None)
hypothesis.settings.load_profile("unhurried")


#: Not below pytest's own folder: that is closed to the account that runs Postgres for root.
FOLDERS = Path(tempfile.gettempdir())
PREFIX = "unified-sessions-tests-"


def folder_of(run: str) -> Path:
    return FOLDERS / f"{PREFIX}{run}"


FOLDER = folder_of(RUN)
#: Of the workers that this process has started.
folders = {FOLDER}


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    folders.add(folder_of(node.workerinput["testrunuid"]))


def pytest_sessionstart() -> None:
    if WORKER == "main":
        end_leftovers(FOLDERS, f"{PREFIX}*")


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish() -> None:
    if WORKER == "main":
        for folder in folders:
            shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres() -> Iterator[embedded_server.EmbeddedServer]:
    """One server for all workers; the last one out stops it."""
    with embedded_server.run_embedded_server(FOLDER, durable=False) as server:
        yield server


@pytest.fixture(scope="session")
def template(postgres: embedded_server.EmbeddedServer) -> str:
    embedded_server.ensure_database(postgres, TEMPLATE)
    asyncio.run(bootstrap.prepare_database(place_of(postgres, TEMPLATE)))
    return TEMPLATE


#: The flows are part of what a test begins with.
KEEP_FLOWS = """
CREATE SCHEMA kept;
CREATE TABLE kept.flows AS TABLE flows;
ALTER TABLE kept.flows DROP COLUMN search, DROP COLUMN scope_id;
"""
EMPTY = """
DO $$
DECLARE
    filled text := (
        SELECT string_agg(format('%I', tablename), ', ') FROM pg_tables
        WHERE schemaname = 'public' AND tablename <> 'alembic_version');
    given text := (
        SELECT string_agg(format('%I', attname), ', ' ORDER BY attnum) FROM pg_attribute
        WHERE attrelid = 'kept.flows'::regclass AND attnum > 0 AND NOT attisdropped);
BEGIN
    EXECUTE format('TRUNCATE %s RESTART IDENTITY', filled);
    EXECUTE format('INSERT INTO flows (%1$s) SELECT %1$s FROM kept.flows', given);
END $$;
"""


@pytest.fixture(scope="session")
def shared_database(postgres: embedded_server.EmbeddedServer, template: str) -> str:
    """Emptied between modules: that is five times as fast as cloning a new one for each."""
    return reusable_database(postgres, template, f"test_{WORKER}")


@pytest.fixture(scope="session")
def isolated_database(postgres: embedded_server.EmbeddedServer, template: str) -> str:
    """Emptied after each test that has the marker `isolated`."""
    return reusable_database(postgres, template, f"isolated_{WORKER}")


def reusable_database(postgres: embedded_server.EmbeddedServer, template: str, name: str) -> str:
    asyncio.run(execute(postgres, f'CREATE DATABASE "{name}" TEMPLATE "{template}"'))
    asyncio.run(execute(postgres, KEEP_FLOWS, name))
    return name


@pytest.fixture(scope="module")
async def shared_place(
    postgres: embedded_server.EmbeddedServer, shared_database: str
) -> AsyncIterator[DatabaseLocation]:
    yield place_of(postgres, shared_database)
    await execute(postgres, EMPTY, shared_database)


@pytest.fixture
async def isolated_place(
    postgres: embedded_server.EmbeddedServer, isolated_database: str
) -> AsyncIterator[DatabaseLocation]:
    yield place_of(postgres, isolated_database)
    await execute(postgres, EMPTY, isolated_database)


@pytest.fixture(scope="module")
def shared_assistant() -> ScriptedAssistant:
    return ScriptedAssistant()


@pytest.fixture
def isolated_assistant() -> ScriptedAssistant:
    return ScriptedAssistant()


@pytest.fixture(scope="module")
async def shared_runtime(
    shared_place: DatabaseLocation, shared_assistant: ScriptedAssistant
) -> AsyncIterator[Runtime]:
    async with (
        runtime.run_runtime(shared_place, shared_assistant) as running,
        superuser_pool(running),
    ):
        yield running


@pytest.fixture
async def isolated_runtime(
    place: DatabaseLocation, assistant: ScriptedAssistant
) -> AsyncIterator[Runtime]:
    async with runtime.run_runtime(place, assistant) as running, superuser_pool(running):
        yield running


def is_isolated(request: pytest.FixtureRequest) -> bool:
    """The tests of a module share a process and a database, each with accounts of its own. A test
    that looks at all accounts, or needs a process that has just started, has the marker."""
    return request.node.get_closest_marker("isolated") is not None


def chosen(request: pytest.FixtureRequest, part: str) -> Any:
    return request.getfixturevalue(f"{'isolated' if is_isolated(request) else 'shared'}_{part}")


@pytest.fixture
def place(request: pytest.FixtureRequest) -> DatabaseLocation:
    """A database with migrations and flows in it."""
    place: DatabaseLocation = chosen(request, "place")
    return place


@pytest.fixture
def assistant(request: pytest.FixtureRequest) -> ScriptedAssistant:
    """The assistant of `running`, with nothing scripted and nothing recorded."""
    assistant: ScriptedAssistant = chosen(request, "assistant")
    assistant.reset()
    return assistant


@pytest.fixture
def chosen_runtime(request: pytest.FixtureRequest) -> Runtime:
    parts: Runtime = chosen(request, "runtime")
    return parts


@pytest.fixture
async def running(
    request: pytest.FixtureRequest, chosen_runtime: Runtime, assistant: ScriptedAssistant
) -> AsyncIterator[Runtime]:
    """A process of the server: its database, its background work, and `assistant`."""
    yield chosen_runtime
    if not is_isolated(request):
        await quiesce(chosen_runtime)


@pytest.fixture
async def ana(running: Runtime) -> Principal:
    """The technician most tests act as."""
    return await factories.user(running, "Ana")


@pytest.fixture
async def ben(running: Runtime, ana: Principal) -> Principal:
    """A colleague of Ana's, who as a lead may work on her sessions."""
    return await factories.user(running, "Ben", account_id=ana.account_id, role=Role.LEAD)


@pytest.fixture
async def eve(running: Runtime) -> Principal:
    """Somebody of another account."""
    return await factories.user(running, "Eve")


@pytest.fixture
def api(running: Runtime, ana: Principal) -> Api:
    return Api(running, ana)


@pytest.fixture(scope="module")
def database_url(postgres: embedded_server.EmbeddedServer, template: str) -> Iterator[str]:
    """A database that a whole module shares, as an operator names it."""
    name = f"served_{WORKER}_{next(numbers)}"
    asyncio.run(
        execute(postgres, f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY FILE_COPY')
    )
    yield postgres.dsn(name)
    asyncio.run(execute(postgres, f'DROP DATABASE "{name}" WITH (FORCE)'))


@pytest.fixture(scope="module")
def served(database_url: str) -> Iterator[Served]:
    """A server process on an external database, shared by the tests of a module."""
    with serving(DATABASE_URL=database_url) as server:
        yield server


@pytest.fixture(scope="module")
def provider() -> Iterator[SteppedAnswers]:
    """Whose answers go on word by word, as the test says."""
    with answering() as answers:
        yield answers


@pytest.fixture(scope="module")
def live(database_url: str, provider: SteppedAnswers) -> Iterator[Served]:
    """A server whose answers come from the provider."""
    with serving(DATABASE_URL=database_url, **provider.settings) as server:
        yield server


async def execute(
    postgres: embedded_server.EmbeddedServer, statement: str, database: str = "postgres"
) -> None:
    connection = await asyncpg.connect(postgres.dsn(database))
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


@pytest.fixture
async def one(place: DatabaseLocation) -> AsyncIterator[AsyncEngine]:
    """A pool of one connection, which whoever comes next has to use again."""
    async with open_role_engine(place.url, DatabaseRole.APP) as engine:
        yield engine


def place_of(server: embedded_server.EmbeddedServer, name: str) -> DatabaseLocation:
    return database.embedded_location(server, name)
