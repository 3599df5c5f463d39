"""GraphQL client of the benchmarks."""

from typing import Any

import httpx2

START_CHAT = """
mutation Start($text: String!) {
  createSession(input: { sessionType: CHAT, intake: { text: $text } }) {
    ... on CreateSessionSuccess { session { id } generation { id } }
    ... on Error { message }
  }
}
"""
STOP_GENERATION = """
mutation Stop($id: ID!) {
  stopGeneration(input: { generationId: $id }) {
    ... on StopGenerationSuccess { generation { status } }
    ... on Error { message }
  }
}
"""


def create_http_client() -> httpx2.AsyncClient:
    """A client that keeps any number of connections open, for less time than the server does."""
    return httpx2.AsyncClient(timeout=60, limits=httpx2.Limits(keepalive_expiry=2))


async def execute_operation(
    client: httpx2.AsyncClient, url: str, query: str, **variables: Any
) -> Any:
    response = await client.post(url, json={"query": query, "variables": variables})
    body = response.json()
    assert "errors" not in body, body
    return body["data"]


async def start_chat(client: httpx2.AsyncClient, url: str, prompt: str) -> tuple[str, str]:
    """Start a chat with this message; returns the ids of the session and of its generation."""
    created = (await execute_operation(client, url, START_CHAT, text=prompt))["createSession"]
    return created["session"]["id"], created["generation"]["id"]
