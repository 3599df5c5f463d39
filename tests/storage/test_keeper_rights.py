"""What `sessions_keeper` may do with every table and column, tried on a connection of that role.

It works across accounts, so each of its rights is written down here. A new table or column that it
could read, or change, fails this test until somebody has decided that it needs that.
"""

import asyncpg
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

import models
from storage.engine import open_role_engine
from storage.pool import driver_connection
from storage.transactions import DatabaseRole

TABLES = {table.name: table for table in models.Base.metadata.sorted_tables}

ACCOUNT = {"id", "name", "external_id", "time_zone", "created_at"}
USER = {
    *("id", "account_id", "name", "email", "role", "kind", "external_id", "claims_as_of"),
    *("deactivated_at", "created_at"),
}
API_KEY = {
    *("id", "account_id", "user_id", "prefix", "secret_hash", "expires_at", "last_used_at"),
    *("revoked_at", "created_at"),
}
#: Of the bundled flows only: see the policy.
FLOW = {
    *("id", "account_id", "slug", "title", "description", "domain", "tags", "tree", "updated_at"),
    *("symptoms", "content_hash", "created_at", "search", "search_words", "scope_id"),
}
COUNT = {"id", "account_id", "status", "session_type", "sessions"}
DELTA_KEY = {"account_id", "generation_id", "number"}
LEASE = {"owner", "attempt", "lease_expires_at", "first_token_at"}
SPEND = {"tokens", "cost_usd", "reserved_tokens", "reserved_cost_usd"}

READ = {
    "accounts": ACCOUNT,
    "users": USER,
    "api_keys": API_KEY,
    "flows": FLOW,
    "ai_sessions": {"id", "account_id", "created_at", "described_at", "step_count"},
    "session_search": {"account_id", "analysis_version"},
    "generations": LEASE | {"id", "account_id", "session_id", "kind", "status", "finished_at"},
    "generation_deltas": DELTA_KEY,
    "idempotency_keys": {"created_at"},
    "deleted_sessions": {"deleted_at"},
    "session_tallies": COUNT,
    "rates": {"account_id", "subject_id", "kind", "full_at"},
    "ledger": {
        *("generation_id", "account_id", "user_id", "reserved_tokens", "reserved_cost_usd"),
        *("tokens", "cost_usd", "created_at", "settled_at"),
    },
    "spending": SPEND | {"account_id", "subject_id", "period", "starts"},
    "server_secrets": {"name", "value"},
}
INSERT = {
    "accounts": ACCOUNT,
    "users": USER,
    "api_keys": API_KEY,
    "flows": FLOW - {"search", "scope_id"},
    "generation_deltas": DELTA_KEY | {"attempt", "text"},
    "session_tallies": COUNT,
    "server_secrets": {"name", "value"},
}
UPDATE = {
    "users": {"name", "email", "role", "external_id", "claims_as_of"},
    "api_keys": {"last_used_at", "revoked_at"},
    "flows": FLOW,
    "ai_sessions": {"described_at"},
    "generations": LEASE,
    "rates": {"full_at"},
    "ledger": {"settled_at"},
    "spending": SPEND,
}
DELETE = {
    *("flows", "generation_deltas", "idempotency_keys", "deleted_sessions", "session_tallies"),
    "rates",
}


@pytest.fixture
async def keeper(place):
    async with open_role_engine(place.url, DatabaseRole.KEEPER) as engine:
        yield engine


async def may(engine: AsyncEngine, statement: str) -> bool:
    """Whether the role may do this; other refusals, such as by a constraint, do not count."""
    async with driver_connection(engine) as driver:
        transaction = driver.transaction()
        await transaction.start()
        try:
            await driver.execute(statement)
        except asyncpg.InsufficientPrivilegeError as error:
            # A policy may refuse a row too, but says so in other words.
            return "permission denied" not in str(error)
        except asyncpg.IntegrityConstraintViolationError:
            pass
        finally:
            await transaction.rollback()
    return True


async def allowed(engine: AsyncEngine, table: str, statement: str) -> set[str]:
    """The columns for which the role may do this."""
    columns = [c.name for c in TABLES[table].columns]
    statements = {name: statement.format(table=table, column=f'"{name}"') for name in columns}
    return {name for name in columns if await may(engine, statements[name])}


@pytest.mark.parametrize("table", TABLES)
async def test_the_keeper_may_do_what_it_needs_and_no_more(keeper, table):
    assert await allowed(keeper, table, "SELECT {column} FROM {table} LIMIT 0") == READ.get(
        table, set()
    )
    changed = await allowed(keeper, table, "UPDATE {table} SET {column} = DEFAULT WHERE false")
    assert changed == UPDATE.get(table, set())
    assert await may(keeper, f"DELETE FROM {table} WHERE false") == (table in DELETE)
    assert await may(keeper, f"TRUNCATE {table}") is False


@pytest.mark.parametrize("table", TABLES)
async def test_the_keeper_inserts_where_it_needs_to(keeper, table):
    given = [c.name for c in TABLES[table].columns if not c.computed]
    inserted = set()
    for name in given:
        statement = (
            f'INSERT INTO {table} ("{name}") OVERRIDING SYSTEM VALUE SELECT NULL WHERE false'
        )
        if await may(keeper, statement):
            inserted.add(name)
    assert inserted == INSERT.get(table, set())


async def test_the_words_of_an_answer_are_not_for_the_keeper(keeper):
    for statement in (
        "SELECT text FROM generation_deltas",
        "SELECT * FROM generation_deltas",
        "UPDATE generation_deltas SET text = ''",
        "DELETE FROM generation_deltas RETURNING text",
        "COPY generation_deltas TO STDOUT",
    ):
        assert not await may(keeper, statement), statement


async def test_the_app_has_no_right_to_the_servers_secrets(one):
    for column in ("name", "value", "created_at"):
        assert not await may(one, f"SELECT {column} FROM server_secrets")
