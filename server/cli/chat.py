"""`sessions chat`: a terminal client of the public API."""

import os
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import typer
from gql import Client, GraphQLRequest, gql
from gql.client import AsyncClientSession
from gql.transport.exceptions import TransportConnectionFailed, TransportError, TransportQueryError
from gql.transport.websockets import WebsocketsTransport
from tenacity import AsyncRetrying, retry_if_exception, stop_after_attempt, wait_exponential
from websockets.exceptions import ConnectionClosed

CREATE_CHAT = gql("""
mutation Start($text: String!, $key: String!) {
  createSession(
    input: { sessionType: CHAT, intake: { text: $text }, idempotencyKey: $key }
  ) {
    ... on CreateSessionSuccess { session { id } generation { id cursor } }
    ... on Error { message }
  }
}
""")

SEND_MESSAGE = gql("""
mutation Say($session: ID!, $text: String!, $key: String!) {
  sendChatMessage(input: { sessionId: $session, content: $text, idempotencyKey: $key }) {
    ... on SendChatMessageSuccess { session { id } generation { id cursor } }
    ... on Error { message }
  }
}
""")

GENERATION_EVENTS = gql("""
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

MAX_ATTEMPTS = 6
#: Close code of a socket without valid credentials.
FORBIDDEN = 4403


@dataclass(frozen=True, slots=True)
class Endpoint:
    """The URL of the API, and the API key or token, if any."""

    url: str
    key: str | None = field(default=None, repr=False)

    def create_client(self) -> Client:
        url = self.url.replace("http", "ws", 1)
        payload = {"Authorization": f"Bearer {self.key}"} if self.key else {}
        return Client(transport=WebsocketsTransport(url=url, init_payload=payload))


class Unauthorized(Exception):
    """The server closed the socket with 4403."""


async def run_chat(endpoint: Endpoint, text: str, session_id: str | None) -> int:
    """Send a message and print the answer as it is written; return the exit status."""
    try:
        started = await submit_message(endpoint, text, session_id)
        if message := started.get("message"):
            return print_error(message)
        status = await print_answer(endpoint, started["generation"])
    except Unauthorized:
        return print_error(
            "The server rejects the credentials: set SESSIONS_API_KEY to a valid key or token."
        )
    except TransportQueryError as error:
        return print_error(error_text(error))
    except BrokenPipeError:
        # The reader of this program's output, such as `head`, has enough.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except (OSError, TransportError) as error:
        typer.secho(
            f"No server responds at {endpoint.url} ({error}). Start one with `sessions serve`, or "
            "name another with --url or SESSIONS_PORT.",
            err=True,
        )
        return 1
    typer.secho(f"\nContinue: sessions chat --session {started['session']['id']} '...'", err=True)
    return status


def print_error(message: str) -> int:
    """Returns the exit status."""
    typer.secho(message, err=True, fg="red")
    return 1


async def submit_message(endpoint: Endpoint, text: str, session_id: str | None) -> dict[str, Any]:
    """Send with an idempotency key, so that a retry after a disconnect has no second effect."""
    operation = SEND_MESSAGE if session_id else CREATE_CHAT
    request = GraphQLRequest(
        operation, variable_values={"session": session_id, "text": text, "key": str(uuid4())}
    )
    async for attempt in retry_on_disconnect():
        with attempt:
            async with connect_client(endpoint) as client:
                result = await client.execute(request)
    [started] = result.values()
    return dict(started)


async def print_answer(endpoint: Endpoint, generation: dict[str, str]) -> int:
    """Print the answer to its end, with a new connection after each disconnect."""
    variables = {"generation": generation["id"], "after": generation["cursor"]}
    async for attempt in retry_on_disconnect():
        with attempt:
            async with connect_client(endpoint) as client:
                return await stream_answer(client, variables)
    return 1


@asynccontextmanager
async def connect_client(endpoint: Endpoint) -> AsyncGenerator[AsyncClientSession]:
    """Raises Unauthorized, which is not retried."""
    try:
        async with endpoint.create_client() as client:
            yield client
    except TransportConnectionFailed as error:
        if is_forbidden(error.__cause__):
            raise Unauthorized from None
        raise


def is_forbidden(cause: BaseException | None) -> bool:
    received = cause.rcvd if isinstance(cause, ConnectionClosed) else None
    return received is not None and received.code == FORBIDDEN


async def stream_answer(client: AsyncClientSession, variables: dict[str, str]) -> int:
    """Print text as it arrives; return the exit status. Sets `after` to the last event printed."""
    request = GraphQLRequest(GENERATION_EVENTS, variable_values=dict(variables))
    async for result in client.subscribe(request):
        event = result["generationEvents"]
        variables["after"] = event["cursor"]
        sys.stdout.write(strip_control_chars(event.get("text", "")))
        sys.stdout.flush()
        if reason := event.get("reason"):
            return print_error(f"\n{reason}")
    sys.stdout.write("\n")
    return 0


def strip_control_chars(text: str) -> str:
    """Without the control characters of terminal escape sequences."""
    return "".join(char for char in text if char.isprintable() or char in "\n\t")


def error_text(error: TransportQueryError) -> str:
    """The messages of the GraphQL errors."""
    return "\n".join(each.get("message", "") for each in error.errors or ()) or str(error)


def is_disconnect(error: BaseException) -> bool:
    is_lost = isinstance(error, (OSError, TransportError))
    return is_lost and not isinstance(error, TransportQueryError)


def retry_on_disconnect() -> AsyncRetrying:
    return AsyncRetrying(
        retry=retry_if_exception(is_disconnect),
        wait=wait_exponential(multiplier=0.2, max=2),
        stop=stop_after_attempt(MAX_ATTEMPTS),
        reraise=True,
    )
