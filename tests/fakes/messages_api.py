"""A server that speaks the Messages API, on a free port of this machine.

In a test: `async with MessagesApi() as api`, then `api.enqueue(Reply(...))`. As a process:
`python -m tests.fakes.messages_api --port 0`, which prints its URL. Without a script it answers
what it was told last, word by word, or the smallest object that fits the schema it was given.
It is as strict as the real one: what that answers with 400, this does.
"""

import argparse
import asyncio
import contextlib
import json
import re
import socket
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Self

import uvicorn

Json = dict[str, Any]
Receive = Callable[[], Awaitable[Json]]
Send = Callable[[Json], Awaitable[None]]

USAGE = {
    "input_tokens": 100,
    "cache_creation_input_tokens": 20,
    "cache_read_input_tokens": 1_000,
    "output_tokens": 1,
}
OUTPUT_TOKENS = 50
WITHOUT_FORCED_TOOLS = re.compile(r"claude-(sonnet-5-5|opus-5-5|fable-5-[12]|mythos-5-[12])")


@dataclass(slots=True, eq=False)
class Reply:
    """One scripted answer. The faults strike behind the given number of chunks."""

    text: str | None = None
    chunks: list[str] | None = None
    delay: float = 0.0
    thinking: str | None = None
    stop_reason: str = "end_turn"
    stop_details: Json | None = None
    usage: Json = field(default_factory=lambda: dict(USAGE))
    status: int = 200
    error_type: str | None = None
    error_message: str = "scripted"
    headers: dict[str, str] = field(default_factory=dict)
    #: Wait, silent, until released or the client is gone.
    stall_after: int | None = None
    #: Close the connection without a word.
    cut_after: int | None = None
    #: Send an `error` event of `error_type`.
    error_after: int | None = None
    #: End the stream in good order, but without the answer's end.
    end_after: int | None = None
    released: asyncio.Event = field(default_factory=asyncio.Event)
    stalled: asyncio.Event = field(default_factory=asyncio.Event)

    def release(self) -> None:
        self.released.set()


def failure(status: int, error_type: str, message: str = "scripted", **headers: str) -> Reply:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Reply(status=status, error_type=error_type, error_message=message, headers=named)


@dataclass(slots=True, eq=False)
class Request:
    headers: dict[str, str]
    body: Json
    #: The client went away before the answer's end.
    disconnected: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def system(self) -> str:
        return "".join(block["text"] for block in blocks_of(self.body.get("system", [])))

    @property
    def last_text(self) -> str:
        """The last block of the user's last message."""
        return str(blocks_of(self.body["messages"][-1]["content"])[-1]["text"])


def blocks_of(content: str | list[Json]) -> list[Json]:
    return [{"type": "text", "text": content}] if isinstance(content, str) else content


class Cut(Exception):
    """Makes the server drop the connection."""


