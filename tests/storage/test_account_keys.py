"""Every key of a table begins with the account, and Postgres itself refuses a reference to a row of
another account. Keys and references are read from the catalogue, so new tables are covered too."""

import itertools
from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.dialects.postgresql import JSONB, TSVECTOR
from sqlalchemy.exc import DBAPIError

import models
from models.base import SHARED_SCOPE
from tests.superuser import as_owner

#: What has no account, with the reason.
OF_NO_ACCOUNT = {
    "accounts": "is the account",
    "server_secrets": "is the server's",
    "alembic_version": "is Alembic's",
}
#: Unique keys without the account, with the reason. See docs/adr/0039.
GLOBAL_KEYS = {
    "uq_api_keys_prefix": "finds the account at sign-in",
}
#: The account of a shared row is its scope.
SCOPES = {"flows": "scope_id"}
UNIQUE = """
SELECT indrelid::regclass::text, indexrelid::regclass::text,
    (SELECT attname FROM pg_attribute WHERE attrelid = indrelid AND attnum = indkey[0])
FROM pg_index JOIN pg_class ON pg_class.oid = indrelid
WHERE indisunique AND relnamespace = 'public'::regnamespace
"""
REFERENCES = """
SELECT f.conname, f.conrelid::regclass::text, f.confrelid::regclass::text,
    (SELECT array_agg(attname ORDER BY place) FROM unnest(f.conkey) WITH ORDINALITY k(num, place)
        JOIN pg_attribute ON attrelid = f.conrelid AND attnum = num),
    (SELECT array_agg(attname ORDER BY place) FROM unnest(f.confkey) WITH ORDINALITY k(num, place)
        JOIN pg_attribute ON attrelid = f.confrelid AND attnum = num),
    f.convalidated
FROM pg_constraint f WHERE contype = 'f' AND f.connamespace = 'public'::regnamespace
ORDER BY 1
"""
TABLES_WITHOUT_KEY = """
SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
    AND NOT EXISTS (SELECT FROM pg_constraint WHERE conrelid = pg_class.oid AND contype = 'p')
"""


async def rows_of(running, statement):
    async with as_owner(running) as db:
        return [tuple(row) for row in await db.execute(text(statement))]


async def test_every_key_begins_with_the_account(running):
    assert await rows_of(running, TABLES_WITHOUT_KEY) == []
    others = {
        name: (table, column)
        for table, name, column in await rows_of(running, UNIQUE)
        if table not in OF_NO_ACCOUNT
        and name not in GLOBAL_KEYS
        and column != SCOPES.get(table, "account_id")
    }
    # The slug of a bundled flow has no account, and is unique among the bundled ones.
    assert others.pop("uq_flows_account_id_slug") == ("flows", "account_id")
    assert others == {}


async def test_every_reference_names_the_account(running):
    found = await rows_of(running, REFERENCES)
    assert len(found) > 20
    for name, table, target, columns, target_columns, is_validated in found:
        assert is_validated, name
        if target == "accounts":
            assert columns == ["account_id"], name
            continue
        scope = SCOPES.get(target, "account_id")
        assert target_columns[0] == scope, name
        assert columns[0] == ("account_id" if scope == "account_id" else columns[0]), name
        assert len(columns) == 2, (name, table)


def references():
    """The references between tables of accounts, as the models have them."""
    for table in models.Base.metadata.sorted_tables:
        for key in sorted(table.foreign_key_constraints, key=lambda each: str(each.name)):
            if key.referred_table.name != "accounts":
                yield pytest.param(table.name, key.name, id=str(key.name))


async def test_the_models_have_the_references_of_the_catalogue(running):
    in_catalogue = {
        name for name, _, target, *_ in await rows_of(running, REFERENCES) if target != "accounts"
    }
    assert in_catalogue == {parameter.values[1] for parameter in references()}


