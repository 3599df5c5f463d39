"""Migration 0010, which changes every key, on a database with rows in its tables: down and up, over
rows that it must refuse, again after it was cut off, and while others work."""

import asyncio
from collections.abc import AsyncIterator
from uuid import UUID

import asyncpg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

import models
from server import runtime
from services.ai.testing import ScriptedAssistant
from storage import migrations
from storage.database_location import DatabaseLocation
from storage.engine import open_engine, open_owner_engine
from tests import factories
from tests.api_client import Api, eventually
from tests.conftest import WORKER, execute, place_of
from tests.filled_desk import fill_sessions, is_quiet
from tests.operations import create, ending

FILLED = f"filled_desk_{WORKER}"
TABLES = [table.name for table in models.Base.metadata.sorted_tables]
#: Added by the migration.
SCOPES = "'{scope_id,matched_flow_scope_id,flow_scope_id}'::text[]"


async def snapshot(engine: AsyncEngine) -> dict[str, list]:
    async with engine.connect() as connection:
        return {
            table: list(
                await connection.scalars(
                    text(f"SELECT to_jsonb(t) - {SCOPES} FROM {table} t ORDER BY 1")
                )
            )
            for table in TABLES
        }


@pytest.fixture
async def place(postgres, template) -> AsyncIterator[DatabaseLocation]:
    await execute(postgres, f'CREATE DATABASE "{FILLED}" TEMPLATE "{template}"')
    yield place_of(postgres, FILLED)
    await execute(postgres, f'DROP DATABASE "{FILLED}" WITH (FORCE)')


@pytest.fixture
async def engine(place) -> AsyncIterator[AsyncEngine]:
    """The owner of a database with the desks of two accounts, one with a flow of its own."""
    async with runtime.run_runtime(place, ScriptedAssistant()) as running:
        for name in ("Ana", "Eve"):
            person = await factories.user(running, name)
            await fill_sessions(Api(running, person))
            flow = models.Flow(
                account_id=person.account_id,
                slug="own",
                title="Own",
                description="Own",
                domain="Own",
                tree={"root": "a", "nodes": {}},
            )
            await factories.save(running, flow)
            await factories.save(
                running,
                factories.guided_session(
                    person, matched_flow_id=flow.id, problem_summary="The VPN"
                ),
            )
            last = await create(Api(running, person), "CHAT", "it hangs")
            await ending(Api(running, person), last["generation"]["id"])
        await eventually(lambda: is_quiet(running))
    async with open_owner_engine(place.owner_url) as engine:
        yield engine


#: The server writes them anew in the background.
SEARCH_WORDS = {"search_words", "analysis_version"}


def without_search_words(found):
    return {
        table: [{key: row[key] for key in row.keys() - SEARCH_WORDS} for row in rows]
        for table, rows in found.items()
    }


async def test_every_row_survives_the_way_down_and_up(engine):
    before = await snapshot(engine)
    assert len(before["generation_deltas"]) > 1
    await migrations.migrate_to(engine, "0009")
    async with engine.connect() as connection:
        keys = await connection.scalar(
            text(
                "SELECT count(*) FROM pg_constraint WHERE conname LIKE 'pk_%' AND"
                " pg_get_constraintdef(oid) LIKE 'PRIMARY KEY (account_id, %'"
            )
        )
    assert keys == 1, "that of flow_uses, which had it before"
    await migrations.upgrade_to_head(engine)
    assert without_search_words(await snapshot(engine)) == without_search_words(before)
    async with engine.connect() as connection:
        own = await connection.execute(
            text(
                "SELECT account_id, matched_flow_scope_id FROM ai_sessions s WHERE EXISTS"
                " (SELECT FROM flows f WHERE f.id = matched_flow_id AND f.account_id IS NOT NULL)"
            )
        )
        assert all(account_id == scope for account_id, scope in own)


async def test_a_reference_to_another_account_is_named_and_the_migration_run_again(engine):
    await migrations.migrate_to(engine, "0009")
    async with engine.begin() as connection:
        session, owner = (
            await connection.execute(text("SELECT id, account_id FROM ai_sessions LIMIT 1"))
        ).one()
        await connection.execute(
            text(
                "UPDATE ai_sessions SET escalated_to_id ="
                " (SELECT id FROM users WHERE account_id <> :owner LIMIT 1) WHERE id = :id"
            ),
            {"owner": owner, "id": session},
        )
    with pytest.raises(DBAPIError, match="fk_ai_sessions_account_id_escalated_to_id"):
        await migrations.upgrade_to_head(engine)
    async with engine.connect() as connection:
        assert await connection.run_sync(migrations.current_revision) == "0009"
    async with engine.begin() as connection:
        await connection.execute(text("UPDATE ai_sessions SET escalated_to_id = NULL"))
    await migrations.upgrade_to_head(engine)
    await migrations.require_head(engine)
    await check_finished(engine)


