"""A fake server of the Messages API on a free port of this machine.

In a test or a fixture: `async with MessagesApi() as api`, then `api.enqueue(Reply(...))`, with
`api.url` as the client's base URL. `api.requests` holds the requests it received.

As a process: `python -m tests.fakes.messages_api --port 0`, which prints its URL.

Without a script it repeats the last text of the request word by word, or answers with the smallest
value that matches the schema of the request. It validates requests as the real API does.
"""

import argparse
import asyncio
import contextlib
import json
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Self

from tests.fakes.messages_reply import Reply, error_body, error_reply, message_body, stream_parts
from tests.fakes.messages_request import Json, ReceivedRequest, default_text, validation_errors
from tests.in_process_server import serving_here

Receive = Callable[[], Awaitable[Json]]
Send = Callable[[Json], Awaitable[None]]


class MessagesApi:
    """The server: `enqueue` scripts its answers, `requests` holds what it received.

    On exit it releases all answers that still wait.
    """

    def __init__(self, port: int = 0, *, delay: float = 0.0) -> None:
        self.requests: list[ReceivedRequest] = []
        self.delay = delay
        self._port = port
        self._replies: deque[Reply] = deque()
        self._given: list[Reply] = []

    @property
    def last(self) -> ReceivedRequest:
        return self.requests[-1]

    def enqueue(self, *replies: Reply | str) -> Reply:
        """Script the next answers; return the last."""
        scripted = [Reply(reply) if isinstance(reply, str) else reply for reply in replies]
        self._replies.extend(scripted)
        return scripted[-1]

    async def __aenter__(self) -> Self:
        self._serving = serving_here(self, port=self._port, lifespan="off", ws="none", http="h11")
        self.url = (await self._serving.__aenter__()).url
        return self

    async def __aexit__(self, *_: object) -> None:
        for reply in self._given:
            reply.release()
        await self._serving.__aexit__(None, None, None)

    async def __call__(self, scope: Json, receive: Receive, send: Send) -> None:
        body = json.loads(await read_body(receive))
        headers = {name.decode(): value.decode() for name, value in scope["headers"]}
        request = ReceivedRequest(headers, body)
        self.requests.append(request)
        reply = self._reply_to(scope, request)
        self._given.append(reply)
        await ReplyExchange(request, reply, send).run(receive)

    def _reply_to(self, scope: Json, request: ReceivedRequest) -> Reply:
        if (scope["method"], scope["path"]) != ("POST", "/v1/messages"):
            return error_reply(404, "not_found_error", f"no {scope['path']}")
        if not request.key:
            return error_reply(401, "authentication_error", "a key is required")
        if problem := next(validation_errors(request.body), None):
            return error_reply(400, "invalid_request_error", problem)
        if not self._replies:
            return Reply(default_text(request), delay=self.delay)
        reply = self._replies.popleft()
        if reply.text is None:
            reply.text = default_text(request)
        return reply


async def read_body(receive: Receive) -> bytes:
    body = b""
    while True:
        event = await receive()
        body += bytes(event.get("body", b""))
        if not event.get("more_body"):
            return body


async def send_json(send: Send, status: int, body: Json, headers: dict[str, str]) -> None:
    await send_head(send, status, {"content-type": "application/json", **headers})
    await send({"type": "http.response.body", "body": json.dumps(body).encode()})


async def send_head(send: Send, status: int, headers: dict[str, str]) -> None:
    encoded = [(name.encode(), value.encode()) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": status, "headers": encoded})


class ReplyExchange:
    """Sends one answer, and stops when the client disconnects."""

    def __init__(self, request: ReceivedRequest, reply: Reply, send: Send) -> None:
        self.request = request
        self.reply = reply
        self.send = send

    async def run(self, receive: Receive) -> None:
        answering = asyncio.ensure_future(self.answer())
        watching = asyncio.ensure_future(self.wait_for_disconnect(receive))
        await asyncio.wait([answering, watching], return_when=asyncio.FIRST_COMPLETED)
        if not answering.done():
            self.request.disconnected.set()
        for task in answering, watching:
            task.cancel()
        results = await asyncio.gather(answering, watching, return_exceptions=True)
        if isinstance(results[0], Exception):
            raise results[0]  # uvicorn closes the connection then

    async def wait_for_disconnect(self, receive: Receive) -> None:
        while (await receive())["type"] != "http.disconnect":
            pass

    async def answer(self) -> None:
        reply = self.reply
        if reply.is_silent:
            await reply.stall()
        if reply.status != 200:
            await send_json(self.send, reply.status, error_body(reply), reply.headers)
        elif self.request.body.get("stream") or reply.raw is not None:
            await self.stream()
        else:
            body = message_body(self.request, reply) if reply.body is None else reply.body
            await send_json(self.send, 200, body, reply.headers)

    async def stream(self) -> None:
        await send_head(self.send, 200, {"content-type": "text/event-stream", **self.reply.headers})
        async for part in stream_parts(self.request, self.reply):
            await self.send({"type": "http.response.body", "body": part, "more_body": True})
        await self.send({"type": "http.response.body", "body": b""})


async def serve(port: int, delay: float) -> None:
    async with MessagesApi(port, delay=delay) as api:
        print(api.url, flush=True)
        await asyncio.Event().wait()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--delay", type=float, default=0.0, help="seconds between two words")
    options = parser.parse_args()
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(serve(options.port, options.delay))
