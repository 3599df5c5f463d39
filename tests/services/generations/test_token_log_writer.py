"""The pace of the token log's flushes."""

import asyncio
from uuid import uuid4

import pytest

from services.generations.token_log import writer
from services.generations.token_log.store import TokenLogDelta
from services.generations.token_log.writer import PendingText, TokenLogWriter, flush_pause
from tests.api_client import PATIENCE


def test_the_pause_grows_with_the_generations_and_has_bounds():
    pauses = [flush_pause(count) for count in range(200)]
    assert pauses == sorted(pauses)
    assert pauses[1] == writer.SHORTEST_PAUSE
    assert pauses[20] < pauses[40] < pauses[100] == writer.LONGEST_PAUSE


class SteppedLog:
    """A log whose writes end when the test says so."""

    def __init__(self) -> None:
        self.writes: list[list[TokenLogDelta]] = []
        self.begun = asyncio.Semaphore(0)
        self.allowed = asyncio.Semaphore(0)

    async def append(self, deltas):
        self.writes.append(list(deltas))
        self.begun.release()
        await self.allowed.acquire()
        return {(delta.generation_id, delta.attempt) for delta in deltas}


@pytest.fixture
async def log():
    return SteppedLog()


@pytest.fixture
async def writing(log):
    token_log_writer = TokenLogWriter(log, lambda deltas: None)
    task = asyncio.create_task(token_log_writer.run())
    yield token_log_writer
    task.cancel()


async def next_write(log: SteppedLog) -> list[str]:
    async with asyncio.timeout(PATIENCE):
        await log.begun.acquire()
    return [delta.text for delta in log.writes[-1]]


async def test_a_token_after_a_pause_is_written_alone_and_those_during_a_flush_together(
    log, writing
):
    pending = PendingText(uuid4(), uuid4(), 1)
    writing.add_text(pending, "one")
    assert await next_write(log) == ["one"]
    for text in (" two", " three"):
        writing.add_text(pending, text)
    log.allowed.release()
    assert await next_write(log) == [" two three"]
    log.allowed.release()
    async with asyncio.timeout(PATIENCE):
        await writing.wait_flushed(pending)
    assert [delta.number for write in log.writes for delta in write] == [1, 2]


async def test_one_flush_writes_the_text_of_all_generations(log, writing):
    first, second = PendingText(uuid4(), uuid4(), 1), PendingText(uuid4(), uuid4(), 1)
    writing.add_text(first, "one")
    await next_write(log)
    writing.add_text(first, "more")
    writing.add_text(second, "other")
    log.allowed.release()
    assert sorted(await next_write(log)) == ["more", "other"]
    log.allowed.release()


async def test_the_pause_counts_answers_that_wait_for_their_next_token(log, writing, monkeypatch):
    counted: list[int] = []
    monkeypatch.setattr(writer, "flush_pause", lambda count: counted.append(count) or 0)
    slow, quick = PendingText(uuid4(), uuid4(), 1), PendingText(uuid4(), uuid4(), 1)
    for pending in (slow, quick, quick):
        writing.add_text(pending, "word")
        await next_write(log)
        log.allowed.release()
        async with asyncio.timeout(PATIENCE):
            await writing.wait_flushed(pending)
    writing.discard(slow)
    writing.add_text(quick, "word")
    await next_write(log)
    log.allowed.release()
    async with asyncio.timeout(PATIENCE):
        await writing.wait_flushed(quick)
        while len(counted) < 4:
            await asyncio.sleep(0)
    assert counted == [1, 2, 2, 1]
