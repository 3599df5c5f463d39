"""Questions asked of the servers, and what must be left of them in the end."""

import asyncio
import random
from collections.abc import Sequence

import asyncpg

from tests.chaos.provider import KnownAnswers, question, truth
from tests.chaos.roaming_client import Viewer, ask_any

#: Answers that are written at the same time.
AT_ONCE = 50
START = """
mutation Start($text: String!, $key: String) {
  createSession(
    input: { sessionType: CHAT, intake: { text: $text }, idempotencyKey: $key }
  ) {
    ... on CreateSessionSuccess { session { id } generation { id } }
    ... on Error { code message }
  }
}
"""
STORED = """
query Stored($id: ID!) {
  session(id: $id) { ... on ChatSession { messages { edges { node { role content } } } } }
}
"""
#: Numbers without gaps, attempts that never fall back: a stale write would break one of them.
LOG = """
SELECT generation_id, array_agg(number ORDER BY number) AS numbers,
    array_agg(attempt ORDER BY number) AS attempts, string_agg(text, '' ORDER BY number) AS text
FROM generation_deltas GROUP BY generation_id
"""
#: How often each question was begun: more than once where its server was too slow to keep it.
ATTEMPTS = """
SELECT s.intake_content->>'text', g.attempt
FROM generations g JOIN ai_sessions s ON s.id = g.session_id WHERE g.kind = 'chat_reply'
"""
#: Sessions of one question.
TWICE = """
SELECT intake_content->>'text' FROM ai_sessions GROUP BY 1 HAVING count(*) > 1
"""


async def begin(urls: Sequence[str], number: int, key: str | None = None) -> tuple[str, str]:
    """Ask a question; return the ids of the session and of its answer."""
    data = await ask_any(urls, START, text=question(number), key=key)
    created = data["createSession"]
    return created["session"]["id"], created["generation"]["id"]


async def stored(urls: Sequence[str], session_id: str) -> list[str]:
    found = await ask_any(urls, STORED, id=session_id)
    return [edge["node"]["content"] for edge in found["session"]["messages"]["edges"]]


async def check(urls: Sequence[str], number: int, session_id: str, viewers: list[Viewer]) -> None:
    """Every viewer has read the truth, and so has the history."""
    for viewer in viewers:
        assert viewer.end["__typename"] == "GenerationCompleted", viewer.end
        assert viewer.text == truth(number)
    assert await stored(urls, session_id) == [question(number), truth(number)]


async def watched(
    urls: Sequence[str], numbers: Sequence[int], chance: random.Random
) -> list[tuple[int, str, list[Viewer]]]:
    """Ask all questions, each with two viewers who come and go."""

    turns = asyncio.Semaphore(AT_ONCE)

    async def one(number: int) -> tuple[int, str, list[Viewer]]:
        async with turns:
            session_id, generation_id = await begin(urls, number, key=f"key {number}")
            viewers = [Viewer(urls, generation_id, random.Random(chance.random())) for _ in "12"]
            await asyncio.gather(*(viewer.watch() for viewer in viewers))
            return number, session_id, viewers

    return await asyncio.gather(*map(one, numbers))


async def check_log(database_url: str) -> None:
    """Nothing was begun twice, and no word written by who had lost the answer."""
    connection = await asyncpg.connect(database_url)
    assert await connection.fetch(TWICE) == []
    for row in await connection.fetch(LOG):
        assert row["numbers"] == list(range(1, len(row["numbers"]) + 1))
        assert row["attempts"] == sorted(row["attempts"])
    await connection.close()


async def check_calls(database_url: str, provider: KnownAnswers) -> None:
    """The provider is asked once for each time that an answer was begun."""
    connection = await asyncpg.connect(database_url)
    try:
        attempts = dict(await connection.fetch(ATTEMPTS))
    finally:
        await connection.close()
    for number, count in provider.calls.items():
        assert 1 <= count <= attempts[question(number)], number
