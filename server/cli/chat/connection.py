"""Connections of `sessions chat` to the API. A lost one is replaced."""

from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from gql import Client, GraphQLRequest
from gql.client import AsyncClientSession
from gql.transport.exceptions import TransportConnectionFailed, TransportError, TransportQueryError
from gql.transport.websockets import WebsocketsTransport
from tenacity import (
    AsyncRetrying,
    RetryCallState,
    retry_if_exception,
    stop_after_attempt,
    wait_exponential,
)
from websockets.exceptions import ConnectionClosed

MAX_ATTEMPTS = 6
#: Close code of a socket without valid credentials.
FORBIDDEN = 4403

Stop = Callable[[RetryCallState], bool]


def no_report() -> None:
    """Nobody is told of a lost connection."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """The URL of the API, and the API key or token, if any."""

    url: str
    key: str | None = field(default=None, repr=False)
    #: After how many attempts in a row without a connection an operation fails.
    max_attempts: int = MAX_ATTEMPTS
    #: Called when a connection is lost, before the first attempt to replace it.
    report_loss: Callable[[], None] = no_report

    def create_client(self) -> Client:
        url = self.url.replace("http", "ws", 1)
        payload = {"Authorization": f"Bearer {self.key}"} if self.key else {}
        return Client(transport=WebsocketsTransport(url=url, init_payload=payload))

    def retry_on_disconnect(self, stop: Stop | None = None) -> AsyncRetrying:
        """By default the attempts are counted; `stop` decides otherwise."""
        return AsyncRetrying(
            retry=retry_if_exception(is_disconnect),
            wait=wait_exponential(multiplier=0.2, max=2),
            stop=stop or stop_after_attempt(self.max_attempts),
            before_sleep=self._report_first_loss,
            reraise=True,
        )

    def _report_first_loss(self, state: RetryCallState) -> None:
        if state.attempt_number == 1:
            self.report_loss()


class Unauthorized(Exception):
    """The server closed the socket with 4403."""


class Refused(Exception):
    """The result is an error of the operation's union; `str()` is its message."""


#: What ends an operation that the server does not refuse.
FAILURES = (Unauthorized, OSError, TransportError)


def explain_failure(endpoint: Endpoint, error: Exception) -> str:
    """A sentence for the user about one of FAILURES."""
    if isinstance(error, Unauthorized):
        return "The server rejects the credentials: set SESSIONS_API_KEY to a valid key or token."
    if isinstance(error, TransportQueryError):
        return error_text(error)
    return (
        f"No server responds at {endpoint.url} ({error}). Start one with `sessions serve`, or "
        "name another with --url or SESSIONS_PORT."
    )


async def execute(endpoint: Endpoint, operation: GraphQLRequest, **variables: Any) -> Any:
    """The value of the operation's one field. Raises Refused and FAILURES.

    After a disconnect the operation is sent again: give it an idempotency key if a second
    execution would have a second effect.
    """
    request = GraphQLRequest(operation, variable_values=variables)
    async for attempt in endpoint.retry_on_disconnect():
        with attempt:
            async with connect_client(endpoint) as client:
                result = await client.execute(request)
    [value] = result.values()
    if isinstance(value, dict) and (message := value.get("message")):
        raise Refused(message)
    return value


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


def error_text(error: TransportQueryError) -> str:
    """The messages of the GraphQL errors."""
    return "\n".join(each.get("message", "") for each in error.errors or ()) or str(error)


def is_disconnect(error: BaseException) -> bool:
    is_lost = isinstance(error, (OSError, TransportError))
    return is_lost and not isinstance(error, TransportQueryError)
