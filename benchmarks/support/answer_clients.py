"""How one asks each of the contestants for an answer, and reads it while it is written."""

import json
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any, Protocol

import aiohttp
import anthropic

from benchmarks.support import graphql_client
from benchmarks.support.harness import Running
from benchmarks.support.litellm_proxy import KEY
from services.ai.anthropic.models import MODEL

WATCH = """
subscription Watch($id: ID!) {
  generationEvents(generationId: $id) {
    __typename cursor
    ... on TokenDelta { text }
    ... on GenerationCompleted { message { id } }
  }
}
"""
SEND = """
mutation Send($chat: ID!, $text: String!) {
  sendChatMessage(input: { sessionId: $chat, content: $text }) {
    ... on SendChatMessageSuccess { generation { id } }
    ... on Error { message }
  }
}
"""
ANSWER = "subscription Answer($question: String!) { answer(question: $question) }"


class Teller(Protocol):
    name: str

    def tell(self, question: str) -> AsyncIterator[str]:
        """The text of an answer, piece by piece."""


@dataclass(slots=True)
class Told:
    """An answer as it was read; times are those of the monotonic clock."""

    asked_at: float
    first_at: float = 0.0
    text: str = ""
    ended_at: float = 0.0

    @property
    def sent_at(self) -> float:
        """When the provider sent the first token, which says so."""
        return float(self.text.split(maxsplit=1)[0])

    @property
    def words(self) -> str:
        """What is the same in each answer."""
        return self.text.partition(" ")[2]


async def told(teller: Teller, question: str) -> Told:
    found = Told(time.monotonic())
    async for piece in teller.tell(question):
        if not found.text:
            found.first_at = time.monotonic()
        found.text += piece
    found.ended_at = time.monotonic()
    return found


async def events(
    http: aiohttp.ClientSession, url: str, body: dict[str, Any], **headers: str
) -> AsyncIterator[dict[str, Any]]:
    accepted = {"accept": "text/event-stream", **headers}
    async with http.post(url, json=body, headers=accepted) as answer:
        assert answer.status == 200, await answer.text()
        async for line in answer.content:
            if line.startswith(b"data: {"):
                yield json.loads(line.removeprefix(b"data: "))


@dataclass
class Raw:
    """The SDK itself, in the process that asks."""

    sdk: anthropic.AsyncAnthropic
    name: str = "raw SDK"

    async def tell(self, question: str) -> AsyncIterator[str]:
        found = await self.sdk.messages.create(
            model=MODEL,
            max_tokens=1000,
            messages=[{"role": "user", "content": question}],
            stream=True,
        )
        async for event in found:
            if event.type == "content_block_delta" and event.delta.type == "text_delta":
                yield event.delta.text


@dataclass
class Ours:
    """A message in a chat of some length, and the subscription to its answer."""

    http: aiohttp.ClientSession
    running: Running
    name: str = "ours"
    chats: list[str] = field(default_factory=list)

    async def tell(self, question: str) -> AsyncIterator[str]:
        chat = self.chats.pop(0) if self.chats else await self.new_chat(question)
        async for text in self.watch(await self.send(chat, question)):
            yield text
        self.chats.append(chat)

    async def new_chat(self, question: str) -> str:
        chat, generation = (await self.ask(graphql_client.START, text=question))["createSession"].values()
        async for _ in self.watch(generation["id"]):
            pass
        return str(chat["id"])

    async def send(self, chat: str, question: str) -> str:
        sent = await self.ask(SEND, chat=chat, text=question)
        return str(sent["sendChatMessage"]["generation"]["id"])

    async def watch(self, generation: str) -> AsyncIterator[str]:
        asked = {"query": WATCH, "variables": {"id": generation}}
        async for event in events(self.http, self.running.url, asked):
            found = event["data"]["generationEvents"]
            if "text" in found:
                yield found["text"]

    async def ask(self, query: str, **variables: str) -> Any:
        body = {"query": query, "variables": variables}
        async with self.http.post(self.running.url, json=body) as answer:
            found = await answer.json()
        assert "errors" not in found, found
        return found["data"]


@dataclass
class Stock:
    http: aiohttp.ClientSession
    running: Running
    name: str = "Strawberry SSE, .stream()"

    async def tell(self, question: str) -> AsyncIterator[str]:
        asked = {"query": ANSWER, "variables": {"question": question}}
        async for event in events(self.http, self.running.url, asked):
            yield event["data"]["answer"]


@dataclass
class LiteLLM:
    """By the same API as the provider's, which costs it least."""

    http: aiohttp.ClientSession
    running: Running
    name: str = "LiteLLM, /v1/messages"

    async def tell(self, question: str) -> AsyncIterator[str]:
        said = [{"role": "user", "content": question}]
        asked = {"model": MODEL, "max_tokens": 1000, "stream": True, "messages": said}
        url = f"{self.running.url}v1/messages"
        async for event in events(self.http, url, asked, authorization=f"Bearer {KEY}"):
            if event["type"] == "content_block_delta":
                yield event["delta"]["text"]


@dataclass
class LiteLLMChat(LiteLLM):
    name: str = "LiteLLM, /v1/chat/completions"

    async def tell(self, question: str) -> AsyncIterator[str]:
        said = [{"role": "user", "content": question}]
        asked = {"model": MODEL, "max_tokens": 1000, "stream": True, "messages": said}
        url = f"{self.running.url}v1/chat/completions"
        async for event in events(self.http, url, asked, authorization=f"Bearer {KEY}"):
            for choice in event["choices"]:
                if text := choice["delta"].get("content"):
                    yield text
