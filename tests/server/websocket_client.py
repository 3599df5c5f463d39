"""A WebSocket as a client holds it, message by message."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from websockets.sync.client import ClientConnection, connect

from tests.server_process import Served

POST = """POST /graphql HTTP/1.1\r
Host: 127.0.0.1\r
Accept: text/event-stream\r
Content-Type: application/json\r
Content-Length: {length}\r
\r
{body}"""
PROTOCOL = "graphql-transport-ws"
PATIENCE = 60


def address(served: Served) -> str:
    return served.url.replace("http", "ws", 1)


def posted(query: str, **variables: Any) -> bytes:
    """A request for a stream, as it goes over a bare socket."""
    body = json.dumps({"query": query, "variables": variables})
    return POST.format(length=len(body), body=body).encode()


class Socket:
    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection

    def send(self, **message: Any) -> None:
        self.connection.send(json.dumps(message))

    def receive(self) -> dict[str, Any]:
        """The next message, always text: browsers' clients parse nothing else."""
        received = self.connection.recv(timeout=PATIENCE)
        assert isinstance(received, str)
        return dict(json.loads(received))

    def subscribe(self, query: str, /, operation: str = "1", **variables: Any) -> None:
        payload = {"query": query, "variables": variables}
        self.send(id=operation, type="subscribe", payload=payload)

    def results(self) -> Iterator[dict[str, Any]]:
        while (message := self.receive())["type"] == "next":
            yield message["payload"]
        assert message["type"] == "complete", message

    def refusal(self) -> str:
        """The code of the operation that is answered next."""
        message = self.receive()
        assert message["type"] == "error", message
        return str(message["payload"][0]["extensions"]["code"])


@contextmanager
def socket_to(served: Served) -> Iterator[Socket]:
    """Open, and introduced."""
    with connect(address(served), subprotocols=[PROTOCOL]) as connection:
        socket = Socket(connection)
        socket.send(type="connection_init")
        assert socket.receive()["type"] == "connection_ack"
        yield socket