class MessagesApi:
    def __init__(self, port: int = 0, *, delay: float = 0.0) -> None:
        self.requests: list[Request] = []
        self.delay = delay
        self._port = port
        self._replies: deque[Reply] = deque()

    def enqueue(self, *replies: Reply | str) -> Reply:
        """Script the next answers; return the last."""
        scripted = [Reply(reply) if isinstance(reply, str) else reply for reply in replies]
        self._replies.extend(scripted)
        return scripted[-1]

    async def __aenter__(self) -> Self:
        self._socket = socket.create_server(("127.0.0.1", self._port))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        config = uvicorn.Config(
            self, log_config=None, log_level="critical", lifespan="off", ws="none", http="h11",
            timeout_graceful_shutdown=1,
        )  # fmt: skip
        self._server = QuietServer(config)
        self._serving = asyncio.create_task(self._server.serve([self._socket]))
        while not self._server.started:
            await asyncio.sleep(0.001)
        return self

    async def __aexit__(self, *_: object) -> None:
        for reply in self._replies:
            reply.release()
        self._server.should_exit = True
        await self._serving
        self._socket.close()

    async def wait(self) -> None:
        await self._serving

    async def __call__(self, scope: Json, receive: Receive, send: Send) -> None:
        body = json.loads(await read(receive))
        headers = {name.decode(): value.decode() for name, value in scope["headers"]}
        request = Request(headers, body)
        self.requests.append(request)
        reply = self._reply_to(scope, request)
        if reply.status != 200:
            await send_json(send, reply.status, error(reply), reply.headers)
        elif body.get("stream"):
            await Stream(request, reply, send).run(receive)
        else:
            await send_json(send, 200, message(request, reply), reply.headers)

    def _reply_to(self, scope: Json, request: Request) -> Reply:
        if (scope["method"], scope["path"]) != ("POST", "/v1/messages"):
            return failure(404, "not_found_error", f"no {scope['path']}")
        if "x-api-key" not in request.headers:
            return failure(401, "authentication_error", "x-api-key header is required")
        if complaint := next(complaints(request.body), None):
            return failure(400, "invalid_request_error", complaint)
        if not self._replies:
            return Reply(default_text(request), delay=self.delay)
        reply = self._replies.popleft()
        if reply.text is None:
            reply.text = default_text(request)
        return reply


