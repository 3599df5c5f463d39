"""`sessions chat`: a client of the public API for people without a browser."""

import sys
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import typer
from gql import Client, GraphQLRequest, gql
from gql.client import AsyncClientSession
from gql.transport.exceptions import TransportError
from gql.transport.websockets import WebsocketsTransport
from tenacity import AsyncRetrying, retry_if_exception_type, stop_after_attempt, wait_exponential

START = gql("""
mutation Start($text: String!, $key: String!) {
  createSession(
    input: { sessionType: CHAT, intake: { text: $text }, idempotencyKey: $key }
  ) {
    ... on CreateSessionSuccess { session { id } generation { id cursor } }
    ... on Error { message }
  }
}
""")

SAY = gql("""
mutation Say($session: ID!, $text: String!, $key: String!) {
  sendChatMessage(input: { sessionId: $session, content: $text, idempotencyKey: $key }) {
    ... on SendChatMessageSuccess { session { id } generation { id cursor } }
    ... on Error { message }
  }
}
""")

ANSWER = gql("""
subscription Answer($generation: ID!, $after: String) {
  generationEvents(generationId: $generation, after: $after) {
    __typename
    cursor
    ... on TokenDelta { text }
    ... on GenerationFailed { reason }
    ... on GenerationCancelled { reason }
  }
}
""")

TRIES = 6


def connection(url: str) -> Client:
    address = url.replace("http", "ws", 1)
    return Client(transport=WebsocketsTransport(url=address))


async def chat(url: str, text: str, session_id: str | None) -> int:
    """Say something, print the answer as it is written; return the exit status."""
    try:
        started = await ask(url, text, session_id)
        if message := started.get("message"):
            typer.secho(message, err=True, fg="red")
            return 1
        status = await print_answer(url, started["generation"])
    except (OSError, TransportError) as error:
        typer.secho(f"No server answers at {url} ({error}). Start one: sessions serve", err=True)
        return 1
    typer.secho(f"\nGo on: sessions chat --session {started['session']['id']} '...'", err=True)
    return status


async def ask(url: str, text: str, session_id: str | None) -> dict[str, Any]:
    """Sent with a key, so that asking again after a lost answer asks nothing twice."""
    document = SAY if session_id else START
    request = GraphQLRequest(
        document, variable_values={"session": session_id, "text": text, "key": str(uuid4())}
    )
    async for attempt in again_after_a_cut():
        with attempt:
            async with connection(url) as client:
                result = await client.execute(request)
    [started] = result.values()
    return dict(started)


async def print_answer(url: str, generation: dict[str, str]) -> int:
    """Print to the answer's end, over as many connections as that takes."""
    place = Place(generation["cursor"])
    async for attempt in again_after_a_cut():
        with attempt:
            async with connection(url) as client:
                return await follow(client, generation["id"], place)
    return 1


@dataclass(slots=True)
class Place:
    """How far the answer has been printed."""

    cursor: str


async def follow(client: AsyncClientSession, generation_id: str, place: Place) -> int:
    request = GraphQLRequest(
        ANSWER, variable_values={"generation": generation_id, "after": place.cursor}
    )
    async for result in client.subscribe(request):
        event = result["generationEvents"]
        place.cursor = event["cursor"]
        sys.stdout.write(event.get("text", ""))
        sys.stdout.flush()
        if reason := event.get("reason"):
            typer.secho(f"\n{reason}", err=True, fg="red")
            return 1
    sys.stdout.write("\n")
    return 0


def again_after_a_cut() -> AsyncRetrying:
    return AsyncRetrying(
        retry=retry_if_exception_type((OSError, TransportError)),
        wait=wait_exponential(multiplier=0.2, max=2),
        stop=stop_after_attempt(TRIES),
        reraise=True,
    )
