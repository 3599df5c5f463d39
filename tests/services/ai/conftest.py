"""The real SDK against a Messages API on this machine."""

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from services.ai.anthropic.assistant import AnthropicAssistant
from tests.fakes.messages_api import MessagesApi

KEY = "sk-ant-test-0123456789abcdef"

Make = Callable[..., AnthropicAssistant]


@pytest.fixture
async def messages_api() -> AsyncIterator[MessagesApi]:
    async with MessagesApi() as api:
        yield api


@pytest.fixture
async def make(messages_api: MessagesApi) -> AsyncIterator[Make]:
    """Makes assistants that ask the server; they are closed behind the test."""
    closing: list[Callable[[], Awaitable[None]]] = []

    def made(**options) -> AnthropicAssistant:
        assistant = AnthropicAssistant(KEY, messages_api.url, **{"max_retries": 0, **options})
        closing.append(assistant.close)
        return assistant

    yield made
    for close in closing:
        await close()


@pytest.fixture
def claude(make: Make) -> AnthropicAssistant:
    return make()