class Rows:
    """Inserts one row of a table with all that it refers to, everything in one account."""

    def __init__(self, db) -> None:
        self.db = db
        self.numbers = itertools.count(1)

    async def add(self, name: str, account_id: UUID, **given) -> dict:
        table = models.Base.metadata.tables[name]
        values = dict(given)
        for key in table.foreign_key_constraints:
            *_, column = [each.parent for each in key.elements]
            target = key.referred_table.name
            if target != "accounts" and column.name not in values and not column.nullable:
                values[column.name] = (await self.add(target, account_id))["id"]
        values |= {"account_id": account_id} if "account_id" in table.c else {}
        for column in table.c:
            is_given = column.name in values or column.nullable or column.server_default
            if not is_given and not column.identity:
                values[column.name] = self.value(column)
        statement = table.insert().values(values).returning(*table.primary_key.columns)
        created = (await self.db.execute(statement)).one()
        return values | dict(created._mapping)

    def value(self, column):
        kind = column.type
        if isinstance(kind, TSVECTOR | JSONB):
            return "" if isinstance(kind, TSVECTOR) else {}
        if getattr(kind, "enums", None):
            return next(iter(kind.enum_class))
        if column.type.python_type is UUID:
            return uuid4()
        if column.type.python_type in (str, int, list, dict):
            number = next(self.numbers)
            return {
                str: f"t{number}-{uuid4().hex[:6]}"[: getattr(kind, "length", None)],
                int: number,
                list: [],
                dict: {},
            }[column.type.python_type]
        return datetime_or_number(column.type.python_type)


def datetime_or_number(kind):
    now = datetime.now(UTC)
    return {datetime: now, date: now.date(), Decimal: Decimal(1), float: 1.0, bool: True}[kind]


async def try_reference(db, table, key, mine, theirs):
    """Let a row of one account refer to a row of the other, by insert and by update."""
    rows = Rows(db)
    *_, column = [each.parent for each in key.elements]
    foreign = (await rows.add(key.referred_table.name, theirs))["id"]
    own = (await rows.add(key.referred_table.name, mine))["id"]
    await rows.add(table.name, mine, **{column.name: own})
    attempts = (
        lambda: rows.add(table.name, mine, **{column.name: foreign}),
        lambda: db.execute(
            table.update()
            .where(table.c[column.name] == own, table.c.account_id == mine)
            .values({column.name: foreign})
        ),
    )
    for attempt in attempts:
        savepoint = await db.begin_nested()
        with pytest.raises(DBAPIError) as refusal:
            await attempt()
        await savepoint.rollback()
        assert refusal.value.orig.sqlstate == "23503", refusal.value
        assert str(key.name) in str(refusal.value)


@pytest.mark.parametrize(("table", "name"), list(references()))
async def test_no_reference_leads_to_another_account(running, ana, eve, table, name):
    """As the owner of the tables, who passes by row-level security: only the key is in the way."""
    found = models.Base.metadata.tables[table]
    [key] = [each for each in found.foreign_key_constraints if each.name == name]
    async with as_owner(running) as db:
        await try_reference(db, found, key, ana.account_id, eve.account_id)
        await db.rollback()


async def test_a_flow_of_another_account_is_refused_whatever_the_scope_says(running, ana, eve):
    sessions = models.Base.metadata.tables["ai_sessions"]
    async with as_owner(running) as db:
        rows = Rows(db)
        flow = (await rows.add("flows", eve.account_id))["id"]
        session = (await rows.add("ai_sessions", ana.account_id))["id"]
        bundled = await db.scalar(text("SELECT id FROM flows WHERE account_id IS NULL LIMIT 1"))
        is_session = sessions.c.id == session
        await db.execute(sessions.update().where(is_session).values(matched_flow_id=bundled))
        scope = await db.scalar(text("SELECT matched_flow_scope_id FROM ai_sessions"))
        assert scope == SHARED_SCOPE
        for values, code in (
            ({"matched_flow_id": flow, "matched_flow_scope_id": eve.account_id}, "23503"),
            ({"matched_flow_scope_id": eve.account_id}, "23514"),
        ):
            savepoint = await db.begin_nested()
            with pytest.raises(DBAPIError) as refusal:
                await db.execute(sessions.update().where(is_session).values(values))
            await savepoint.rollback()
            assert refusal.value.orig.sqlstate == code
        await db.rollback()


async def test_after_a_deletion_only_the_reference_is_gone(running, ana):
    """`SET NULL` on a key of two columns would otherwise take the account too."""
    async with as_owner(running) as db:
        rows = Rows(db)
        colleague = (await rows.add("users", ana.account_id))["id"]
        flow = (await rows.add("flows", ana.account_id))["id"]
        session = await rows.add(
            "ai_sessions", ana.account_id, escalated_to_id=colleague, matched_flow_id=flow
        )
        users, flows = (models.Base.metadata.tables[name] for name in ("users", "flows"))
        await db.execute(users.delete().where(users.c.id == colleague))
        await db.execute(flows.delete().where(flows.c.id == flow))
        row = await db.get_one(models.AISession, (ana.account_id, session["id"]))
        assert (row.escalated_to_id, row.matched_flow_id) == (None, None)
        await db.rollback()
