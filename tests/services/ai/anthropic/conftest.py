"""The real SDK against the fake Messages API."""

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from services.ai.anthropic.assistant import AnthropicAssistant
from tests.fakes.messages_api import MessagesApi

API_KEY = "sk-ant-test-0123456789abcdef"

MakeAssistant = Callable[..., AnthropicAssistant]


@pytest.fixture
async def messages_api() -> AsyncIterator[MessagesApi]:
    async with MessagesApi() as api:
        yield api


@pytest.fixture
async def make_assistant(messages_api: MessagesApi) -> AsyncIterator[MakeAssistant]:
    """A factory of assistants that call the server; they are closed after the test."""
    closing: list[Callable[[], Awaitable[None]]] = []

    def make(**options) -> AnthropicAssistant:
        assistant = AnthropicAssistant(API_KEY, messages_api.url, **{"max_retries": 0, **options})
        closing.append(assistant.close)
        return assistant

    yield make
    for close in closing:
        await close()


@pytest.fixture
def claude(make_assistant: MakeAssistant) -> AnthropicAssistant:
    return make_assistant()
