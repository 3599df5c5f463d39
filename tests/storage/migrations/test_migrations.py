"""The migrations: up, down, over a database in use, and what they leave in the catalogue."""

import itertools
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
from alembic import command
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Enum, Uuid, make_url, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncEngine

import models
from models import (
    DocumentKind,
    GenerationKind,
    GenerationStatus,
    SessionEventKind,
    SessionStatus,
    SessionType,
    StepType,
)
from schema import ids
from server import runtime
from services.ai.testing import ScriptedAssistant
from services.generations import request_loader
from services.principal import Principal
from services.sessions.store import UNDESCRIBED_SESSIONS
from storage import migrations
from storage.database_location import DatabaseLocation
from storage.engine import open_engine, open_owner_engine
from storage.migration_rights import MigrationRightsMissing
from tests import factories
from tests.api_client import Api
from tests.conftest import WORKER, execute, place_of
from tests.operations import create, ending, get
from tests.storage.migrations.old_rows import OldDesk, snapshot
from tests.superuser import as_owner, owner_engine

HISTORY = """
query History($id: ID!) {
  session(id: $id) { history { totalCount edges { node { kind actor { name } } } } }
}
"""
STEPS = """
query Steps($id: ID!) {
  session(id: $id) { ... on GuidedSession { steps { totalCount edges { node {
    order stepType content contextMessage options { label value followupHint }
    answer { option { label value } text skipped answeredAt answeredBy { name } }
  } } } } }
}
"""
SESSIONS = """
query Sessions($filter: SessionFilter) {
  sessions(filter: $filter) { totalCount edges { node {
    __typename id sessionType status title displayTitle stateVersion
    intake { text logText ticketId }
  } } }
}
"""
PAUSE = """
mutation Pause($id: ID!) {
  pause(input: { sessionId: $id }) {
    __typename ... on PauseSuccess { session { status stateVersion } }
  }
}
"""

#: What becomes of a row when the one it refers to is deleted. Parts of a session go with it, and
#: need no reference to the account of their own. A person who has done something cannot be deleted
#: (RESTRICT), one who is only mentioned can (SET NULL).
ON_DELETE = {
    "ai_session_events.actor_id -> users": "SET NULL",
    "ai_session_events.session_id -> ai_sessions": "CASCADE",
    "ai_session_steps.answered_by_id -> users": "RESTRICT",
    "ai_session_steps.generation_id -> generations": "SET NULL",
    "ai_session_steps.session_id -> ai_sessions": "CASCADE",
    "ai_sessions.account_id -> accounts": "CASCADE",
    "ai_sessions.escalated_by_id -> users": "SET NULL",
    "ai_sessions.escalated_to_id -> users": "SET NULL",
    "ai_sessions.matched_flow_id -> flows": "SET NULL",
    "ai_sessions.user_id -> users": "RESTRICT",
    "api_keys.user_id -> users": "CASCADE",
    "assistant_chats.account_id -> accounts": "CASCADE",
    "assistant_chats.user_id -> users": "RESTRICT",
    "deleted_sessions.account_id -> accounts": "CASCADE",
    "flows.account_id -> accounts": "CASCADE",
    "flow_uses.account_id -> accounts": "CASCADE",
    "flow_uses.flow_id -> flows": "CASCADE",
    "generation_deltas.generation_id -> generations": "CASCADE",
    "generations.requested_by_id -> users": "SET NULL",
    "generations.session_id -> ai_sessions": "CASCADE",
    "idempotency_keys.user_id -> users": "CASCADE",
    "session_documents.edited_by_id -> users": "SET NULL",
    "session_documents.session_id -> ai_sessions": "CASCADE",
    "ledger.account_id -> accounts": "CASCADE",
    "rates.account_id -> accounts": "CASCADE",
    "spending.account_id -> accounts": "CASCADE",
    "session_search.session_id -> ai_sessions": "CASCADE",
    "users.account_id -> accounts": "CASCADE",
}

