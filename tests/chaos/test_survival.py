"""Several servers on one database, a provider with known answers, and faults."""

import asyncio
import random
import signal
import statistics
import time
from collections.abc import Sequence

import asyncpg

from tests.chaos.client import Viewer, ask, ask_any
from tests.chaos.conftest import SCALE
from tests.chaos.provider import question, truth

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
STOP = """
mutation Stop($id: ID!) {
  stopGeneration(input: { generationId: $id }) {
    ... on StopGenerationSuccess { generation { status text } }
  }
}
"""
#: Numbers without gaps, attempts that never fall back: a stale write would break one of them.
LOG = """
SELECT generation_id, array_agg(number ORDER BY number) AS numbers,
    array_agg(attempt ORDER BY number) AS attempts, string_agg(text, '' ORDER BY number) AS text
FROM generation_deltas GROUP BY generation_id
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

    async def one(number: int) -> tuple[int, str, list[Viewer]]:
        session_id, generation_id = await begin(urls, number, key=f"key {number}")
        viewers = [Viewer(urls, generation_id, random.Random(chance.random())) for _ in "12"]
        await asyncio.gather(*(viewer.watch() for viewer in viewers))
        return number, session_id, viewers

    return await asyncio.gather(*map(one, numbers))


async def check_log(database_url: str) -> None:
    connection = await asyncpg.connect(database_url)
    for row in await connection.fetch(LOG):
        assert row["numbers"] == list(range(1, len(row["numbers"]) + 1))
        assert row["attempts"] == sorted(row["attempts"])
    await connection.close()


async def test_viewers_who_hop_between_servers_lose_nothing(start, provider, seed):
    chance = random.Random(seed)
    urls = [(await asyncio.to_thread(start)).url for _ in range(2)]
    for number, session_id, viewers in await watched(urls, range(1, 20 * SCALE + 1), chance):
        await check(urls, number, session_id, viewers)
        assert provider.calls[number] == 1


async def test_killed_servers_lose_no_answer(start, database_url, seed):
    """Each in turn is killed at a random moment, and another one started."""
    chance = random.Random(seed)
    servers = [await asyncio.to_thread(start) for _ in range(2)]
    urls = [server.url for server in servers]
    numbers = range(1000, 1000 + 10 * SCALE)
    watching = asyncio.create_task(watched(urls, numbers, chance))
    for _ in range(2 * SCALE):
        await asyncio.sleep(0.3 + chance.random())
        victim = servers.pop(0)
        victim.process.kill()
        server = await asyncio.to_thread(start)
        servers.append(server)
        urls[urls.index(victim.url)] = server.url
    for number, session_id, viewers in await watching:
        await check(urls, number, session_id, viewers)
    await check_log(database_url)


async def test_the_next_words_come_soon_after_the_owner_was_killed(start, seed):
    chance = random.Random(seed)
    waits = []
    for number in range(2000, 2000 + 2 * SCALE):
        owner, other = [await asyncio.to_thread(start) for _ in range(2)]
        session_id, generation_id = await begin([owner.url], number)
        viewer = Viewer([other.url], generation_id, chance, patience=None)
        watching = asyncio.create_task(viewer.watch())
        while len(viewer.text) < 40:
            await asyncio.sleep(0.01)
        owner.process.kill()
        killed, seen = time.monotonic(), viewer.text
        while len(viewer.text) <= len(seen) + 20:
            await asyncio.sleep(0.01)
        waits.append(time.monotonic() - killed)
        await watching
        assert (await stored([other.url], session_id))[1].startswith(seen)
        assert viewer.text == truth(number)
        await asyncio.to_thread(other.stop)
    print(f"from the kill on: median {statistics.median(waits):.1f} s, most {max(waits):.1f} s")


async def test_a_frozen_server_writes_no_word_once_it_has_lost_an_answer(start, database_url, seed):
    frozen, other = [await asyncio.to_thread(start) for _ in range(2)]
    numbers = range(3000, 3004)
    begun = [await begin([frozen.url], number) for number in numbers]
    frozen.process.send_signal(signal.SIGSTOP)
    viewers = [
        Viewer([other.url], generation_id, random.Random(seed), patience=None)
        for _, generation_id in begun
    ]
    await asyncio.gather(*(viewer.watch() for viewer in viewers))
    frozen.process.send_signal(signal.SIGCONT)
    await ask(frozen.url, "{ viewer { name } }")
    for number, (session_id, _), viewer in zip(numbers, begun, viewers, strict=True):
        await check([other.url, frozen.url], number, session_id, [viewer])
    await check_log(database_url)


async def test_what_is_sent_twice_is_answered_once(start, provider, seed):
    urls = [(await asyncio.to_thread(start)).url for _ in range(2)]
    numbers = range(4000, 4000 + 20 * SCALE)
    begun = await asyncio.gather(
        *(begin([url], number, key=f"key {number}") for number in numbers for url in urls)
    )
    assert len({generation_id for _, generation_id in begun}) == len(numbers)
    for _, generation_id in set(begun):
        await Viewer(urls, generation_id, random.Random(seed)).watch()
    assert {provider.calls[number] for number in numbers} == {1}


async def test_an_answer_is_stopped_from_another_server(start, provider, seed):
    owner, other = [await asyncio.to_thread(start) for _ in range(2)]
    waits = []
    for number in range(5000, 5000 + 3 * SCALE):
        session_id, generation_id = await begin([owner.url], number)
        viewer = Viewer([owner.url], generation_id, random.Random(seed), patience=None)
        watching = asyncio.create_task(viewer.watch())
        while not viewer.text:
            await asyncio.sleep(0.01)
        asked = time.monotonic()
        stopped = (await ask(other.url, STOP, id=generation_id))["stopGeneration"]["generation"]
        await watching
        waits.append(time.monotonic() - asked)
        assert viewer.end["__typename"] == "GenerationCancelled"
        assert viewer.text == stopped["text"] == (await stored([other.url], session_id))[1]
        assert truth(number).startswith(viewer.text)
        request = next(r for r in provider.requests if question(number) in r.last_text)
        await asyncio.wait_for(request.disconnected.wait(), 60)
    print(f"from the stop to the end on the other server: {max(waits) * 1000:.0f} ms at most")


async def test_a_rolling_restart_loses_and_doubles_nothing(start, database_url, seed):
    chance = random.Random(seed)
    servers = [await asyncio.to_thread(start, SESSIONS_DRAIN_SECONDS="1") for _ in range(2)]
    urls = [server.url for server in servers]
    watching = asyncio.create_task(watched(urls, range(6000, 6000 + 10 * SCALE), chance))
    for place, old in enumerate(servers):
        new = await asyncio.to_thread(start, SESSIONS_DRAIN_SECONDS="1")
        urls[place] = new.url
        assert await asyncio.to_thread(old.stop) == 0
    for number, session_id, viewers in await watching:
        await check(urls, number, session_id, viewers)
    await check_log(database_url)


async def test_a_provider_that_breaks_off_costs_no_word(start, provider, seed):
    provider._faults = 0.3
    urls = [(await asyncio.to_thread(start)).url]
    chance = random.Random(seed)
    for number, session_id, viewers in await watched(urls, range(7000, 7000 + 10 * SCALE), chance):
        for viewer in viewers:
            if viewer.end["__typename"] == "GenerationCompleted":
                assert viewer.text == truth(number)
            else:
                assert viewer.end["code"] == "ASSISTANT_UNAVAILABLE"
                assert truth(number).startswith(viewer.text)
        assert (await stored(urls, session_id))[1:] == [viewers[0].text] * bool(viewers[0].text)
