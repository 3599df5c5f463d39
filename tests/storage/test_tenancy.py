"""What Postgres itself keeps apart, whatever a statement asks for."""

from datetime import UTC, datetime, timedelta

import orjson
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

import models
from services.principal import Principal
from storage.role_privileges import BYPASSES_ROW_LEVEL_SECURITY
from storage.transactions import DatabaseRole, Tenancy
from tests import factories
from tests.api_client import Api, eventually
from tests.factories import save
from tests.filled_desk import fill_sessions, is_quiet
from tests.operations import create
from tests.superuser import as_owner

EVERY_TABLE = {table.name: table for table in models.Base.metadata.sorted_tables}
#: Of the server itself, and not of an account: see `test_keeper_rights`.
OF_NO_ACCOUNT = {"server_secrets"}
TABLES = {name: table for name, table in EVERY_TABLE.items() if name not in OF_NO_ACCOUNT}
#: Not told apart by `account_id`: the account itself.
OF = {"accounts": "id"}
#: What only the keeper may touch.
CLOSED = {"api_keys"}
#: What holds the words of people; and columns of other tables that do.
WORDS = (
    "SELECT conversation_messages FROM ai_sessions",
    "SELECT intake_content FROM ai_sessions",
    "SELECT title FROM ai_sessions",
    "SELECT text FROM generations",
    "SELECT request FROM generations",
    "SELECT text FROM generation_deltas",
    "SELECT * FROM ai_session_steps",
    "SELECT * FROM ai_session_events",
    "SELECT * FROM session_documents",
    "SELECT * FROM session_search",
    "SELECT * FROM assistant_chats",
    "SELECT outcome FROM idempotency_keys",
    "SELECT * FROM flow_uses",
    "UPDATE ai_sessions SET title = 'mine'",
    "UPDATE generations SET status = 'completed'",
    "DELETE FROM ai_sessions",
    "DELETE FROM accounts",
)


@pytest.fixture(scope="module")
async def filled(shared_runtime) -> Principal:
    """A user who has at least one row in every table. No test changes them."""
    running = shared_runtime
    user = await factories.user(running, "Ana")
    await fill_sessions(Api(running, user))
    part = {"account_id": user.account_id, "user_id": user.user_id}
    await save(
        running,
        models.AssistantChat(**part),
        models.RateLimitState(
            account_id=user.account_id,
            subject_id=user.user_id,
            kind="requests",
            full_at=datetime.now(UTC) + timedelta(hours=1),
        ),
        models.ApiKey(**part, prefix=user.user_id.hex[-12:], secret_hash="c2d3"),
    )
    await eventually(lambda: is_quiet(running))
    async with as_owner(running) as db:
        for table in TABLES:
            assert await db.scalar(text(f"SELECT count(*) FROM {table}")), table
    return user


@pytest.fixture
def ana(filled) -> Principal:
    return filled


async def refused(running, principal, statement, **given) -> bool:
    """Whether Postgres says that this is not allowed."""
    try:
        async with running.tenancy.for_account(principal.account_id).orm_transaction() as db:
            await db.execute(text(statement), given)
    except DBAPIError as error:
        return error.orig.sqlstate == "42501"
    return False


async def test_every_table_has_its_rows_kept_apart_and_none_is_the_servers(running):
    async with as_owner(running) as db:
        rows = await db.execute(
            text(
                "SELECT relname, relrowsecurity AND relforcerowsecurity,"
                " pg_get_userbyid(relowner) FROM pg_class"
                " WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v', 'm')"
            )
        )
        found = {name: (is_kept, owner) for name, is_kept, owner in rows}
    assert found.pop("alembic_version")
    assert found == dict.fromkeys(EVERY_TABLE, (True, "postgres"))


