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
class Endpoint:
    """Where it is, and what one signs in there with, if anything."""

    url: str
    key: str | None = field(default=None, repr=False)

    def create_client(self) -> Client:
        address = self.url.replace("http", "ws", 1)
        said = {"Authorization": f"Bearer {self.key}"} if self.key else {}
        return Client(transport=WebsocketsTransport(url=address, init_payload=said))


class Unauthorized(Exception):
    pass


async def run_chat(server: Endpoint, text: str, session_id: str | None) -> int:
    """Say something, print the answer as it is written; return the exit status."""
    try:
        started = await send_message(server, text, session_id)
        if message := started.get("message"):
            typer.secho(message, err=True, fg="red")
            return 1
        status = await print_answer(server, started["generation"])
    except Unauthorized:
        typer.secho(
            "The server does not let you in: set SESSIONS_API_KEY to a key or token that is valid.",
            err=True,
            fg="red",
        )
        return 1
    except TransportQueryError as error:
        typer.secho(error_text(error), err=True, fg="red")
        return 1
    except (OSError, TransportError) as error:
        typer.secho(
            f"No server answers at {server.url} ({error}). Start one: sessions serve", err=True
        )
        return 1
    typer.secho(f"\nGo on: sessions chat --session {started['session']['id']} '...'", err=True)
    return status


async def send_message(server: Endpoint, text: str, session_id: str | None) -> dict[str, Any]:
    """Sent with a key, so that asking again after a lost answer asks nothing twice."""
    document = SAY if session_id else START
    request = GraphQLRequest(
        document, variable_values={"session": session_id, "text": text, "key": str(uuid4())}
    )
    async for attempt in retry_on_disconnect():
        with attempt:
            async with connect_client(server) as client:
                result = await client.execute(request)
    [started] = result.values()
    return dict(started)


async def print_answer(server: Endpoint, generation: dict[str, str]) -> int:
    """Print to the answer's end, over as many connections as that takes."""
    place = StreamPosition(generation["cursor"])
    async for attempt in retry_on_disconnect():
        with attempt:
            async with connect_client(server) as client:
                return await stream_answer(client, generation["id"], place)
    return 1


@asynccontextmanager
async def connect_client(server: Endpoint) -> AsyncGenerator[AsyncClientSession]:
    """Raises Unauthorized, over which no other try would help."""
    try:
        async with server.create_client() as client:
            yield client
    except TransportConnectionFailed as error:
        if is_forbidden(error.__cause__):
            raise Unauthorized from None
        raise


def is_forbidden(cause: BaseException | None) -> bool:
    received = cause.rcvd if isinstance(cause, ConnectionClosed) else None
    return received is not None and received.code == FORBIDDEN


@dataclass(slots=True)
class StreamPosition:
    """How far the answer has been printed."""

    cursor: str


async def stream_answer(
    client: AsyncClientSession, generation_id: str, place: StreamPosition
) -> int:
    request = GraphQLRequest(
        ANSWER, variable_values={"generation": generation_id, "after": place.cursor}
    )
    async for result in client.subscribe(request):
        event = result["generationEvents"]
        place.cursor = event["cursor"]
        sys.stdout.write(strip_control_chars(event.get("text", "")))
        sys.stdout.flush()
        if reason := event.get("reason"):
            typer.secho(f"\n{reason}", err=True, fg="red")
            return 1
    sys.stdout.write("\n")
    return 0


def strip_control_chars(text: str) -> str:
    """Without what a terminal would take for orders."""
    return "".join(char for char in text if char.isprintable() or char in "\n\t")


def error_text(error: TransportQueryError) -> str:
    """What a server that answers has against it."""
    return "\n".join(each.get("message", "") for each in error.errors or ()) or str(error)


def is_disconnect(error: BaseException) -> bool:
    is_lost = isinstance(error, (OSError, TransportError))
    return is_lost and not isinstance(error, TransportQueryError)


def retry_on_disconnect() -> AsyncRetrying:
    return AsyncRetrying(
        retry=retry_if_exception(is_disconnect),
        wait=wait_exponential(multiplier=0.2, max=2),
        stop=stop_after_attempt(TRIES),
        reraise=True,
    )
