"""A server that speaks the Messages API, on a free port of this machine.

In a test, or as a fixture: `async with MessagesApi() as api`, then `api.enqueue(Reply(...))`,
and `api.url` as the base URL of the client. What it was asked is in `api.requests`.

As a process: `python -m tests.fakes.messages_api --port 0`, which prints its URL.

Without a script it answers what it was told last, word by word, or the smallest object that fits
the schema it was given, as text or by the call of the tool it is forced to call. It is as strict
as the real one: what that answers with 400, this does.
"""

import argparse
import asyncio
import contextlib
import json
import re
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Self

from tests.in_process_server import serving_here

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
    """One scripted answer. The faults strike behind the given number of chunks: 0 is behind the
    start of the answer's block, -1 before it.

    Where the request forces a tool, `text` is the JSON the tool is called with.
    """

    text: str | None = None
    #: The text as it is cut up; by default, into words.
    chunks: list[str] | None = None
    #: Seconds between two chunks.
    delay: float = 0.0
    thinking: str | None = None
    #: Said before the tool is called.
    preface: str | None = None
    #: Of an answer that is cut off or refused; None is `end_turn` or `tool_use`.
    stop_reason: str | None = None
    stop_details: Json | None = None
    #: Nonsense, sent as JSON instead of a message, or as the events of a stream.
    body: Any = None
    usage: Json = field(default_factory=lambda: dict(USAGE))
    status: int = 200
    error_type: str | None = None
    error_message: str = "scripted"
    headers: dict[str, str] = field(default_factory=dict)
    #: Send nothing at all, not even a status, until released or the client is gone.
    is_silent: bool = False
    #: Wait, silent, until released or the client is gone.
    stall_after: int | None = None
    #: Close the connection without a word.
    cut_after: int | None = None
    #: Send an `error` event of `error_type`.
    error_after: int | None = None
    #: End the stream in good order, but without the answer's end.
    end_after: int | None = None
    released: asyncio.Event = field(default_factory=asyncio.Event)
    #: It waits.
    stalled: asyncio.Event = field(default_factory=asyncio.Event)

    def release(self) -> None:
        """Let a stalled or silent answer go on."""
        self.released.set()

    async def before(self, number: int) -> None:
        """Called when that many chunks have been sent."""
        if number == self.stall_after:
            await self.stall()

    async def stall(self) -> None:
        self.stalled.set()
        await self.released.wait()


def failure(status: int, error_type: str, message: str = "scripted", **headers: str) -> Reply:
    """An answer with an error's status: `failure(429, "rate_limit_error", retry_after="1")`."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Reply(status=status, error_type=error_type, error_message=message, headers=named)


@dataclass(slots=True, eq=False)
class Request:
    """A request as it came, and what became of its connection."""

    headers: dict[str, str]
    body: Json
    #: The client went away before the answer's end.
    disconnected: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def key(self) -> str:
        """As older versions of the SDK send it, or as newer ones do."""
        bearer = self.headers.get("authorization", "").removeprefix("Bearer").strip()
        return self.headers.get("x-api-key") or bearer

    @property
    def system(self) -> str:
        return "".join(block["text"] for block in blocks_of(self.body.get("system", [])))

    @property
    def messages(self) -> list[Json]:
        return list(self.body["messages"])

    @property
    def tool(self) -> Json | None:
        """The tool that must be called."""
        name = (self.body.get("tool_choice") or {}).get("name")
        return next((tool for tool in self.body.get("tools", []) if tool["name"] == name), None)

    @property
    def last_text(self) -> str:
        """The last block of the user's last message."""
        return str(blocks_of(self.body["messages"][-1]["content"])[-1]["text"])


def blocks_of(content: str | list[Json]) -> list[Json]:
    return [{"type": "text", "text": content}] if isinstance(content, str) else content


class Cut(Exception):
    """Makes the server drop the connection."""


class MessagesApi:
    """The server: scripted with `enqueue`, asked at `url`, looked into through `requests`.

    Leaving it releases whatever still waits, so a test need not tidy up.
    """

    def __init__(self, port: int = 0, *, delay: float = 0.0) -> None:
        self.requests: list[Request] = []
        self.delay = delay
        self._port = port
        self._replies: deque[Reply] = deque()
        self._given: list[Reply] = []

    @property
    def last(self) -> Request:
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
        body = json.loads(await read(receive))
        headers = {name.decode(): value.decode() for name, value in scope["headers"]}
        request = Request(headers, body)
        self.requests.append(request)
        reply = self._reply_to(scope, request)
        self._given.append(reply)
        await Exchange(request, reply, send).run(receive)

    def _reply_to(self, scope: Json, request: Request) -> Reply:
        if (scope["method"], scope["path"]) != ("POST", "/v1/messages"):
            return failure(404, "not_found_error", f"no {scope['path']}")
        if not request.key:
            return failure(401, "authentication_error", "a key is required")
        if complaint := next(complaints(request.body), None):
            return failure(400, "invalid_request_error", complaint)
        if not self._replies:
            return Reply(default_text(request), delay=self.delay)
        reply = self._replies.popleft()
        if reply.text is None:
            reply.text = default_text(request)
        return reply


