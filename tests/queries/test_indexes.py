"""No query of the API reads a whole table: on a filled database each is answered by indexes.

The statements are the real ones, recorded while operations run, explained with their parameters.
"""

import asyncio
from collections.abc import Iterator
from uuid import UUID, uuid4

import asyncpg
import pytest
from sqlalchemy import text

from models import Role
from queries import full_text
from schema import ids
from services.generations import store as leases
from services.generations.token_log import store as token_log
from services.principal import Principal
from services.sessions.store import UNDESCRIBED_SESSIONS
from tests import recorded_statements
from tests.conftest import WORKER, execute, place_of
from tests.event_ids import event_global_id
from tests.operations import CREATE, GENERATION_EVENTS, GET, SESSION
from tests.recorded_statements import recording
from tests.superuser import as_owner

pytestmark = pytest.mark.isolated

ACCOUNTS = 20
NAME = f"filled_{WORKER}"

#: Rows by the thousand. Accounts and users are few: there a scan is the shorter way.
BIG = {
    "ai_sessions",
    "ai_session_steps",
    "ai_session_events",
    "flows",
    "generations",
    "generation_deltas",
    "idempotency_keys",
    "session_documents",
    "session_search",
}

#: Twenty accounts of ten people and a thousand sessions each. Of account 1, person 1 is Ana.
FILL = """
CREATE FUNCTION key(n bigint) RETURNS uuid LANGUAGE sql IMMUTABLE AS
    $$ SELECT ('00000000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid $$;

INSERT INTO accounts (id, name) SELECT key(n), 'Account ' || n FROM generate_series(1, 20) n;

INSERT INTO users (id, account_id, name, email)
SELECT key(n), key((n - 1) % 20 + 1), 'User ' || n, n || '@example.com'
FROM generate_series(1, 200) n;

INSERT INTO flows (id, account_id, slug, title, description, domain, tree, symptoms)
SELECT key(n), key((n - 1) % 20 + 1), 'flow-' || n, 'Flow ' || md5(n::text),
    'About ' || md5(n || 'about'), 'Domain ' || n % 7, '{"root": "a", "nodes": {}}',
    'symptom ' || md5(n || 'symptom')
FROM generate_series(1, 4000) n;

INSERT INTO ai_sessions (id, account_id, user_id, session_type, status, intake_content, title,
    problem_domain, psa_ticket_id, step_count, conversation_messages, matched_flow_id,
    escalated_to_id, described_at, created_at, updated_at, resolved_at)
SELECT key(n), key((n - 1) % 20 + 1), key((n - 1) % 200 + 1),
    CASE WHEN is_chat THEN 'chat' ELSE 'guided' END,
    status, jsonb_build_object('text', 'Problem ' || md5(n::text)), 'Session ' || n,
    'Domain ' || n / 20 % 7, CASE WHEN n % 3 = 0 THEN 'T-' || n END, 4,
    CASE WHEN is_chat THEN (SELECT jsonb_agg(jsonb_build_object('role', 'user', 'content',
        repeat(md5(n || 'm' || m), 8), 'id', n || '-' || m)) FROM generate_series(1, 4) m)
    ELSE '[]' END,
    CASE WHEN NOT is_chat THEN key((n - 1) % 4000 + 1) END,
    CASE WHEN status = 'escalated' AND n % 3 = 0 THEN key((n - 1 + 20) % 200 + 1) END,
    now(), at, at + interval '1 minute', CASE WHEN status = 'resolved' THEN at END
FROM generate_series(1, 20000) n
CROSS JOIN LATERAL (SELECT n / 20 % 2 = 1 AS is_chat, now() - n * interval '3 minutes' AS at,
    (ARRAY['resolved', 'active', 'resolved', 'resolved', 'paused', 'resolved', 'resolved',
        'abandoned', 'resolved', 'escalated'])[n / 20 % 10 + 1] AS status) s;

INSERT INTO session_search (session_id, account_id, document, analysis_version)
SELECT id, account_id, to_tsvector('english', concat_ws(' ', title, intake_content->>'text')), 1
FROM ai_sessions;

INSERT INTO ai_session_steps (id, account_id, session_id, step_order, step_type, content,
    response_text, answered_by_id, responded_at)
SELECT key(4 * n + place), key((n - 1) % 20 + 1), key(n), place, 'question', md5(n::text),
    'An answer', key((n - 1) % 200 + 1), now()
FROM generate_series(1, 20000) n CROSS JOIN generate_series(1, 4) place WHERE n / 20 % 2 = 0;

INSERT INTO generations (id, account_id, session_id, kind, status, text, last_number,
    requested_by_id, created_at, first_token_at, finished_at)
SELECT key(2 * n + place), key((n - 1) % 20 + 1), key(n),
    CASE WHEN place = 1 THEN 'ticket_notes'
        WHEN n / 20 % 2 = 1 THEN 'chat_reply' ELSE 'guided_step' END,
    'completed', CASE WHEN n % 100 <> 81 THEN 'words' END, 2, key((n - 1) % 200 + 1),
    at, at + interval '1 second', at + interval '9 seconds'
FROM generate_series(1, 20000) n CROSS JOIN generate_series(0, 1) place
CROSS JOIN LATERAL (SELECT now() - n * interval '3 minutes' AS at) s;

INSERT INTO generations (id, account_id, session_id, kind, status, owner, lease_expires_at)
SELECT key(100000 + n), key((n - 1) % 20 + 1), key(n), 'client_summary', 'running', key(n),
    now() + interval '1 year'
FROM generate_series(1, 40) n;

INSERT INTO generation_deltas (generation_id, number, attempt, account_id, text)
SELECT id, number, 1, account_id, 'a few words'
FROM generations CROSS JOIN generate_series(1, 2) number WHERE finished_at IS NOT NULL;

INSERT INTO ai_session_events (account_id, session_id, kind, actor_id, detail)
SELECT key((n - 1) % 20 + 1), key(n), kind, key((n - 1) % 200 + 1), '{}'
FROM generate_series(1, 20000) n
CROSS JOIN unnest(ARRAY['created', 'message_added', 'resolved']) kind;

INSERT INTO session_documents (id, account_id, session_id, kind, written_markdown)
SELECT key(n), key((n - 1) % 20 + 1), key(n), 'ticket_notes', md5(n::text)
FROM generate_series(1, 20000) n;

INSERT INTO idempotency_keys (user_id, key, account_id, operation, input_hash)
SELECT key((n - 1) % 200 + 1), 'key-' || n, key((n - 1) % 20 + 1), 'createSession', md5(n::text)
FROM generate_series(1, 20000) n;
"""

