"""Searches without a length, and the slowest that are allowed, by fourteen clients at once."""

import asyncio
import http.client
import json
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.synchronize import Event

import asyncpg
import pytest

from tests.attacks.victim import Target, assert_victim_is_served
from tests.server_process import Served

pytestmark = pytest.mark.slow

AT_ONCE = 14
SESSIONS = 50_000
#: Every session has each of these words, so a search reads all of them.
WORDS = [f"common{number}" for number in range(50)]
FILL = """
WITH made AS (
    INSERT INTO ai_sessions (id, account_id, user_id, session_type, status, intake_content,
        title, step_count, conversation_messages, described_at, created_at, updated_at)
    SELECT gen_random_uuid(), account_id, id, 'chat', 'resolved', '{}', 'Session', 0, '[]', now(),
        now(), now()
    FROM (SELECT id, account_id FROM users LIMIT 1) AS person CROSS JOIN generate_series(1, $1::int)
    RETURNING id, account_id)
INSERT INTO session_search (session_id, account_id, document, head, analysis_version)
SELECT id, account_id, to_tsvector('english', $2), to_tsvector('english', $2), 1 FROM made
"""
ALIASES = "".join(f"a{n}: sessions(filter: $filter, first: 1) {{ totalCount }} " for n in range(10))
COUNTS = f"query S($filter: SessionFilter) {{ {ALIASES} }}"
RANKED = """query S($filter: SessionFilter) {
    sessions(filter: $filter, orderBy: BEST_MATCH) { totalCount edges { node { id } } } }"""
ASKED = [
    (RANKED, "word " * 180_000),
    (RANKED, "a or " * 20_000),
    (COUNTS, " or ".join(WORDS[:25])),
    (COUNTS, " ".join(WORDS)),
    (RANKED, " or ".join(WORDS[:25])),
    (COUNTS, " ".join(f"-absent{number}" for number in range(50))),
]


def search_without_pause(target: Target, stop: Event) -> None:
    with ThreadPoolExecutor(AT_ONCE) as clients:
        for number in range(AT_ONCE):
            clients.submit(search, target, stop, number)


def search(target: Target, stop: Event, number: int) -> None:
    while not stop.is_set():
        connection = http.client.HTTPConnection(
            target.host, target.port, timeout=30, source_address=("127.0.0.2", 0)
        )
        try:
            while not stop.is_set():
                query, text = ASKED[number % len(ASKED)]
                number += 1
                variables = {"filter": {"search": text}}
                body = json.dumps({"query": query, "variables": variables})
                connection.request("POST", "/graphql", body, {"Content-Type": "application/json"})
                answer = connection.getresponse().read()
                assert b"INTERNAL" not in answer, answer
        except (OSError, http.client.HTTPException):
            continue
        finally:
            connection.close()


async def fill(url: str) -> None:
    connection = await asyncpg.connect(url)
    await connection.execute(FILL, SESSIONS, " ".join(WORDS))
    await connection.execute("VACUUM ANALYZE")
    await connection.close()


def test_searches_by_one_client(served: Served, database_url: str) -> None:
    asyncio.run(fill(database_url))
    for query, text in ASKED:
        answer = served.ask(query, filter={"search": text})
        codes = {error["extensions"]["code"] for error in answer.get("errors", ())}
        assert codes <= {"INVALID_INPUT", "READ_TIMED_OUT"}, codes
    assert_victim_is_served(served, search_without_pause)
    assert not any("ERROR" in line or "Traceback" in line for line in served.log)
    assert served.data(RANKED, filter={"search": "nobody"})["sessions"]["totalCount"] == 0