@pytest.mark.parametrize("table", TABLES)
async def test_no_row_of_another_account_is_read_changed_or_deleted(running, filled, eve, table):
    own = f"{OF.get(table, 'account_id')} = :id"
    async with as_owner(running) as db:
        before = (await db.execute(text(f"SELECT * FROM {table} ORDER BY 1, 2"))).all()
    anas = f"{OF.get(table, 'account_id')} <> :id"
    if await refused(running, eve, f"SELECT FROM {table}"):
        assert table in CLOSED
    else:
        async with running.tenancy.for_account(eve.account_id).orm_read_transaction() as db:
            seen = f"SELECT count(*) FROM {table} WHERE {anas}"
            assert await db.scalar(text(seen), {"id": eve.account_id}) == 0
    column = next(iter(TABLES[table].c)).name
    for change in (f"UPDATE {table} SET {column} = {column}", f"DELETE FROM {table}"):
        await refused(running, eve, f"{change} WHERE NOT ({own})", id=eve.account_id)
    async with as_owner(running) as db:
        assert (await db.execute(text(f"SELECT * FROM {table} ORDER BY 1, 2"))).all() == before


@pytest.mark.parametrize("table", TABLES)
async def test_no_row_is_written_for_another_account(running, filled, ana, eve, table):
    """A copy of one of hers: with everything right but for who writes it."""
    columns = ", ".join(
        f'"{column.name}"' for column in TABLES[table].c if not (column.computed or column.identity)
    )
    owner = OF.get(table, "account_id")
    others = f"SELECT to_jsonb(t) FROM {table} t WHERE {owner} IS DISTINCT FROM :id LIMIT 1"
    async with as_owner(running) as db:
        row = await db.scalar(text(others), {"id": eve.account_id})
    copy = (
        f"INSERT INTO {table} ({columns})"
        f" SELECT {columns} FROM jsonb_populate_record(NULL::{table}, :row)"
    )
    assert await refused(running, eve, copy, row=orjson.dumps(row).decode())


async def test_no_row_is_given_away(running, filled, ana, eve):
    give = "UPDATE ai_sessions SET account_id = :id"
    assert await refused(running, ana, give, id=eve.account_id)


async def test_without_an_account_there_is_nothing(running, filled, one):
    async with one.connect() as connection:
        for table in sorted(TABLES.keys() - CLOSED - {"flows"}):
            assert await connection.scalar(text(f"SELECT count(*) FROM {table}")) == 0, table


async def test_a_transaction_does_not_hand_its_account_on(running, filled, ana, one):
    pid, count = text("SELECT pg_backend_pid()"), text("SELECT count(*) FROM ai_sessions")
    async with Tenancy(one).for_account(ana.account_id).orm_transaction() as db:
        assert await db.scalar(count)
        used = await db.scalar(pid)
    async with one.connect() as connection:
        assert await connection.scalar(pid) == used
        assert await connection.scalar(count) == 0


@pytest.mark.parametrize("statement", WORDS)
async def test_the_keeper_reads_no_words_and_ends_nothing(running, filled, statement):
    with pytest.raises(DBAPIError, match="permission denied"):
        async with running.tenancy.system.orm_transaction() as db:
            await db.execute(text(statement))


async def test_a_search_finds_what_is_ones_own(running, api, eve, filled):
    found = '{ sessions(filter: { search: "mail" }) { totalCount } }'
    await create(api.by(eve), "CHAT", "Outlook shows no new mail")
    assert (await api.by(eve).data(found))["sessions"]["totalCount"] == 1
    async with running.tenancy.for_account(eve.account_id).orm_read_transaction() as db:
        own = await db.scalars(text("SELECT sessions_with('mail', NULL)"))
        assert len(own.all()) == 1


async def test_how_a_flow_does_is_each_accounts_own_affair(api, eve, filled):
    flows = "{ flows { edges { node { usageCount successRate } } } }"
    mine = (await api.data(flows))["flows"]["edges"]
    theirs = (await api.by(eve).data(flows))["flows"]["edges"]
    assert sum(edge["node"]["usageCount"] for edge in mine) == 1
    assert sum(edge["node"]["usageCount"] for edge in theirs) == 0


@pytest.mark.parametrize("role", DatabaseRole)
async def test_a_role_that_passes_by_is_refused(running, monkeypatch, role):
    """Asked of a role that may do everything, in place of the one that may not."""
    async with as_owner(running) as db:
        assert await db.scalar(BYPASSES_ROW_LEVEL_SECURITY)
        await db.execute(text(f"SET LOCAL ROLE {role}"))
        assert not await db.scalar(BYPASSES_ROW_LEVEL_SECURITY)
