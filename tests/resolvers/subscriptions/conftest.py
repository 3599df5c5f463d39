"""An answer in several pieces, as somebody saw it who watched from the start."""

import asyncio

import pytest

from tests.operations import GENERATION_EVENTS, create, until_text


@pytest.fixture
async def written(api, assistant):
    """The ids of a chat and its answer, and all events of that, at least five."""
    answer = assistant.enqueue_held("One ")
    gate = asyncio.Event()
    created = await create(api, "CHAT", "it hangs")
    session, generation = created["session"]["id"], created["generation"]["id"]
    async with api.subscribed(GENERATION_EVENTS, generationId=generation) as events:
        seen = await until_text(events, "One ")
        answer.release("two ", gate, "three")
        seen += await until_text(events, "two ")
        gate.set()
        seen += [event async for event in events]
    return session, generation, seen