async def check_finished(engine: AsyncEngine) -> None:
    """Nothing of the way is left: no index that is not valid, no reference that is not checked."""
    async with engine.connect() as connection:
        for query in (
            "SELECT indexrelid::regclass::text FROM pg_index WHERE NOT indisvalid",
            "SELECT conname FROM pg_constraint WHERE NOT convalidated",
            "SELECT indexname FROM pg_indexes WHERE indexname LIKE '%\\_next'",
            "SELECT relname FROM pg_class JOIN pg_tables ON tablename = relname"
            " WHERE schemaname = 'public' AND relname <> 'alembic_version'"
            " AND NOT relforcerowsecurity",
        ):
            assert list(await connection.scalars(text(query))) == [], query


async def test_the_owner_of_the_tables_need_not_be_a_superuser(engine, place, postgres):
    """With FORCE ROW LEVEL SECURITY such an owner sees no row, and must find the bad one still."""
    owner = f"table_owner_{WORKER}"
    await execute(postgres, f"CREATE ROLE {owner} LOGIN")
    try:
        for role in ("sessions_app", "sessions_keeper", "sessions_finder"):
            await execute(postgres, f"GRANT {role} TO {owner}")
        await execute(postgres, f"GRANT CREATE ON SCHEMA public TO {owner}", FILLED)
        await execute(postgres, f'ALTER DATABASE "{FILLED}" OWNER TO {owner}')
        for table in (*TABLES, "alembic_version"):
            await execute(postgres, f"ALTER TABLE {table} OWNER TO {owner}", FILLED)
        await execute(
            postgres,
            f"ALTER FUNCTION set_scope_of_matched_flow_id() OWNER TO {owner};"
            f"ALTER FUNCTION set_scope_of_flow_id() OWNER TO {owner}",
            FILLED,
        )
        async with open_engine(place.owner_url.set(username=owner)) as limited:
            await migrations.migrate_to(limited, "0009")
            await execute(
                postgres,
                "UPDATE ai_session_steps SET answered_by_id ="
                " (SELECT id FROM users u WHERE u.account_id <> ai_session_steps.account_id"
                " LIMIT 1)",
                FILLED,
            )
            with pytest.raises(DBAPIError, match="fk_ai_session_steps_account_id_answered_by_id"):
                await migrations.upgrade_to_head(limited)
            await execute(postgres, "UPDATE ai_session_steps SET answered_by_id = NULL", FILLED)
            await migrations.upgrade_to_head(limited)
            await check_finished(limited)
    finally:
        await execute(postgres, f"REASSIGN OWNED BY {owner} TO postgres", FILLED)
        await execute(postgres, f'ALTER DATABASE "{FILLED}" OWNER TO postgres')
        await execute(postgres, f"DROP OWNED BY {owner}", FILLED)
        await execute(postgres, f"DROP ROLE {owner}")


async def test_others_read_and_write_while_keys_change(engine, place, postgres):
    """Nobody is refused, and two processes that migrate at once do not stop each other."""
    await migrations.migrate_to(engine, "0009")
    async with engine.connect() as connection:
        session_id: UUID = await connection.scalar(text("SELECT id FROM ai_sessions LIMIT 1"))
    working, done = asyncio.Event(), asyncio.Event()
    writes = 0

    async def work() -> None:
        nonlocal writes
        connection = await asyncpg.connect(postgres.dsn(FILLED))
        try:
            while not done.is_set():
                await connection.execute(
                    "UPDATE ai_sessions SET state_version = state_version + 1 WHERE id = $1",
                    session_id,
                )
                writes += 1
                working.set()
        finally:
            await connection.close()

    worker = asyncio.create_task(work())
    await working.wait()
    async with open_owner_engine(place.owner_url) as other:
        await asyncio.gather(migrations.upgrade_to_head(engine), migrations.upgrade_to_head(other))
    done.set()
    await worker
    assert writes > 10
    await check_finished(engine)
