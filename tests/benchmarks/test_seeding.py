"""Seeded databases are consistent: counters match the rows, and the API can read everything."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import asyncpg
import pytest
from sqlalchemy import text

from benchmarks.seed.seeding import DatabaseNotEmptyError, SeedPlan, seed_database
from models import Role
from queries import full_text
from schema import ids
from services.principal import Principal
from tests.conftest import WORKER, execute, place_of
from tests.operations import GET, create, ending
from tests.superuser import as_owner

NAME = f"seeded_{WORKER}"
PLAN = SeedPlan(600, accounts=5, seed=7, until=datetime(2026, 1, 1, tzinfo=UTC))

#: All foreign keys.
FOREIGN_KEYS = """
SELECT conrelid::regclass::text AS refers, confrelid::regclass::text AS to,
    string_agg(format('r.%I IS NOT NULL', own.attname), ' AND ') AS given,
    string_agg(format('t.%I = r.%I', other.attname, own.attname), ' AND ') AS same
FROM pg_constraint c CROSS JOIN LATERAL unnest(conkey, confkey) AS k(own, other)
JOIN pg_attribute own ON own.attrelid = conrelid AND own.attnum = k.own
JOIN pg_attribute other ON other.attrelid = confrelid AND other.attnum = k.other
WHERE contype = 'f' AND connamespace = 'public'::regnamespace
GROUP BY c.oid, conrelid, confrelid
"""
#: Each query returns the rows that violate an invariant of the server.
VIOLATIONS = {
    "session counts": """
        SELECT account_id FROM (
            SELECT account_id, status, session_type, sum(sessions) AS many FROM session_tallies
            GROUP BY 1, 2, 3) kept
        FULL JOIN (
            SELECT account_id, status, session_type, count(*) AS many FROM ai_sessions
            GROUP BY 1, 2, 3) counted USING (account_id, status, session_type)
        WHERE kept.many IS DISTINCT FROM counted.many
    """,
    "messages": """
        SELECT id FROM ai_sessions WHERE session_type = 'chat'
            AND (jsonb_array_length(conversation_messages) <> step_count
                OR step_count NOT BETWEEN 4 AND 40)
    """,
    "steps": """
        SELECT s.id FROM ai_sessions s LEFT JOIN ai_session_steps p ON p.session_id = s.id
        WHERE session_type = 'guided' GROUP BY s.id, s.step_count
        HAVING count(p.id) <> step_count OR max(step_order) <> step_count
            OR step_count NOT BETWEEN 3 AND 15
    """,
    "versions": """
        SELECT s.id FROM ai_sessions s JOIN ai_session_events e ON e.session_id = s.id
        GROUP BY s.id, s.state_version HAVING count(*) <> s.state_version
    """,
    "event order": """
        SELECT id FROM (SELECT id, at, lag(at) OVER (PARTITION BY session_id ORDER BY id) AS before
            FROM ai_session_events) e WHERE before > at
    """,
    "timestamps": """
        SELECT id FROM ai_sessions WHERE updated_at < created_at
            OR (status = 'resolved') <> (resolved_at IS NOT NULL)
            OR (status = 'abandoned') <> (abandoned_at IS NOT NULL)
            OR (status = 'paused') <> (paused_at IS NOT NULL)
            OR status = 'escalated' AND (escalated_at IS NULL OR escalated_by_id IS NULL)
    """,
    "search documents": """
        SELECT id FROM ai_sessions s LEFT JOIN session_search f ON f.session_id = s.id
        WHERE f.account_id IS DISTINCT FROM s.account_id
            OR NOT f.document @@ plainto_tsquery('english', s.problem_summary)
    """,
    "ledger": """
        SELECT id FROM generations g LEFT JOIN ledger l ON l.generation_id = g.id
        WHERE l.settled_at IS NULL OR g.text IS NULL OR g.status <> 'completed'
    """,
    "spending": """
        SELECT account_id FROM (SELECT account_id, sum(tokens) AS spent FROM ledger GROUP BY 1) l
        JOIN (SELECT subject_id, sum(tokens) AS summed FROM spending WHERE period = 'month'
            GROUP BY 1) s ON s.subject_id = l.account_id
        WHERE spent <> summed
    """,
    "undescribed sessions": "SELECT id FROM ai_sessions WHERE described_at IS NULL",
}
SESSIONS_DIGEST = "SELECT md5(string_agg(s::text, '' ORDER BY id)) FROM ai_sessions s"
EVENTS_DIGEST = (
    "SELECT md5(string_agg((id, session_id, kind, detail, at)::text, '' ORDER BY id)) FROM "
)
EVENTS_DIGEST += "ai_session_events"


@contextmanager
def seeded_database(postgres, template, name: str) -> Iterator[str]:
    asyncio.run(execute(postgres, f'CREATE DATABASE "{name}" TEMPLATE "{template}"'))
    asyncio.run(seed_database(postgres.dsn(name), PLAN))
    yield name
    asyncio.run(execute(postgres, f'DROP DATABASE "{name}" WITH (FORCE)'))


@pytest.fixture(scope="module")
def seeded(postgres, template) -> Iterator[str]:
    with seeded_database(postgres, template, NAME) as name:
        yield name


@pytest.fixture
def isolated_place(postgres, template):
    """For the test that writes."""
    with seeded_database(postgres, template, f"written_{NAME}") as name:
        yield place_of(postgres, name)


@pytest.fixture(scope="module")
def shared_place(postgres, seeded):
    return place_of(postgres, seeded)


@pytest.fixture
async def ana(running) -> Principal:
    """An administrator of the largest account."""
    async with as_owner(running) as db:
        row = (
            await db.execute(
                text(
                    "SELECT u.id, u.account_id FROM users u JOIN ai_sessions s USING (account_id)"
                    " WHERE role = 'admin' GROUP BY 1, 2 ORDER BY count(*) DESC LIMIT 1"
                )
            )
        ).one()
    return Principal(row.id, row.account_id, Role.ADMIN)


async def rows_of(running, statement: str) -> list:
    async with as_owner(running) as db:
        return list((await db.execute(text(statement))).all())


async def test_foreign_keys_refer_to_existing_rows(running):
    for table, target, given, same in await rows_of(running, FOREIGN_KEYS):
        dangling = f"SELECT r.* FROM {table} r WHERE {given} AND NOT EXISTS "
        dangling += f"(SELECT FROM {target} t WHERE {same})"
        assert await rows_of(running, dangling) == [], (table, same)


@pytest.mark.parametrize("invariant", VIOLATIONS)
async def test_invariants_hold(running, invariant):
    assert await rows_of(running, VIOLATIONS[invariant]) == []


async def test_session_types_are_equally_frequent_and_account_sizes_differ(running):
    kinds = await rows_of(running, "SELECT session_type, count(*) FROM ai_sessions GROUP BY 1")
    assert dict(map(tuple, kinds)) == {"guided": 300, "chat": 300}
    many = "SELECT count(*) FROM ai_sessions GROUP BY account_id ORDER BY 1"
    sizes = [row[0] for row in await rows_of(running, many)]
    assert len(sizes) == 5
    assert sizes[-1] > 5 * sizes[0]


async def test_all_indexes_are_recreated(running, postgres, template):
    """Seeding drops indexes while it inserts rows."""
    listed = "SELECT tablename, indexname FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1, 2"
    connection = await asyncpg.connect(postgres.dsn(template))
    before = [tuple(row) for row in await connection.fetch(listed)]
    await connection.close()
    assert [tuple(row) for row in await rows_of(running, listed)] == before
    assert await rows_of(running, "SELECT 1 FROM pg_namespace WHERE nspname = 'seeding'") == []


async def test_the_same_plan_creates_the_same_rows(running, postgres, template, seeded):
    again = f"{NAME}_again"
    await execute(postgres, f'CREATE DATABASE "{again}" TEMPLATE "{template}"')
    await seed_database(postgres.dsn(again), PLAN, jobs=1)
    connection = await asyncpg.connect(postgres.dsn(again))
    try:
        for digest in (SESSIONS_DIGEST, EVENTS_DIGEST):
            assert await rows_of(running, digest) == [tuple(await connection.fetchrow(digest))]
    finally:
        await connection.close()
        await execute(postgres, f'DROP DATABASE "{again}"')


async def test_a_database_with_sessions_is_refused(postgres, seeded):
    with pytest.raises(DatabaseNotEmptyError):
        await seed_database(postgres.dsn(seeded), PLAN)


async def test_both_session_types_can_be_read_completely(api, running):
    longest = "SELECT DISTINCT ON (session_type) id, session_type, step_count FROM ai_sessions"
    longest += f" WHERE account_id = '{api.principal.account_id}' AND status = 'resolved'"
    longest += " ORDER BY session_type, step_count DESC"
    chat, guided = await rows_of(running, longest)
    talked = (await api.data(GET, id=ids.encode_global_id("ChatSession", chat.id)))["session"]
    said = [edge["node"]["role"] for edge in talked["messages"]["edges"]]
    assert said == ["USER", "ASSISTANT"] * (chat.step_count // 2)
    led = (await api.data(GET, id=ids.encode_global_id("GuidedSession", guided.id)))["session"]
    assert led["currentStep"]["order"] == led["stepCount"]
    assert led["currentStep"]["stepType"] == "RESOLUTION_SUGGESTION"
    assert led["currentStep"]["answer"] is not None


async def test_session_list_search_and_dashboard_agree(api):
    asked = """
    query All($search: String) {
      sessions(filter: { search: $search }, orderBy: BEST_MATCH) {
        totalCount edges { node { displayTitle problemSummary } }
      }
      dashboard { byType { count } }
    }
    """
    all_of_them = await api.data(asked)
    counted = sum(each["count"] for each in all_of_them["dashboard"]["byType"])
    assert all_of_them["sessions"]["totalCount"] == counted > 100
    found = (await api.data(asked, search="printer blank"))["sessions"]
    assert 0 < found["totalCount"] < counted
    first = found["edges"][0]["node"]["problemSummary"]
    assert first == "The printer on the second floor prints blank pages"


LISTED = """
query Listed($filter: SessionFilter, $order: SessionOrder, $after: String) {
  sessions(filter: $filter, orderBy: $order, after: $after, first: 20) {
    totalCount edges { node { id } } pageInfo { hasNextPage endCursor }
  }
}
"""


async def listed(api, wanted, order="UPDATED_AT_DESC") -> list[str]:
    """All session ids, from all pages."""
    found, after = [], None
    while True:
        page = (await api.data(LISTED, filter=wanted, order=order, after=after))["sessions"]
        found += [edge["node"]["id"] for edge in page["edges"]]
        if not page["pageInfo"]["hasNextPage"]:
            return found
        after = page["pageInfo"]["endCursor"]


@pytest.mark.parametrize("order", ["UPDATED_AT_DESC", "CREATED_AT_DESC", "CREATED_AT_ASC"])
@pytest.mark.parametrize("more", [{}, {"sessionType": "CHAT"}, {"status": ["RESOLVED"]}])
async def test_search_for_rare_and_frequent_words_returns_the_same_sessions(
    api, monkeypatch, order, more
):
    wanted = {"search": "restart or printer -vpn", **more}
    by_few = await listed(api, wanted, order)
    monkeypatch.setattr(full_text, "RARE_LIMIT", 3)
    assert await listed(api, wanted, order) == by_few
    assert len(by_few) > 40
    counted = (await api.data(LISTED, filter=wanted))["sessions"]["totalCount"]
    assert counted == len(by_few)


async def test_best_match_ranks_the_newest_of_many_matches(api, monkeypatch):
    wanted = {"search": "printer"}
    newest = (await listed(api, wanted, "CREATED_AT_DESC"))[:30]
    monkeypatch.setattr(full_text, "RARE_LIMIT", 30)
    best = await listed(api, wanted, "BEST_MATCH")
    assert best != newest
    assert sorted(best) == sorted(newest)


COUNTED = [
    {},
    {"sessionType": "CHAT"},
    {"status": ["RESOLVED", "ACTIVE"]},
    {"status": []},
    {"status": ["RESOLVED"], "sessionType": "GUIDED"},
    {"unclaimed": True},
    {"unclaimed": False, "sessionType": "CHAT"},
    {"escalatedToMe": True},
    {"escalatedToMe": False},
    {"escalatedToMe": False, "status": ["RESOLVED"]},
    {"escalatedToMe": False, "search": "printer"},
    {"problemDomain": "Printing", "status": ["RESOLVED"]},
]


@pytest.mark.parametrize("wanted", COUNTED, ids=str)
async def test_total_count_equals_the_number_of_listed_sessions(api, wanted):
    counted = (await api.data(LISTED, filter=wanted))["sessions"]["totalCount"]
    assert counted == len(await listed(api, wanted))


async def test_a_time_window_is_ordered_by_update_time(api):
    window = {"createdAfter": "2025-03-01T00:00:00Z", "createdBefore": "2025-05-01T00:00:00Z"}
    found = await listed(api, window)
    assert found == [id for id in await listed(api, {}) if id in set(found)]
    assert len(found) > 5


@pytest.mark.isolated
async def test_new_sessions_can_be_created(api):
    """Identity columns continue after the seeded ids."""
    asked = await create(api, "CHAT", "Outlook shows no new mail")
    done = await ending(api, asked["generation"]["id"])
    assert done["__typename"] == "GenerationCompleted"
