"""Several servers on one database, a provider with known answers, and faults."""

import asyncio
import random
import signal
import statistics
import time
from collections import Counter, deque
from itertools import count

import pytest

from tests.chaos.conftest import SCALE
from tests.chaos.provider import question, truth
from tests.chaos.recorded_answers import begin, check, check_calls, check_log, stored, watched
from tests.chaos.roaming_client import Viewer, ask

STOP = """
mutation Stop($id: ID!) {
  stopGeneration(input: { generationId: $id }) {
    ... on StopGenerationSuccess { generation { status text } }
  }
}
"""


@pytest.mark.slow
async def test_viewers_who_hop_between_servers_lose_nothing(start, provider, database_url, seed):
    chance = random.Random(seed)
    urls = [(await asyncio.to_thread(start)).url for _ in range(3)]
    answers = await watched(urls, range(1, 20 * SCALE + 1), chance)
    for number, session_id, viewers in answers:
        await check(urls, number, session_id, viewers)
    await check_calls(database_url, provider)
    visits = sum(viewer.visits for *_, viewers in answers for viewer in viewers)
    print(f"{len(answers)} answers whole, for {2 * len(answers)} viewers with {visits} visits")


@pytest.mark.slow
async def test_killed_servers_lose_no_answer(start, database_url, seed):
    """Each in turn is killed at a random moment, and another one started."""
    chance = random.Random(seed)
    servers = [await asyncio.to_thread(start) for _ in range(2)]
    urls = [server.url for server in servers]
    numbers = range(1000, 1000 + 10 * SCALE)
    watching = asyncio.create_task(watched(urls, numbers, chance))
    for _ in range(2 * SCALE):
        # Not so fast that an answer loses three owners, and is given up.
        await asyncio.sleep(3 + 2 * chance.random())
        victim = servers.pop(0)
        victim.process.kill()
        server = await asyncio.to_thread(start)
        servers.append(server)
        urls[urls.index(victim.url)] = server.url
    for number, session_id, viewers in await watching:
        await check(urls, number, session_id, viewers)
    await check_log(database_url)


@pytest.mark.slow
async def test_the_next_words_come_soon_after_the_owner_was_killed(start, provider, seed):
    chance = random.Random(seed)
    provider.delay = 0.1
    other = await asyncio.to_thread(start)
    waits = []
    numbers = deque(range(2000, 2000 + 2 * SCALE))
    while numbers:
        owner = await asyncio.to_thread(start)
        some = [numbers.popleft() for _ in range(min(5, len(numbers)))]
        waits += await killed(owner, other, some, chance)
    print(f"from the kill on: median {statistics.median(waits):.1f} s, most {max(waits):.1f} s")


async def killed(owner, other, numbers, chance) -> list[float]:
    """The seconds in which each answer was gone on with."""
    begun, viewers = [], []
    for number in numbers:
        begun.append(await begin([owner.url], number))
        viewers.append(Viewer([other.url], begun[-1][1], chance, patience=None))
    watching = [asyncio.create_task(viewer.watch()) for viewer in viewers]
    while not all(len(viewer.text) > 40 for viewer in viewers):
        await asyncio.sleep(0.01)
    await asyncio.sleep(chance.random())
    owner.process.kill()
    killed_at, seen = time.monotonic(), [viewer.text for viewer in viewers]
    await asyncio.gather(*watching)
    for number, (session_id, _), viewer, before in zip(numbers, begun, viewers, seen, strict=True):
        assert (await stored([other.url], session_id))[1].startswith(before)
        assert viewer.text == truth(number)
    return [viewer.resumed_at() - killed_at for viewer in viewers]


@pytest.mark.slow
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


@pytest.mark.slow
async def test_what_is_sent_twice_is_answered_once(start, provider, database_url, seed):
    urls = [(await asyncio.to_thread(start)).url for _ in range(2)]
    numbers = range(4000, 4000 + 8 * SCALE)
    begun = await asyncio.gather(
        *(begin([url], number, key=f"key {number}") for number in numbers for url in urls)
    )
    assert Counter(begun) == dict.fromkeys(begun, 2)
    assert len(set(begun)) == len(numbers)
    for _, generation_id in set(begun):
        await Viewer(urls, generation_id, random.Random(seed)).watch()
    await check_calls(database_url, provider)
    print(
        f"{2 * len(numbers)} sent, {len(set(begun))} answers, {sum(provider.calls.values())} calls"
    )


@pytest.mark.slow
async def test_an_answer_is_stopped_from_another_server(start, provider, seed):
    owner, other = [await asyncio.to_thread(start) for _ in range(2)]
    waits = []
    numbers = count(5000)
    while len(waits) < 3 * SCALE:
        number = next(numbers)
        session_id, generation_id = await begin([owner.url], number)
        viewer = Viewer([owner.url], generation_id, random.Random(seed), patience=None)
        watching = asyncio.create_task(viewer.watch())
        while not viewer.text:
            await asyncio.sleep(0.01)
        asked = time.monotonic()
        stopped = (await ask(other.url, STOP, id=generation_id))["stopGeneration"]["generation"]
        await watching
        if stopped["status"] == "COMPLETED":
            # A busy machine asks too late.
            continue
        waits.append(time.monotonic() - asked)
        assert viewer.end["__typename"] == "GenerationCancelled"
        assert viewer.text == stopped["text"] == (await stored([other.url], session_id))[1]
        assert truth(number).startswith(viewer.text)
        request = next(r for r in provider.requests if question(number) in r.last_text)
        await asyncio.wait_for(request.disconnected.wait(), 60)
    median, most = statistics.median(waits) * 1000, max(waits) * 1000
    print(f"from the stop to the end on the other server: {median:.0f} ms, {most:.0f} ms at most")


@pytest.mark.slow
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


@pytest.mark.slow
async def test_a_provider_that_breaks_off_costs_no_word(start, provider, seed):
    provider.faults = 0.3
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
