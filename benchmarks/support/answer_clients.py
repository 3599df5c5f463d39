"""Clients that request an answer from each server under test and read it while it streams."""

import json
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any, Protocol

import aiohttp
import anthropic

from benchmarks.support import graphql_client
from benchmarks.support.harness import ServerProcess
from benchmarks.support.litellm_proxy import MASTER_KEY
from services.ai.anthropic.models import MODEL

WATCH_GENERATION = """
subscription Watch($id: ID!) {
  generationEvents(generationId: $id) {
    __typename cursor
    ... on TokenDelta { text }
    ... on GenerationCompleted { message { id } }
  }
}
"""
SEND_MESSAGE = """
mutation Send($chat: ID!, $text: String!) {
  sendChatMessage(input: { sessionId: $chat, content: $text }) {
    ... on SendChatMessageSuccess { generation { id } }
    ... on Error { message }
  }
}
"""
STREAM_ANSWER = "subscription Answer($question: String!) { answer(question: $question) }"


class AnswerClient(Protocol):
    name: str

    def stream_answer(self, prompt: str) -> AsyncIterator[str]:
        """Yields the text of an answer in pieces."""


@dataclass(slots=True)
class ReceivedAnswer:
    """A complete answer; times are those of the monotonic clock."""

    asked_at: float
    first_at: float = 0.0
    text: str = ""
    ended_at: float = 0.0

    @property
    def sent_at(self) -> float:
        """When the provider sent the first token, which contains that time."""
        return float(self.text.split(maxsplit=1)[0])

    @property
    def words(self) -> str:
        """The text after the timestamp, which is the same in every answer."""
        return self.text.partition(" ")[2]


async def read_answer(client: AnswerClient, prompt: str) -> ReceivedAnswer:
    received = ReceivedAnswer(time.monotonic())
    async for piece in client.stream_answer(prompt):
        if not received.text:
            received.first_at = time.monotonic()
        received.text += piece
    received.ended_at = time.monotonic()
    return received


async def read_sse_events(
    http: aiohttp.ClientSession, url: str, body: dict[str, Any], **headers: str
) -> AsyncIterator[dict[str, Any]]:
    accept_headers = {"accept": "text/event-stream", **headers}
    async with http.post(url, json=body, headers=accept_headers) as response:
        assert response.status == 200, await response.text()
        async for line in response.content:
            if line.startswith(b"data: {"):
                yield json.loads(line.removeprefix(b"data: "))


@dataclass
class SdkClient:
    """The Anthropic SDK alone, in the client's process."""

    sdk: anthropic.AsyncAnthropic
    name: str = "raw SDK"

    async def stream_answer(self, prompt: str) -> AsyncIterator[str]:
        events = await self.sdk.messages.create(
            model=MODEL,
            max_tokens=1000,
            messages=[{"role": "user", "content": prompt}],
            stream=True,
        )
        async for event in events:
            if event.type == "content_block_delta" and event.delta.type == "text_delta":
                yield event.delta.text


@dataclass
class ProductClient:
    """Sends a message in an existing chat and subscribes to its generation."""

    http: aiohttp.ClientSession
    server: ServerProcess
    name: str = "ours"
    chats: list[str] = field(default_factory=list)

    async def stream_answer(self, prompt: str) -> AsyncIterator[str]:
        chat = self.chats.pop(0) if self.chats else await self.start_chat(prompt)
        async for text in self.watch_generation(await self.send_message(chat, prompt)):
            yield text
        self.chats.append(chat)

    async def start_chat(self, prompt: str) -> str:
        created = await self.execute_operation(graphql_client.START_CHAT, text=prompt)
        chat, generation = created["createSession"].values()
        async for _ in self.watch_generation(generation["id"]):
            pass
        return str(chat["id"])

    async def send_message(self, chat: str, prompt: str) -> str:
        sent = await self.execute_operation(SEND_MESSAGE, chat=chat, text=prompt)
        return str(sent["sendChatMessage"]["generation"]["id"])

    async def watch_generation(self, generation: str) -> AsyncIterator[str]:
        request = {"query": WATCH_GENERATION, "variables": {"id": generation}}
        async for event in read_sse_events(self.http, self.server.url, request):
            payload = event["data"]["generationEvents"]
            if "text" in payload:
                yield payload["text"]

    async def execute_operation(self, query: str, **variables: str) -> Any:
        body = {"query": query, "variables": variables}
        async with self.http.post(self.server.url, json=body) as response:
            result = await response.json()
        assert "errors" not in result, result
        return result["data"]


@dataclass
class StrawberryClient:
    http: aiohttp.ClientSession
    server: ServerProcess
    name: str = "Strawberry SSE, .stream()"

    async def stream_answer(self, prompt: str) -> AsyncIterator[str]:
        request = {"query": STREAM_ANSWER, "variables": {"question": prompt}}
        async for event in read_sse_events(self.http, self.server.url, request):
            yield event["data"]["answer"]


@dataclass
class LiteLLMMessagesClient:
    """Uses LiteLLM's passthrough of the provider's API, which costs LiteLLM the least CPU."""

    http: aiohttp.ClientSession
    server: ServerProcess
    name: str = "LiteLLM, /v1/messages"

    async def stream_answer(self, prompt: str) -> AsyncIterator[str]:
        messages = [{"role": "user", "content": prompt}]
        request = {"model": MODEL, "max_tokens": 1000, "stream": True, "messages": messages}
        url = f"{self.server.url}v1/messages"
        async for event in read_sse_events(
            self.http, url, request, authorization=f"Bearer {MASTER_KEY}"
        ):
            if event["type"] == "content_block_delta":
                yield event["delta"]["text"]


@dataclass
class LiteLLMChatClient(LiteLLMMessagesClient):
    name: str = "LiteLLM, /v1/chat/completions"

    async def stream_answer(self, prompt: str) -> AsyncIterator[str]:
        messages = [{"role": "user", "content": prompt}]
        request = {"model": MODEL, "max_tokens": 1000, "stream": True, "messages": messages}
        url = f"{self.server.url}v1/chat/completions"
        async for event in read_sse_events(
            self.http, url, request, authorization=f"Bearer {MASTER_KEY}"
        ):
            for choice in event["choices"]:
                if text := choice["delta"].get("content"):
                    yield text
