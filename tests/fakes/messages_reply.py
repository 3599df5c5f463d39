"""A scripted answer of the fake Messages API, as a message or as the events of a stream."""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from typing import Any

from tests.fakes.messages_request import Json, ReceivedRequest

USAGE = {
    "input_tokens": 100,
    "cache_creation_input_tokens": 20,
    "cache_read_input_tokens": 1_000,
    "output_tokens": 1,
}
OUTPUT_TOKENS = 50


class DropConnection(Exception):
    """Makes the server drop the connection."""


@dataclass(slots=True, eq=False)
class Reply:
    """One scripted answer. A fault occurs after the given number of chunks: 0 is after the start of
    the content block, -1 before it.

    Where the request forces a tool call, `text` is the JSON of its arguments.
    """

    text: str | None = None
    #: The chunks of the text; by default its words.
    chunks: list[str] | None = None
    #: Seconds between two chunks.
    delay: float = 0.0
    thinking: str | None = None
    #: Text before the tool call.
    preface: str | None = None
    #: For a truncated or refused answer; None is `end_turn` or `tool_use`.
    stop_reason: str | None = None
    stop_details: Json | None = None
    #: Malformed JSON values, sent instead of a message or as the events of a stream.
    body: Any = None
    #: Raw parts of a stream's body, sent one by one.
    raw: list[bytes] | None = None
    usage: Json = field(default_factory=lambda: dict(USAGE))
    status: int = 200
    error_type: str | None = None
    error_message: str = "scripted"
    headers: dict[str, str] = field(default_factory=dict)
    #: Send nothing, not even a status, until released or until the client disconnects.
    is_silent: bool = False
    #: Stop sending until released or until the client disconnects.
    stall_after: int | None = None
    #: Close the connection.
    cut_after: int | None = None
    #: Send an `error` event of `error_type`.
    error_after: int | None = None
    #: End the response regularly, but without the last events of an answer.
    end_after: int | None = None
    #: Raw parts that are sent again and again behind the others, until the client disconnects.
    repeated: list[bytes] | None = None
    released: asyncio.Event = field(default_factory=asyncio.Event)
    #: Set once it waits.
    stalled: asyncio.Event = field(default_factory=asyncio.Event)

    def release(self) -> None:
        """Let a stalled or silent answer continue."""
        self.released.set()

    async def before(self, number: int) -> None:
        """Called when that many chunks have been sent."""
        if number == self.stall_after:
            await self.stall()

    async def stall(self) -> None:
        self.stalled.set()
        await self.released.wait()


def error_reply(status: int, error_type: str, message: str = "scripted", **headers: str) -> Reply:
    """An error response: `error_reply(429, "rate_limit_error", retry_after="1")`."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Reply(status=status, error_type=error_type, error_message=message, headers=named)


def message_body(request: ReceivedRequest, reply: Reply, *, is_whole: bool = True) -> Json:
    return {
        "id": "msg_0",
        "type": "message",
        "role": "assistant",
        "model": request.body["model"],
        "content": [content_block(request, reply)] if is_whole else [],
        "stop_sequence": None,
        "usage": {**reply.usage, **({"output_tokens": OUTPUT_TOKENS} if is_whole else {})},
        **(stop_fields(request, reply) if is_whole else {"stop_reason": None}),
    }


def stop_fields(request: ReceivedRequest, reply: Reply) -> Json:
    default = "tool_use" if request.tool else "end_turn"
    return {"stop_reason": reply.stop_reason or default, "stop_details": reply.stop_details}


def content_block(request: ReceivedRequest, reply: Reply) -> Json:
    if request.tool is None:
        return {"type": "text", "text": reply.text}
    return tool_use_block(request.tool, json.loads(reply.text or "{}"))


def tool_use_block(tool: Json, arguments: Any) -> Json:
    return {"type": "tool_use", "id": "toolu_0", "name": tool["name"], "input": arguments}


def error_body(reply: Reply) -> Json:
    error = {"type": reply.error_type, "message": reply.error_message}
    return {"type": "error", "error": error, "request_id": "req_0"}


async def stream_parts(request: ReceivedRequest, reply: Reply) -> AsyncIterator[bytes]:
    """The body of a streamed reply, part by part."""
    for part in reply.raw or ():
        yield part
    while reply.repeated is not None:
        for part in reply.repeated:
            yield part
        await asyncio.sleep(0.05)
    if reply.raw is None:
        async for event in stream_events(request, reply):
            yield f"event: {event['type']}\ndata: {json.dumps(event)}\n\n".encode()


async def stream_events(request: ReceivedRequest, reply: Reply) -> AsyncIterator[Json]:
    if reply.body is not None:
        for event in reply.body:
            yield event
        return
    yield {"type": "message_start", "message": message_body(request, reply, is_whole=False)}
    yield {"type": "ping"}
    if reply.thinking is not None:
        for event in text_events(0, "thinking", [reply.thinking]):
            yield event
    if reply.preface is not None:
        for event in text_events(1, "text", [reply.preface]):
            yield event
    for number, event in enumerate(content_events(request, reply), start=-1):
        if number == reply.error_after:
            yield error_body(reply)
        if number == reply.cut_after:
            raise DropConnection
        if number in (reply.error_after, reply.end_after):
            return
        await reply.before(number)
        await asyncio.sleep(reply.delay)
        yield event
    yield {
        "type": "message_delta",
        "delta": {**stop_fields(request, reply), "stop_sequence": None},
        "usage": {"output_tokens": OUTPUT_TOKENS},
    }
    yield {"type": "message_stop"}


def content_events(request: ReceivedRequest, reply: Reply) -> Iterator[Json]:
    chunks = split_words(reply.text or "") if reply.chunks is None else reply.chunks
    if request.tool:
        return tool_call_events(2, request.tool, chunks)
    return text_events(2, "text", chunks)


def split_words(text: str) -> list[str]:
    return re.findall(r"\s*\S+|\s+$", text)


def text_events(index: int, kind: str, chunks: list[str]) -> Iterator[Json]:
    """The events of a block of text or thinking."""
    deltas = [{"type": f"{kind}_delta", kind: chunk} for chunk in chunks]
    return block_events(index, {"type": kind, kind: ""}, deltas)


def tool_call_events(index: int, tool: Json, chunks: list[str]) -> Iterator[Json]:
    deltas = [{"type": "input_json_delta", "partial_json": chunk} for chunk in chunks]
    return block_events(index, tool_use_block(tool, {}), deltas)


def block_events(index: int, block: Json, deltas: list[Json]) -> Iterator[Json]:
    yield {"type": "content_block_start", "index": index, "content_block": block}
    for delta in deltas:
        yield {"type": "content_block_delta", "index": index, "delta": delta}
    yield {"type": "content_block_stop", "index": index}