class QuietServer(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


async def read(receive: Receive) -> bytes:
    body = b""
    while True:
        event = await receive()
        body += event.get("body", b"")
        if not event.get("more_body"):
            return body


def complaints(body: Json) -> Iterator[str]:
    """What the real API finds wrong with a request."""
    for name in "model", "max_tokens", "messages":
        if not body.get(name):
            yield f"{name}: Field required"
            return
    messages = body["messages"]
    blocks = [block for message in messages for block in blocks_of(message["content"])]
    if messages[0]["role"] != "user":
        yield "messages: first message must use the user role"
    if messages[-1]["role"] != "user":
        yield "This model does not support assistant message prefill."
    if any(not block["text"].strip() for block in blocks if block["type"] == "text"):
        yield "messages: text content blocks must contain non-whitespace text"
    if sum("cache_control" in block for block in [*blocks, *blocks_of(body.get("system", []))]) > 4:
        yield "A maximum of 4 blocks with cache_control may be provided."
    if body.keys() & {"temperature", "top_p", "top_k"}:
        yield "temperature: not supported for this model."
    forced = body.get("tool_choice", {}).get("type") in ("any", "tool")
    if forced and WITHOUT_FORCED_TOOLS.match(body["model"]):
        yield 'tool_choice: type "tool" and "any" are not supported for this model.'


def default_text(request: Request) -> str:
    words = " ".join(request.last_text.split())
    output_format = (request.body.get("output_config") or {}).get("format")
    if output_format:
        return json.dumps(smallest(output_format["schema"], output_format["schema"], words[-60:]))
    return f"You said: {words[-60:]}"


def smallest(schema: Json, root: Json, text: str) -> Any:
    """A value that fits a schema of the kinds the API takes."""
    if "$ref" in schema:
        return smallest(root["$defs"][schema["$ref"].rsplit("/", 1)[1]], root, text)
    if "enum" in schema:
        return schema["enum"][0]
    if "anyOf" in schema:
        return smallest(schema["anyOf"][-1], root, text)
    match schema["type"]:
        case "object":
            assert schema["additionalProperties"] is False
            return {k: smallest(v, root, text) for k, v in schema["properties"].items()}
        case kind:
            values = {"string": text, "array": [], "boolean": True, "number": 0.5, "integer": 1}
            return values.get(kind)


def message(request: Request, reply: Reply, *, is_whole: bool = True) -> Json:
    ending = {"stop_reason": reply.stop_reason, "stop_details": reply.stop_details}
    return {
        "id": "msg_0",
        "type": "message",
        "role": "assistant",
        "model": request.body["model"],
        "content": [{"type": "text", "text": reply.text}] if is_whole else [],
        "stop_sequence": None,
        "usage": {**reply.usage, **({"output_tokens": OUTPUT_TOKENS} if is_whole else {})},
        **(ending if is_whole else {"stop_reason": None}),
    }


def error(reply: Reply) -> Json:
    said = {"type": reply.error_type, "message": reply.error_message}
    return {"type": "error", "error": said, "request_id": "req_0"}


async def send_json(send: Send, status: int, body: Json, headers: dict[str, str]) -> None:
    await send_head(send, status, {"content-type": "application/json", **headers})
    await send({"type": "http.response.body", "body": json.dumps(body).encode()})


async def send_head(send: Send, status: int, headers: dict[str, str]) -> None:
    encoded = [(name.encode(), value.encode()) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": status, "headers": encoded})


class Stream:
    """One streamed answer, watched for the client's going away."""

    def __init__(self, request: Request, reply: Reply, send: Send) -> None:
        self.request = request
        self.reply = reply
        self.send = send

    async def run(self, receive: Receive) -> None:
        answering = asyncio.ensure_future(self.answer())
        watching = asyncio.ensure_future(self.watch(receive))
        await asyncio.wait([answering, watching], return_when=asyncio.FIRST_COMPLETED)
        if not answering.done():
            self.request.disconnected.set()
        for task in answering, watching:
            task.cancel()
        results = await asyncio.gather(answering, watching, return_exceptions=True)
        if isinstance(results[0], Exception):
            raise results[0]

    async def watch(self, receive: Receive) -> None:
        while (await receive())["type"] != "http.disconnect":
            pass

    async def answer(self) -> None:
        await send_head(self.send, 200, {"content-type": "text/event-stream", **self.reply.headers})
        async for event in self.events():
            data = f"event: {event['type']}\ndata: {json.dumps(event)}\n\n"
            await self.send(
                {"type": "http.response.body", "body": data.encode(), "more_body": True}
            )
        await self.send({"type": "http.response.body", "body": b""})

    async def events(self) -> AsyncIterator[Json]:
        reply = self.reply
        started = message(self.request, reply, is_whole=False)
        yield {"type": "message_start", "message": started}
        yield {"type": "ping"}
        if reply.thinking is not None:
            for event in block(0, "thinking", [reply.thinking]):
                yield event
        chunks = words(reply.text or "") if reply.chunks is None else reply.chunks
        for number, event in enumerate(block(1, "text", chunks), start=-1):
            if number in (reply.error_after, reply.cut_after, reply.end_after):
                if number == reply.error_after:
                    yield error(reply)
                elif number == reply.cut_after:
                    raise Cut
                return
            if number == reply.stall_after:
                reply.stalled.set()
                await reply.released.wait()
            await asyncio.sleep(reply.delay)
            yield event
        ending = {"stop_reason": reply.stop_reason, "stop_details": reply.stop_details}
        yield {
            "type": "message_delta",
            "delta": {**ending, "stop_sequence": None},
            "usage": {"output_tokens": OUTPUT_TOKENS},
        }
        yield {"type": "message_stop"}


def words(text: str) -> list[str]:
    return re.findall(r"\s*\S+|\s+$", text)


def block(index: int, kind: str, chunks: list[str]) -> Iterator[Json]:
    """The events of a content block: its start, one for each chunk, its end."""
    started = {"type": kind, kind: ""}
    yield {"type": "content_block_start", "index": index, "content_block": started}
    for chunk in chunks:
        delta = {"type": f"{kind}_delta", kind: chunk}
        yield {"type": "content_block_delta", "index": index, "delta": delta}
    yield {"type": "content_block_stop", "index": index}


async def serve(port: int, delay: float) -> None:
    async with MessagesApi(port, delay=delay) as api:
        print(api.url, flush=True)
        await api.wait()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--delay", type=float, default=0.0, help="seconds between two words")
    options = parser.parse_args()
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(serve(options.port, options.delay))