FOREIGN_KEYS = """
SELECT format('%s.%s -> %s', conrelid::regclass,
        (SELECT attname FROM pg_attribute WHERE attrelid = conrelid
            AND attnum = conkey[cardinality(conkey)]), confrelid::regclass),
    CASE confdeltype::text
        WHEN 'a' THEN 'NO ACTION' WHEN 'c' THEN 'CASCADE'
        WHEN 'n' THEN 'SET NULL' WHEN 'r' THEN 'RESTRICT' ELSE 'SET DEFAULT' END
FROM pg_constraint WHERE contype = 'f'
"""
#: Columns, constraints and indexes as Postgres itself words them.
DEFINITIONS = """
SELECT format('column %s.%s', attrelid::regclass, attname), concat_ws(' ',
    format_type(atttypid, atttypmod), 'not null: ' || attnotnull,
    nullif(attidentity::text, ''), nullif(attgenerated::text, ''),
    'default: ' || pg_get_expr(adbin, adrelid))
FROM pg_attribute LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
JOIN pg_class ON pg_class.oid = attrelid
WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND attnum > 0
    AND NOT attisdropped AND relname <> 'alembic_version'
UNION ALL
SELECT format('constraint %s on %s', conname, conrelid::regclass), pg_get_constraintdef(oid)
FROM pg_constraint WHERE connamespace = 'public'::regnamespace
    AND conrelid <> coalesce(to_regclass('alembic_version'), 0)
UNION ALL
SELECT format('index %s', indexname), indexdef
FROM pg_indexes WHERE schemaname = 'public' AND tablename <> 'alembic_version'
"""
PLANNED = {
    "column ai_sessions.session_type": (
        "character varying(10) not null: true default: 'guided'::character varying"
    ),
    "column ai_sessions.title": "character varying(255) not null: false",
}
TABLES_THERE = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"


#: How a flow does has become each account's own affair: see `flow_uses`.
MOVED = {("flows", name) for name in ("usage_count", "success_rate", "last_matched_at")}

numbers = itertools.count(1)
UPGRADED = f"upgraded_{WORKER}"


