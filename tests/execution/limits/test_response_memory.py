"""Memory of responses: large operations wait for it, clients that do not read lose it."""

import asyncio

import pytest

from execution.limits import response_memory
from execution.limits.operation_limits import ResponseLimits
from execution.limits.response_memory import ResponseMemory, ServerBusy
from tests.api_client import PATIENCE


class Connection:
    def __init__(self, memory: ResponseMemory) -> None:
        self.memory = memory
        self.is_open = True

    def give_up(self) -> None:
        self.is_open = False
        self.memory.remove_unread(self)


def memory_of(
    size: int, wait_seconds: float = PATIENCE, share: int | None = None
) -> ResponseMemory:
    limits = ResponseLimits(
        pending_bytes=size, user_pending_bytes=share or size, wait_seconds=wait_seconds
    )
    return ResponseMemory(limits)


async def test_a_large_operation_waits_until_there_is_room_and_in_its_turn():
    memory, order = memory_of(100), []

    async def operate(name: str, size: int, go: asyncio.Event) -> None:
        async with memory.reserve(size):
            order.append(name)
            await go.wait()

    first, others = asyncio.Event(), asyncio.Event()
    others.set()
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(operate("first", 80, first))
        await asyncio.sleep(0)
        tasks.create_task(operate("large", 90, others))
        tasks.create_task(operate("small", 10, others))
        for _ in range(10):
            await asyncio.sleep(0)
        assert order == ["first"]
        first.set()
    assert order == ["first", "large", "small"]
    assert memory.used == 0


async def test_one_that_has_waited_too_long_is_rejected_and_leaves_nothing():
    memory = memory_of(100, wait_seconds=0.01)
    async with memory.reserve(60):
        with pytest.raises(ServerBusy) as busy:
            async with memory.reserve(60):
                pass
        assert busy.value.extensions == {"code": "SERVER_BUSY"}
    assert (memory.used, memory.rejected) == (0, 1)
    async with memory.reserve(60):
        assert memory.used == 60


async def test_one_that_is_cancelled_while_it_waits_leaves_nothing():
    memory = memory_of(100)

    async def operate() -> None:
        async with memory.reserve(60):
            pass

    async with memory.reserve(60):
        waiting = asyncio.create_task(operate())
        await asyncio.sleep(0)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
    async with memory.reserve(100):
        assert memory.used == 100
    assert memory.used == 0


async def test_an_operation_larger_than_all_memory_takes_all_of_it():
    memory = memory_of(100)
    async with memory.reserve(1_000):
        assert memory.used == 100


async def test_clients_that_do_not_read_make_room_for_others(monkeypatch):
    monkeypatch.setattr(response_memory, "PATIENCE_UNDER_PRESSURE", 0.02)
    memory = memory_of(100)
    slow, slower = Connection(memory), Connection(memory)
    memory.add_unread(slow, 60)
    memory.add_unread(slower, 20)
    async with memory.reserve(50):
        assert (slow.is_open, slower.is_open) == (False, True)
        assert memory.used == 70


@pytest.mark.parametrize("is_unread", [True, False])
async def test_excess_closes_the_connections_that_are_unread_for_longest(is_unread):
    memory = memory_of(100_000)
    connections = [Connection(memory) for _ in range(4)]
    for connection in connections[:3]:
        memory.add_unread(connection, 30_000)
    if is_unread:
        memory.add_unread(connections[3], 30_000)
        await asyncio.sleep(0)
    else:
        with memory.hold(30_000):
            await asyncio.sleep(0)
    assert [each.is_open for each in connections[:3]] == [False, True, True]
    assert memory.used <= 100_000


async def test_a_response_that_counts_twice_while_it_is_sent_closes_nothing():
    memory = memory_of(100_000)
    connection = Connection(memory)
    with memory.hold(60_000):
        memory.add_unread(connection, 60_000)
    await asyncio.sleep(0)
    assert connection.is_open


async def test_small_responses_are_not_counted_while_they_are_sent():
    memory = memory_of(100)
    with memory.hold(90):
        assert memory.used == 0


async def test_a_user_who_has_a_whole_share_waits_alone():
    memory, order = memory_of(100, share=40), []

    async def operate(owner: str, go: asyncio.Event) -> None:
        async with memory.reserve(30, owner):
            order.append(owner)
            await go.wait()

    first, others = asyncio.Event(), asyncio.Event()
    others.set()
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(operate("ana", first))
        await asyncio.sleep(0)
        tasks.create_task(operate("ana", others))
        tasks.create_task(operate("ana", others))
        await asyncio.sleep(0)
        tasks.create_task(operate("ben", others))
        for _ in range(10):
            await asyncio.sleep(0)
        assert order == ["ana", "ben"], "who waits for their own share holds nobody up"
        first.set()
    assert order == ["ana", "ben", "ana", "ana"]
    assert memory.used == 0


async def test_a_user_who_waits_too_long_for_a_share_is_rejected_and_others_are_not():
    memory = memory_of(100, wait_seconds=0.01, share=40)
    async with memory.reserve(1_000, "ana"):
        assert memory.used == 40, "no operation is larger than a share"
        with pytest.raises(ServerBusy):
            async with memory.reserve(10, "ana"):
                pass
        async with memory.reserve(40, "ben"):
            assert memory.used == 80


async def test_only_connections_of_a_user_make_room_in_a_share(monkeypatch):
    monkeypatch.setattr(response_memory, "PATIENCE_UNDER_PRESSURE", 0.02)
    memory = memory_of(100, share=40)
    others, own = Connection(memory), Connection(memory)
    memory.add_unread(others, 30, "ben")
    memory.add_unread(own, 30, "ana")
    async with memory.reserve(20, "ana"):
        assert (others.is_open, own.is_open) == (True, False)


async def test_a_user_with_more_than_a_share_loses_connections_and_nobody_else():
    memory = memory_of(100_000, share=50_000)
    others = Connection(memory)
    memory.add_unread(others, 30_000, "ben")
    own = [Connection(memory) for _ in range(2)]
    for connection in own:
        memory.add_unread(connection, 30_000, "ana")
    await asyncio.sleep(0)
    assert [each.is_open for each in (others, *own)] == [True, False, True]
    assert memory.used == 60_000