async def read(receive: Receive) -> bytes:
    body = b""
    while True:
        event = await receive()
        body += bytes(event.get("body", b""))
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
    output_format = (request.body.get("output_config") or {}).get("format") or {}
    schema = request.tool["input_schema"] if request.tool else output_format.get("schema")
    if schema:
        return json.dumps(smallest(schema, schema, words[-60:]))
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
    return {
        "id": "msg_0",
        "type": "message",
        "role": "assistant",
        "model": request.body["model"],
        "content": [whole_block(request, reply)] if is_whole else [],
        "stop_sequence": None,
        "usage": {**reply.usage, **({"output_tokens": OUTPUT_TOKENS} if is_whole else {})},
        **(ending(request, reply) if is_whole else {"stop_reason": None}),
    }


def ending(request: Request, reply: Reply) -> Json:
    by_itself = "tool_use" if request.tool else "end_turn"
    return {"stop_reason": reply.stop_reason or by_itself, "stop_details": reply.stop_details}


def whole_block(request: Request, reply: Reply) -> Json:
    if request.tool is None:
        return {"type": "text", "text": reply.text}
    return tool_use(request.tool, json.loads(reply.text or "{}"))


def tool_use(tool: Json, given: Any) -> Json:
    return {"type": "tool_use", "id": "toolu_0", "name": tool["name"], "input": given}


def error(reply: Reply) -> Json:
    said = {"type": reply.error_type, "message": reply.error_message}
    return {"type": "error", "error": said, "request_id": "req_0"}


async def send_json(send: Send, status: int, body: Json, headers: dict[str, str]) -> None:
    await send_head(send, status, {"content-type": "application/json", **headers})
    await send({"type": "http.response.body", "body": json.dumps(body).encode()})


async def send_head(send: Send, status: int, headers: dict[str, str]) -> None:
    encoded = [(name.encode(), value.encode()) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": status, "headers": encoded})


class Exchange:
    """One answer, watched for the client's going away."""

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
            raise results[0]  # uvicorn answers it by closing the connection

    async def watch(self, receive: Receive) -> None:
        while (await receive())["type"] != "http.disconnect":
            pass

    async def answer(self) -> None:
        reply = self.reply
        if reply.is_silent:
            await reply.stall()
        if reply.status != 200:
            await send_json(self.send, reply.status, error(reply), reply.headers)
        elif self.request.body.get("stream"):
            await self.stream()
        else:
            body = message(self.request, reply) if reply.body is None else reply.body
            await send_json(self.send, 200, body, reply.headers)

    async def stream(self) -> None:
        await send_head(self.send, 200, {"content-type": "text/event-stream", **self.reply.headers})
        async for event in self.events():
            data = f"event: {event['type']}\ndata: {json.dumps(event)}\n\n"
            await self.send(
                {"type": "http.response.body", "body": data.encode(), "more_body": True}
            )
        await self.send({"type": "http.response.body", "body": b""})

    async def events(self) -> AsyncIterator[Json]:
        reply, request = self.reply, self.request
        if reply.body is not None:
            for event in reply.body:
                yield event
            return
        started = message(request, reply, is_whole=False)
        yield {"type": "message_start", "message": started}
        yield {"type": "ping"}
        if reply.thinking is not None:
            for event in block(0, "thinking", [reply.thinking]):
                yield event
        if reply.preface is not None:
            for event in block(1, "text", [reply.preface]):
                yield event
        chunks = words(reply.text or "") if reply.chunks is None else reply.chunks
        main = call(2, request.tool, chunks) if request.tool else block(2, "text", chunks)
        for number, event in enumerate(main, start=-1):
            if number in (reply.error_after, reply.cut_after, reply.end_after):
                if number == reply.error_after:
                    yield error(reply)
                elif number == reply.cut_after:
                    raise Cut
                return
            await reply.before(number)
            await asyncio.sleep(reply.delay)
            yield event
        yield {
            "type": "message_delta",
            "delta": {**ending(request, reply), "stop_sequence": None},
            "usage": {"output_tokens": OUTPUT_TOKENS},
        }
        yield {"type": "message_stop"}


def words(text: str) -> list[str]:
    return re.findall(r"\s*\S+|\s+$", text)


def block(index: int, kind: str, chunks: list[str]) -> Iterator[Json]:
    """The events of a block of text or thinking."""
    deltas = [{"type": f"{kind}_delta", kind: chunk} for chunk in chunks]
    return events_of(index, {"type": kind, kind: ""}, deltas)


def call(index: int, tool: Json, chunks: list[str]) -> Iterator[Json]:
    """The events of a tool's call."""
    deltas = [{"type": "input_json_delta", "partial_json": chunk} for chunk in chunks]
    return events_of(index, tool_use(tool, {}), deltas)


def events_of(index: int, started: Json, deltas: list[Json]) -> Iterator[Json]:
    yield {"type": "content_block_start", "index": index, "content_block": started}
    for delta in deltas:
        yield {"type": "content_block_delta", "index": index, "delta": delta}
    yield {"type": "content_block_stop", "index": index}


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