@pytest.fixture
async def empty(postgres) -> AsyncIterator[DatabaseLocation]:
    """A database without a single table."""
    name = f"empty_{WORKER}_{next(numbers)}"
    await execute(postgres, f'CREATE DATABASE "{name}"')
    yield place_of(postgres, name)
    await execute(postgres, f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture
async def empty_engine(empty) -> AsyncIterator[AsyncEngine]:
    async with open_owner_engine(empty.owner_url) as engine:
        yield engine


@pytest.fixture
async def engine(place) -> AsyncIterator[AsyncEngine]:
    """On a database at the newest revision."""
    async with open_owner_engine(place.owner_url) as engine:
        yield engine


@pytest.fixture(scope="module")
async def old(postgres) -> AsyncIterator[OldDesk]:
    """Rows of revision 0001 in a database that was upgraded, and is cloned by each test."""
    desk = OldDesk()
    await execute(postgres, f'CREATE DATABASE "{UPGRADED}"')
    async with open_owner_engine(place_of(postgres, UPGRADED).owner_url) as engine:
        await migrations.migrate_to(engine, "0001")
        await desk.move_in(engine)
        await migrations.upgrade_to_head(engine)
    yield desk
    await execute(postgres, f'DROP DATABASE "{UPGRADED}" WITH (FORCE)')


@pytest.fixture
async def upgraded(postgres, old) -> AsyncIterator[DatabaseLocation]:
    name = f"{UPGRADED}_{next(numbers)}"
    await execute(postgres, f'CREATE DATABASE "{name}" TEMPLATE "{UPGRADED}" STRATEGY FILE_COPY')
    yield place_of(postgres, name)
    await execute(postgres, f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture
async def upgraded_engine(upgraded) -> AsyncIterator[AsyncEngine]:
    async with open_owner_engine(upgraded.owner_url) as engine:
        yield engine


@pytest.fixture
async def olga(upgraded, old) -> AsyncIterator[Api]:
    """The API on the upgraded database, used by somebody who was there before."""
    async with runtime.run_runtime(upgraded, ScriptedAssistant()) as running:
        yield Api(running, Principal(old.olga["id"], old.company["id"]))


def guided_id(row) -> str:
    return ids.encode_global_id("GuidedSession", row["id"])


async def rows_of(engine: AsyncEngine, statement: str) -> list:
    async with engine.connect() as connection:
        return list(await connection.execute(text(statement)))


async def test_an_empty_database_is_upgraded_to_what_this_version_needs(empty_engine):
    with pytest.raises(migrations.SchemaOutdated):
        await migrations.require_head(empty_engine)
    await migrations.upgrade_to_head(empty_engine)
    await migrations.require_head(empty_engine)


async def test_an_owner_who_may_create_no_roles_is_told_which_it_needs(postgres):
    owner = f"owner_{WORKER}"
    await execute(postgres, f"CREATE ROLE {owner} LOGIN")
    await execute(postgres, f"CREATE DATABASE {owner} OWNER {owner}")
    try:
        async with open_engine(make_url(postgres.url(owner, owner))) as engine:
            roles = ["sessions_app", "sessions_keeper", "sessions_finder"]
            for granted in range(len(roles)):
                missing = f"GRANT {', '.join(roles[granted:])} TO {owner};"
                with pytest.raises(MigrationRightsMissing, match=missing):
                    await migrations.upgrade_to_head(engine)
                assert await rows_of(engine, TABLES_THERE) == []
                await execute(postgres, f"GRANT {roles[granted]} TO {owner}")
            await migrations.upgrade_to_head(engine)
            await migrations.require_head(engine)
    finally:
        await execute(postgres, f"DROP DATABASE {owner} WITH (FORCE)")
        await execute(postgres, f"DROP ROLE {owner}")


async def test_upgrading_twice_changes_nothing(engine):
    before = sorted(await rows_of(engine, DEFINITIONS))
    await migrations.upgrade_to_head(engine)
    assert sorted(await rows_of(engine, DEFINITIONS)) == before


def test_the_newest_revision_is_told_by_the_names_of_the_files():
    scripts = ScriptDirectory.from_config(migrations.alembic_config())
    assert migrations.head_revision() == scripts.get_current_head()


async def test_what_stands_in_a_database_is_what_alembic_reads_there(engine, empty_engine):
    for each in (engine, empty_engine):
        async with each.connect() as connection:
            ours = await connection.run_sync(migrations.current_revision)
            theirs = await connection.run_sync(
                lambda c: MigrationContext.configure(c).get_current_revision()
            )
        assert ours == theirs


async def test_alembic_finds_nothing_to_migrate(engine):
    async with engine.begin() as connection:
        await connection.run_sync(lambda c: command.check(migrations.alembic_config(c)))


async def test_the_migrations_make_exactly_what_the_models_say(engine, empty_engine):
    """Also defaults, check constraints and names, which alembic does not compare."""
    async with empty_engine.begin() as connection:
        for extension in ("pg_trgm", "btree_gin"):
            await connection.execute(text(f"CREATE EXTENSION {extension}"))
        await connection.run_sync(models.Base.metadata.create_all)
    of_models = dict(map(tuple, await rows_of(empty_engine, DEFINITIONS)))
    assert dict(map(tuple, await rows_of(engine, DEFINITIONS))) == of_models


async def test_old_sessions_of_every_status_are_guided_sessions(olga, old):
    sessions = (await olga.data(SESSIONS))["sessions"]

    found = {edge["node"]["id"]: edge["node"] for edge in sessions["edges"]}
    assert sessions["totalCount"] == len(found) == len(old.sessions)
    for row in old.sessions:
        session = found[guided_id(row)]
        assert session["__typename"] == "GuidedSession"
        assert session["sessionType"] == "GUIDED"
        assert session["status"] == row["status"].upper()
        assert session["title"] is None
        title = row["problem_summary"] or row["intake_content"]["text"]
        assert session["displayTitle"] == title
        content = {"text": None, "log_text": None, "ticket_id": None} | row["intake_content"]
        assert list(session["intake"].values()) == list(content.values())
        assert session["stateVersion"] == 0


async def test_an_old_session_keeps_its_flow_and_what_was_said_of_it(olga, old):
    active = await get(olga, guided_id(old.active))
    assert active["flow"] == {"slug": "old-vpn"}
    assert (active["confidenceTier"], active["matchScore"]) == ("GUIDED", 0.85)
    assert active["stepCount"] == active["currentStep"]["order"] == 4
    assert active["currentStep"]["answer"] is None
    assert active["owner"] == {"name": "Olga"}

    resolved = await get(olga, guided_id(old.resolved))
    assert resolved["resolutionSummary"] == "Made a new profile"
    assert resolved["resolvedAt"] == old.resolved["resolved_at"].isoformat()
    assert (resolved["rating"], resolved["documents"]) == (5, [])

    escalated = await get(olga, guided_id(old.escalated))
    assert escalated["escalationReason"] == "Needs the firewall team"
    assert escalated["escalatedTo"] == {"name": "Olga"}


async def test_old_steps_keep_their_labels_and_answers(olga, old):
    steps = (await olga.data(STEPS, id=guided_id(old.active)))["session"]["steps"]

    nodes = [edge["node"] for edge in steps["edges"]]
    assert steps["totalCount"] == len(nodes) == 4
    assert [node["order"] for node in nodes] == [1, 2, 3, 4]
    assert [option["label"] for option in nodes[0]["options"]] == ["Yes, it does", "No, nothing"]
    by_whom = {
        "answeredAt": old.steps[0]["responded_at"].isoformat(),
        "answeredBy": {"name": "Olga"},
    }
    chosen = {"label": "No, nothing", "value": "no"}
    assert [node["answer"] for node in nodes] == [
        {"option": chosen, "text": None, "skipped": False, **by_whom},
        {"option": None, "text": "It blinks twice", "skipped": False, **by_whom},
        {"option": None, "text": None, "skipped": True, **by_whom},
        None,
    ]


async def test_the_assistant_is_told_old_answers_by_their_labels(olga, old):
    async with olga.running.tenancy.for_account(olga.principal.account_id).read_transaction() as db:
        case = await request_loader.load_session_snapshot(db, old.active["id"])
    assert [step.answer for step in case.steps] == ["No, nothing", "It blinks twice", None, None]


async def test_the_history_of_an_old_session_begins_with_what_is_done_to_it_now(olga, old):
    async def history():
        return (await olga.data(HISTORY, id=guided_id(old.active)))["session"]["history"]

    assert await history() == {"totalCount": 0, "edges": []}
    paused = (await olga.data(PAUSE, id=guided_id(old.active)))["pause"]
    assert paused["__typename"] == "PauseSuccess"
    assert paused["session"]["stateVersion"] == 1
    event = {"kind": "PAUSED", "actor": {"name": "Olga"}}
    assert await history() == {"totalCount": 1, "edges": [{"node": event}]}


@pytest.mark.parametrize(
    ("words", "status"),
    [
        ("whatchamacallit", "active"),
        ("gateway", "active"),
        ("profile", "resolved"),
        ("abandoned", "abandoned"),
    ],
)
async def test_old_sessions_are_found_by_their_words(olga, words, status):
    found = (await olga.data(SESSIONS, filter={"search": words}))["sessions"]["edges"]
    assert [edge["node"]["status"] for edge in found] == [status.upper()]


async def test_old_sessions_are_not_described_anew(olga, old):
    async with as_owner(olga.running) as db:
        assert (await db.scalars(UNDESCRIBED_SESSIONS)).all() == []


async def test_old_rows_are_unharmed_by_the_way_up_and_down(empty_engine):
    desk = OldDesk()
    await migrations.migrate_to(empty_engine, "0001")
    await desk.move_in(empty_engine)
    before = await snapshot(empty_engine)
    assert {table: len(rows) for table, rows in before.items()} == {
        table: len(rows) for table, rows in desk.rows().items()
    }
    at_0001 = sorted(await rows_of(empty_engine, DEFINITIONS))

    await migrations.upgrade_to_head(empty_engine)
    after = await snapshot(empty_engine)
    for table, rows in before.items():
        for id, row in rows.items():
            stays = {name: value for name, value in row.items() if (table, name) not in MOVED}
            assert {name: after[table][id][name] for name in stays} == stays

    await migrations.migrate_to(empty_engine, "0001")
    assert await snapshot(empty_engine) == before
    assert sorted(await rows_of(empty_engine, DEFINITIONS)) == at_0001


async def test_old_rows_survive_what_the_new_server_did_meanwhile(upgraded, upgraded_engine, old):
    """Chats stay as rows; the old system shows them, without their kind."""
    async with runtime.run_runtime(upgraded, ScriptedAssistant()) as running:
        olga = Api(running, Principal(old.olga["id"], old.company["id"]))
        created = await create(olga, "CHAT", "Outlook shows no new mail")
        await ending(olga, created["generation"]["id"])
    await migrations.migrate_to(upgraded_engine, "0001")

    found = await snapshot(upgraded_engine)
    for row in old.sessions:
        assert found["ai_sessions"][row["id"]] == row
    assert len(found["ai_sessions"]) == len(old.sessions) + 1
    assert len(found["ai_session_steps"]) == len(old.steps)


async def test_a_database_can_go_down_and_up_again(upgraded_engine, old):
    await migrations.migrate_to(upgraded_engine, "0001")
    await migrations.upgrade_to_head(upgraded_engine)
    await migrations.require_head(upgraded_engine)
    assert len((await snapshot(upgraded_engine))["ai_sessions"]) == len(old.sessions)


async def test_down_to_the_base_leaves_nothing(upgraded_engine, old):
    await migrations.migrate_to(upgraded_engine, "base")
    assert await rows_of(upgraded_engine, TABLES_THERE) == [("alembic_version",)]
    assert await rows_of(upgraded_engine, "SELECT * FROM alembic_version") == []
    assert await rows_of(upgraded_engine, DEFINITIONS) == []


async def test_0002_adds_the_columns_of_the_plan_and_nothing_else(empty_engine):
    await migrations.migrate_to(empty_engine, "0001")
    before = dict(map(tuple, await rows_of(empty_engine, DEFINITIONS)))
    await migrations.migrate_to(empty_engine, "0002")
    after = dict(map(tuple, await rows_of(empty_engine, DEFINITIONS)))
    added = {name: is_now for name, is_now in after.items() if before.get(name) != is_now}
    assert before.keys() <= after.keys()
    assert {n: d for n, d in added.items() if n.startswith("column")} == PLANNED
    [not_null] = added.keys() - PLANNED.keys()
    assert added[not_null] == "NOT NULL session_type"


async def test_the_columns_of_the_plan_are_still_so_at_the_newest_revision(engine):
    found = dict(map(tuple, await rows_of(engine, DEFINITIONS)))
    assert {name: found[name] for name in PLANNED} == PLANNED


async def test_messages_are_jsonb_stored_uncompressed(engine):
    [(type, storage)] = await rows_of(
        engine,
        "SELECT format_type(atttypid, atttypmod), attstorage::text FROM pg_attribute"
        " WHERE attrelid = 'ai_sessions'::regclass AND attname = 'conversation_messages'",
    )
    assert (type, storage) == ("jsonb", "e")


async def test_what_a_deletion_takes_with_it_is_chosen_for_every_foreign_key(engine):
    assert dict(map(tuple, await rows_of(engine, FOREIGN_KEYS))) == ON_DELETE


async def test_every_enum_column_takes_its_words_and_no_other(running, ana):
    await save_one_of_each(running, ana)
    columns = [
        column
        for table in models.Base.metadata.sorted_tables
        for column in table.columns
        if isinstance(column.type, Enum)
    ]
    assert len(columns) == 17
    async with owner_engine(running).connect() as connection:
        for column in columns:
            for word in column.type.enums:
                assert await accepts(connection, column, word), f"{column}: {word}"
            assert not await accepts(connection, column, "nonsense"), str(column)
            assert not await accepts(connection, column, ""), str(column)


async def accepts(connection, column, word) -> bool:
    """Whether the column may hold the word; it does not keep it."""
    change = text(f"UPDATE {column.table.name} SET {column.name} = :word")
    try:
        return (await connection.execute(change, {"word": word})).rowcount > 0
    except IntegrityError as refusal:
        return "CheckViolation" not in str(refusal)
    finally:
        await connection.rollback()


async def save_one_of_each(running, owner) -> None:
    session = factories.guided_session(owner)
    await factories.save(running, session)
    part = {"account_id": owner.account_id, "session_id": session.id}
    await factories.save(
        running,
        models.SessionStep(**part, step_order=1, step_type=StepType.QUESTION, content="Is it?"),
        models.Generation(
            **part, kind=GenerationKind.CHAT_REPLY, status=GenerationStatus.COMPLETED
        ),
        models.SessionEvent(**part, kind=SessionEventKind.CREATED),
        models.SessionDocument(**part, kind=DocumentKind.STATUS_UPDATE, written_markdown="Well."),
        models.DeletedSession(
            **part,
            user_id=owner.user_id,
            session_type=SessionType.CHAT,
            status=SessionStatus.ACTIVE,
            state_version=1,
            created_at=datetime.now(UTC),
        ),
    )


async def test_ids_are_time_ordered_uuids(running, api):
    chat = await create(api, "CHAT", "Outlook shows no new mail")
    await ending(api, chat["generation"]["id"])
    await create(api, "GUIDED", "the vpn keeps disconnecting")
    owner = api.principal
    await save_one_of_each(running, owner)
    await factories.save(
        running,
        models.AssistantChat(account_id=owner.account_id, user_id=owner.user_id),
        models.ApiKey(
            account_id=owner.account_id, user_id=owner.user_id, prefix="0a1b", secret_hash="c2d3"
        ),
    )
    tables = [
        table.name
        for table in models.Base.metadata.sorted_tables
        if "id" in table.c and isinstance(table.c["id"].type, Uuid)
    ]
    assert len(tables) == 9
    for table in tables:
        versions = await rows_of(
            owner_engine(running), f"SELECT DISTINCT uuid_extract_version(id) FROM {table}"
        )
        assert versions == [(7,)], table


async def test_database_of_a_newer_version_says_so(empty_engine):
    await migrations.upgrade_to_head(empty_engine)
    async with empty_engine.begin() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    for attempt in (
        migrations.require_head,
        migrations.upgrade_to_head,
        lambda engine: migrations.migrate_to(engine, "0005"),
    ):
        with pytest.raises(migrations.SchemaTooNew, match="newer version has migrated"):
            await attempt(empty_engine)
