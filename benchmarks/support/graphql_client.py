"""What benchmarks ask of a server."""

from typing import Any

import httpx2

START = """
mutation Start($text: String!) {
  createSession(input: { sessionType: CHAT, intake: { text: $text } }) {
    ... on CreateSessionSuccess { session { id } generation { id } }
    ... on Error { message }
  }
}
"""
STOP = """
mutation Stop($id: ID!) {
  stopGeneration(input: { generationId: $id }) {
    ... on StopGenerationSuccess { generation { status } }
    ... on Error { message }
  }
}
"""


def http() -> httpx2.AsyncClient:
    """One whose connections are kept, as many as it takes."""
    return httpx2.AsyncClient(timeout=60, limits=httpx2.Limits())


async def ask(client: httpx2.AsyncClient, url: str, query: str, **variables: Any) -> Any:
    answer = await client.post(url, json={"query": query, "variables": variables})
    found = answer.json()
    assert "errors" not in found, found
    return found["data"]


async def begin(client: httpx2.AsyncClient, url: str, question: str) -> tuple[str, str]:
    """Ask a question in a new chat; return the ids of the session and of its answer."""
    created = (await ask(client, url, START, text=question))["createSession"]
    return created["session"]["id"], created["generation"]["id"]