#: Session 21 is a chat of Ana's account, 41 a guided one. Only those of Ben's account change.
CHAT, GUIDED, ANA, BEN = 21, 41, 1, 2


def key(n: int) -> UUID:
    return UUID(f"00000000-0000-7000-8000-{n:012x}")


def session_id(n: int) -> str:
    return ids.encode_global_id("ChatSession" if n // 20 % 2 else "GuidedSession", key(n))


@pytest.fixture(scope="module")
def filled(postgres, template) -> Iterator[str]:
    """A database with much in it, which the tests of this module share."""
    asyncio.run(execute(postgres, f'CREATE DATABASE "{NAME}" TEMPLATE "{template}"'))
    asyncio.run(fill(postgres.dsn(NAME)))
    yield NAME
    asyncio.run(execute(postgres, f'DROP DATABASE "{NAME}" WITH (FORCE)'))


async def fill(dsn: str) -> None:
    connection = await asyncpg.connect(dsn)
    await connection.execute(FILL)
    await connection.close()
    await vacuum(dsn)


async def vacuum(dsn: str) -> None:
    """So that the planner knows what there is, and which rows an index alone can answer for."""
    connection = await asyncpg.connect(dsn)
    await connection.execute("VACUUM ANALYZE")
    await connection.close()


@pytest.fixture
async def place(postgres, filled):
    return place_of(postgres, filled)


@pytest.fixture
async def ana(running) -> Principal:
    return Principal(key(ANA), key(1))


@pytest.fixture
async def ben() -> Principal:
    return Principal(key(BEN), key(2), Role.ADMIN)


SESSIONS = """
query Sessions($filter: SessionFilter, $orderBy: SessionOrder, $after: String) {
  sessions(filter: $filter, orderBy: $orderBy, after: $after, first: 20) {
    totalCount pageInfo { endCursor } edges { node { id } }
  }
}
"""
WITH_EVERYTHING = (
    """
query Everything {
  sessions(first: 25) { edges { node { ...Session
    escalatedBy { account { name } } escalationPackage { id } usage { costUsd }
    history(first: 3) { totalCount edges { node { kind actor { name } } } }
    activeGeneration { cursor }
    ... on GuidedSession { steps { edges { node { id answer { answeredBy { name } } } } } }
    ... on ChatSession { suggestedFlows { slug } }
  } } }
}
"""
    # A list selects the beginnings of long texts: a page of whole ones is too large.
    + SESSION.replace("markdown", "excerpt").replace("role content", "role excerpt")
)
HISTORY = """
query History($id: ID!, $after: String) {
  session(id: $id) {
    history(first: 1, after: $after) {
      totalCount pageInfo { endCursor } edges { node { kind actor { name } session { id } } }
    }
    end: history(last: 1, after: $after) { edges { node { kind } } }
  }
}
"""
STEPS = """
query Steps($id: ID!) {
  session(id: $id) { ... on GuidedSession {
    steps(last: 3) { totalCount edges { node { content answer { answeredBy { name } } } } }
  } }
}
"""
MESSAGES = """
query Messages($id: ID!) {
  session(id: $id) { ... on ChatSession {
    messages(last: 3) { totalCount edges { node { id content } } }
  } }
}
"""
DOCUMENTS = "query D($id: ID!) { session(id: $id) { documents { id } escalationPackage { id } } }"
GENERATIONS = """
query G($id: ID!) { session(id: $id) { activeGeneration { text } usage { costUsd } } }
"""

GENERATION = "query G($id: ID!) { generation(id: $id) { status text cursor } }"
FLOWS = """
query Flows($search: String, $domain: String, $after: String) {
  flows(search: $search, domain: $domain, after: $after) {
    totalCount pageInfo { endCursor } edges { node { slug } }
  }
}
"""
FLOW = "query Flow($slug: String!) { flow(slug: $slug) { title } }"
NODE = "query Node($id: ID!) { node(id: $id) { id } }"
DASHBOARD = """
{ dashboard {
  byStatus { count } byType { count } generating unclaimedEscalations resolvedToday
  medianMinutesToResolve medianTimeToFirstTokenMs
} }
"""
SESSION_EVENTS = """
subscription Events($id: ID!, $after: String) {
  sessionEvents(sessionId: $id, after: $after) { id }
}
"""
TOKENS = """
subscription Tokens($id: ID!) { chatTokens(sessionId: $id) { __typename } }
"""
SEND = """
mutation S($input: SendChatMessageInput!) { sendChatMessage(input: $input) { __typename } }
"""
RESOLVE = "mutation R($id: ID!) { resolve(input: { sessionId: $id }) { __typename } }"
DELETE = "mutation D($id: ID!) { deleteSession(input: { sessionId: $id }) { __typename } }"
RATE = """
mutation R($id: ID!) { rateMessage(input: { messageId: $id, rating: UP }) { __typename } }
"""

FILTERS = {
    "type": {"sessionType": "CHAT"},
    "status": {"status": ["ACTIVE"]},
    "statuses": {"status": ["ACTIVE", "PAUSED"]},
    "common status": {"status": ["RESOLVED"]},
    "search": {"search": "session 4001"},
    "search for what nobody said": {"search": "zyzzyva"},
    "domain": {"problemDomain": "Domain 3"},
    "owner": {"ownerId": ids.encode_global_id("User", key(ANA))},
    "ticket": {"ticketId": "T-2001"},
    "unknown ticket": {"ticketId": "T-0"},
    "escalated to me": {"escalatedToMe": True},
    "not escalated to me": {"escalatedToMe": False},
    "escalation queue": {"unclaimed": True},
    "not in the escalation queue": {"unclaimed": False},
    "time": {"createdAfter": "2020-01-01T00:00:00Z", "createdBefore": "2020-02-01T00:00:00Z"},
    "type, status and owner": {
        "sessionType": "GUIDED",
        "status": ["RESOLVED"],
        "ownerId": ids.encode_global_id("User", key(ANA)),
    },
}
FOUND = {
    "type": 500,
    "status": 100,
    "statuses": 200,
    "common status": 600,
    "search": 1,
    "search for what nobody said": 0,
    "domain": 143,
    "owner": 100,
    "ticket": 1,
    "unknown ticket": 0,
    "escalated to me": 33,
    "not escalated to me": 967,
    "escalation queue": 100,
    "not in the escalation queue": 900,
    "time": 0,
    "type, status and owner": 100,
}
#: Foreign keys whose columns begin no index, by the table and column that refer.
#: An index may begin with the account or with the column itself.
REFERENCES_WITHOUT_INDEX = """
SELECT conrelid::regclass::text, attname::text
FROM pg_constraint f
JOIN pg_attribute ON attrelid = conrelid AND attnum = conkey[cardinality(conkey)]
WHERE contype = 'f' AND NOT EXISTS (
    SELECT FROM pg_index
    WHERE indrelid = conrelid AND (indkey[0] = attnum
            OR indkey[0] = conkey[1] AND indkey[1] = attnum AND cardinality(conkey) = 2)
        AND coalesce(pg_get_expr(indpred, indrelid), '')
            IN ('', format('(%I IS NOT NULL)', attname)))
"""
#: Users are deleted by hand and rarely; an index for that would cost every write.
WITHOUT_INDEX = {
    ("ai_session_events", "actor_id"),
    ("ai_session_steps", "answered_by_id"),
    ("ai_sessions", "escalated_by_id"),
    ("generations", "requested_by_id"),
    ("session_documents", "edited_by_id"),
}
NODES = {
    "session": session_id(CHAT),
    "message": ids.encode_message_id(key(CHAT), "21-2"),
    "step": ids.encode_global_id("SessionStep", key(4 * GUIDED + 1)),
    "generation": ids.encode_global_id("Generation", key(2 * CHAT)),
    "document": ids.encode_global_id("SessionDocument", key(CHAT)),
    "flow": ids.encode_global_id("Flow", key(1)),
}


async def check(running, sent) -> None:
    """No statement reads a whole big table, and those on big tables use indexes."""
    used = set()
    for statement in sent:
        read = list(
            recorded_statements.nodes(await recorded_statements.plan(running.engine, statement))
        )
        scanned = {n.get("Relation Name") for n in read if n["Node Type"] == "Seq Scan"}
        assert not scanned & BIG, f"{scanned & BIG} in {statement.sql}"
        used |= {n["Index Name"] for n in read if "Index Name" in n}
    assert used, [statement.sql for statement in sent]


async def run(api, document, **variables):
    """What the operation answers, once its statements are checked."""
    with recording(api.running.engine) as sent:
        data = await api.data(document, **variables)
    await check(api.running, sent)
    return data


@pytest.mark.parametrize("order", ["UPDATED_AT_DESC", "CREATED_AT_DESC", "CREATED_AT_ASC"])
async def test_a_page_of_sessions_in_any_order_and_the_next(api, order):
    first = (await run(api, SESSIONS, orderBy=order))["sessions"]
    assert first["totalCount"] == 1000
    after = first["pageInfo"]["endCursor"]
    second = (await run(api, SESSIONS, orderBy=order, after=after))["sessions"]
    assert len(second["edges"]) == 20


@pytest.mark.parametrize("name", FILTERS)
async def test_sessions_by_each_filter_and_the_next_page(api, name):
    found = (await run(api, SESSIONS, filter=FILTERS[name]))["sessions"]
    assert found["totalCount"] == FOUND[name]
    if after := found["pageInfo"]["endCursor"]:
        await run(api, SESSIONS, filter=FILTERS[name], after=after)


async def test_words_are_looked_for_in_the_index_of_the_account(running):
    """The function of the search hides this from a look at its caller's plan."""
    async with as_owner(running) as db:
        body = await db.scalar(text("SELECT prosrc FROM pg_proc WHERE proname = 'sessions_with'"))
        await db.execute(
            text("SELECT set_config('sessions.account_id', :id, true)"), {"id": str(key(1))}
        )
        search = body.replace("words", "to_tsquery('printer')").replace("most", "1001")
        await db.execute(text("SET LOCAL enable_seqscan = off"))
        plan = (await db.scalars(text(f"EXPLAIN {search}"))).all()
    assert any("ix_session_search_by_account" in line for line in plan), plan
    assert not any("Seq Scan" in line for line in plan), plan


async def test_a_page_of_sessions_with_a_word_that_nearly_all_have(api):
    """Only the page: to count them all, one look at all words is the shorter way."""
    page = SESSIONS.replace("totalCount", "")
    found = await run(api, page, filter={"search": 'session -"4001"'})
    assert len(found["sessions"]["edges"]) == 20


async def test_many_that_have_a_word_are_gone_through_in_their_order(api, running, monkeypatch):
    monkeypatch.setattr(full_text, "RARE_LIMIT", 100)
    page = SESSIONS.replace("totalCount", "")
    with recording(running.engine) as sent:
        await api.data(page, filter={"search": "session"})
    ways = await indexes_of(running, sent[-1])
    assert ways == {"ix_ai_sessions_by_update", "pk_session_search"}


INDEXES = {
    "type": {"ix_ai_sessions_by_type"},
    "status": {"ix_ai_sessions_by_status"},
    "owner": {"ix_ai_sessions_by_owner"},
    "ticket": {"ix_ai_sessions_by_ticket"},
    "escalated to me": {"ix_ai_sessions_escalated_to_id"},
    "search": {"pk_ai_sessions"},
}


@pytest.mark.parametrize("name", INDEXES)
async def test_each_index_is_there_for_its_list(api, running, name):
    page = SESSIONS.replace("totalCount", "")
    with recording(running.engine) as sent:
        await api.data(page, filter=FILTERS[name])
    assert await indexes_of(running, sent[-1]) == INDEXES[name]


async def test_types_and_statuses_are_counted_without_a_look_at_sessions(api, running):
    with recording(running.engine) as sent:
        for name in ("type", "statuses", "escalation queue", "not in the escalation queue"):
            await api.data(
                "query C($filter: SessionFilter) { sessions(filter: $filter, first: 0)"
                " { totalCount } }",
                filter=FILTERS[name],
            )
    counts = [statement for statement in sent if "sum(" in statement.sql]
    assert len(counts) == 4
    assert not any("ai_sessions" in statement.sql for statement in counts)


async def indexes_of(running, statement) -> set[str]:
    read = recorded_statements.nodes(await recorded_statements.plan(running.engine, statement))
    return {node["Index Name"] for node in read if "Index Name" in node}


async def test_sessions_with_everything_in_them(api):
    found = (await run(api, WITH_EVERYTHING))["sessions"]["edges"]
    assert len(found) == 25


@pytest.mark.parametrize("number", [CHAT, GUIDED])
@pytest.mark.parametrize("document", [GET, STEPS, MESSAGES, DOCUMENTS, GENERATIONS])
async def test_one_session_and_its_parts(api, document, number):
    assert (await run(api, document, id=session_id(number)))["session"] is not None


async def test_the_history_of_a_session_and_its_next_page(api):
    first = (await run(api, HISTORY, id=session_id(GUIDED)))["session"]["history"]
    assert first["totalCount"] == 3
    after = first["pageInfo"]["endCursor"]
    second = (await run(api, HISTORY, id=session_id(GUIDED), after=after))["session"]["history"]
    assert [edge["node"]["kind"] for edge in second["edges"]] == ["MESSAGE_ADDED"]


@pytest.mark.parametrize("number", [CHAT, 181])
async def test_a_generation_written_or_still_in_the_log(api, number):
    generation = ids.encode_global_id("Generation", key(2 * number))
    found = (await run(api, GENERATION, id=generation))["generation"]
    assert found["status"] == "COMPLETED"


@pytest.mark.parametrize(
    "asked", [{}, {"search": "printer"}, {"domain": "Domain 3"}], ids=["all", "search", "domain"]
)
async def test_flows_and_their_next_page(api, asked):
    first = (await run(api, FLOWS, **asked))["flows"]
    assert first["totalCount"] == len(first["edges"]) or first["totalCount"] > 25
    await run(api, FLOWS, **asked, after=first["pageInfo"]["endCursor"])


async def test_a_flow_by_its_slug(api):
    assert (await run(api, FLOW, slug="flow-21"))["flow"]["title"].startswith("Flow ")


@pytest.mark.parametrize("name", NODES)
async def test_anything_by_its_id(api, name):
    assert (await run(api, NODE, id=NODES[name]))["node"] == {"id": NODES[name]}


async def test_an_event_by_its_id(api, running):
    event = event_global_id(running, api.principal, 4001)
    assert (await run(api, NODE, id=event))["node"] == {"id": event}


async def test_the_dashboard(api):
    figures = (await run(api, DASHBOARD))["dashboard"]
    assert sum(by["count"] for by in figures["byType"]) == 1000
    assert figures["medianMinutesToResolve"] == 0


async def test_the_dashboard_counts_sessions_on_indexes_alone(api, running, postgres, filled):
    """It is asked for at every change: rows with conversations in them are not looked at."""
    await vacuum(postgres.dsn(filled))
    with recording(running.engine) as sent:
        await api.data(DASHBOARD)
    plans = [await recorded_statements.plan(running.engine, statement) for statement in sent]
    read = [node for plan in plans for node in recorded_statements.nodes(plan)]
    ways = {node["Node Type"] for node in read if node.get("Relation Name") == "ai_sessions"}
    assert ways == {"Index Only Scan"}


async def test_what_viewers_of_an_answer_read(api, running):
    generation_id = ids.encode_global_id("Generation", key(2 * CHAT))
    with recording(running.engine) as sent:
        async with api.subscribed(GENERATION_EVENTS, generationId=generation_id) as events:
            assert [event["__typename"] async for event in events][-1] == "GenerationCompleted"
    await check(running, sent)


async def test_what_viewers_of_a_session_read(api, running):
    first = (await api.data(HISTORY, id=session_id(CHAT)))["session"]["history"]
    asked = {"id": session_id(CHAT), "after": first["pageInfo"]["endCursor"]}
    with recording(running.engine) as sent:
        async with api.subscribed(SESSION_EVENTS, **asked) as events:
            assert await anext(events)
        async with api.subscribed(TOKENS, id=session_id(61)) as events:
            assert [event async for event in events] == []
    await check(running, sent)


@pytest.mark.parametrize("session_type", ["CHAT", "GUIDED"])
async def test_creating_a_session_and_looking_up_its_idempotency_key(api, ben, session_type):
    asked = {
        "sessionType": session_type,
        "intake": {"text": "the vpn keeps disconnecting"},
        "idempotencyKey": session_type,
    }
    first = (await run(api.by(ben), CREATE, input=asked))["createSession"]
    second = (await run(api.by(ben), CREATE, input=asked))["createSession"]
    assert first["session"]["id"] == second["session"]["id"]


async def test_the_verbs_of_a_session(api, ben):
    chat, paused = session_id(22), session_id(82)
    sent = await run(api.by(ben), SEND, input={"sessionId": chat, "content": "It is back"})
    assert sent["sendChatMessage"]["__typename"] == "SendChatMessageSuccess"
    for document, id, typename in (
        (RATE, ids.encode_message_id(key(22), "22-2"), "NotFound"),
        (RESOLVE, paused, "ResolveSuccess"),
        (DELETE, paused, "DeleteSessionSuccess"),
    ):
        [answer] = (await run(api.by(ben), document, id=id)).values()
        assert answer["__typename"] == typename


async def test_what_a_process_looks_for_by_itself(running):
    """Lapsed leases, its own leases, sessions to describe, the log of what is watched."""
    with recording(running.engine) as sent:
        async with running.tenancy.system.transaction() as transaction:
            db = transaction.orm
            await transaction.execute(leases.TAKE_OVER, owner=uuid4())
            await transaction.execute(leases.RENEW, owner=uuid4(), ids=[key(100_001)])
            await transaction.execute(leases.RELEASE, owner=uuid4())
            await db.execute(UNDESCRIBED_SESSIONS.with_for_update(skip_locked=True))
        async with running.tenancy.for_account(key(ANA)).read_transaction() as transaction:
            deltas_after = {"ids": [key(2 * CHAT)], "numbers": [1]}
            await transaction.execute(
                token_log.READ_DELTAS_AFTER, account_id=key(ANA), **deltas_after
            )
            await token_log.load_written_text(transaction, key(2 * CHAT))
    assert len(sent) == 6
    for statement in sent:
        await check(running, [statement])


async def test_deleting_a_session_finds_its_parts_by_index(running):
    """Postgres looks for what refers to a deleted row by itself, unseen by EXPLAIN."""
    async with as_owner(running) as db:
        missing = await db.execute(text(REFERENCES_WITHOUT_INDEX))
    assert {tuple(row) for row in missing} == WITHOUT_INDEX
