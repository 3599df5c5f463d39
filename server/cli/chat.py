"""`sessions chat`: a client of the public API for people without a browser."""

import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import typer
from gql import Client, GraphQLRequest, gql
from gql.client import AsyncClientSession
from gql.transport.exceptions import (
    TransportConnectionFailed,
    TransportError,
    TransportQueryError,
)
from gql.transport.websockets import WebsocketsTransport
from tenacity import AsyncRetrying, retry_if_exception, stop_after_attempt, wait_exponential
from websockets.exceptions import ConnectionClosed

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
#: What a socket is closed with whose caller may not come in, or not any more.
FORBIDDEN = 4403


@dataclass(frozen=True, slots=True)
class Server:
    """Where it is, and what one signs in there with, if anything."""

    url: str
    key: str | None = field(default=None, repr=False)

    def connection(self) -> Client:
        address = self.url.replace("http", "ws", 1)
        said = {"Authorization": f"Bearer {self.key}"} if self.key else {}
        return Client(transport=WebsocketsTransport(url=address, init_payload=said))


class NotLetIn(Exception):
    pass


async def chat(server: Server, text: str, session_id: str | None) -> int:
    """Say something, print the answer as it is written; return the exit status."""
    try:
        started = await ask(server, text, session_id)
        if message := started.get("message"):
            typer.secho(message, err=True, fg="red")
            return 1
        status = await print_answer(server, started["generation"])
    except NotLetIn:
        typer.secho(
            "The server does not let you in: set SESSIONS_API_KEY to a key or token that is valid.",
            err=True,
            fg="red",
        )
        return 1
    except TransportQueryError as error:
        typer.secho(said_of(error), err=True, fg="red")
        return 1
    except (OSError, TransportError) as error:
        typer.secho(
            f"No server answers at {server.url} ({error}). Start one: sessions serve", err=True
        )
        return 1
    typer.secho(f"\nGo on: sessions chat --session {started['session']['id']} '...'", err=True)
    return status


async def ask(server: Server, text: str, session_id: str | None) -> dict[str, Any]:
    """Sent with a key, so that asking again after a lost answer asks nothing twice."""
    document = SAY if session_id else START
    request = GraphQLRequest(
        document, variable_values={"session": session_id, "text": text, "key": str(uuid4())}
    )
    async for attempt in again_after_a_cut():
        with attempt:
            async with connected(server) as client:
                result = await client.execute(request)
    [started] = result.values()
    return dict(started)


async def print_answer(server: Server, generation: dict[str, str]) -> int:
    """Print to the answer's end, over as many connections as that takes."""
    place = Place(generation["cursor"])
    async for attempt in again_after_a_cut():
        with attempt:
            async with connected(server) as client:
                return await follow(client, generation["id"], place)
    return 1


@asynccontextmanager
async def connected(server: Server) -> AsyncGenerator[AsyncClientSession]:
    """Raises NotLetIn, over which no other try would help."""
    try:
        async with server.connection() as client:
            yield client
    except TransportConnectionFailed as error:
        if is_refusal(error.__cause__):
            raise NotLetIn from None
        raise


def is_refusal(cause: BaseException | None) -> bool:
    received = cause.rcvd if isinstance(cause, ConnectionClosed) else None
    return received is not None and received.code == FORBIDDEN


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
        sys.stdout.write(harmless(event.get("text", "")))
        sys.stdout.flush()
        if reason := event.get("reason"):
            typer.secho(f"\n{reason}", err=True, fg="red")
            return 1
    sys.stdout.write("\n")
    return 0


def harmless(text: str) -> str:
    """Without what a terminal would take for orders."""
    return "".join(char for char in text if char.isprintable() or char in "\n\t")


def said_of(error: TransportQueryError) -> str:
    """What a server that answers has against it."""
    return "\n".join(each.get("message", "") for each in error.errors or ()) or str(error)


def is_cut(error: BaseException) -> bool:
    is_lost = isinstance(error, (OSError, TransportError))
    return is_lost and not isinstance(error, TransportQueryError)


def again_after_a_cut() -> AsyncRetrying:
    return AsyncRetrying(
        retry=retry_if_exception(is_cut),
        wait=wait_exponential(multiplier=0.2, max=2),
        stop=stop_after_attempt(TRIES),
        reraise=True,
    )
