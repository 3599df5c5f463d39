"""However a stream is cut up on its way, it is read as the SDK reads it."""

import json
from collections.abc import AsyncIterator, Iterable
from itertools import pairwise
from typing import Any

import anthropic
import httpx2
import pytest
from anthropic import AsyncStream
from anthropic.types import RawMessageStreamEvent
from hypothesis import given, settings
from hypothesis import strategies as st

from services.ai.anthropic import errors
from services.ai.anthropic.messages_client import Reader, pieces
from services.ai.anthropic.sse_parser import Input, Wire
from services.ai.port import AssistantError, UsageChunk, TextChunk

CLIENT = anthropic.AsyncAnthropic(api_key="a key", open_telemetry=False)
REQUEST = httpx2.Request("POST", "http://provider/v1/messages")
USAGE = {"input_tokens": 20, "output_tokens": 1}
START = {"id": "m", "role": "assistant", "type": "message", "model": "claude-opus-5"}
TEXTS = ["Check", " the ", "käble\n", "\U0001f525", "", '"\\', "\u2028\u2029\x85", " data: \n\n"]


def event(type: str, **more: Any) -> bytes:
    return named(type, json.dumps({"type": type, **more}, ensure_ascii=False).encode())


def named(name: str, data: bytes) -> bytes:
    return b"event: " + name.encode() + b"\ndata: " + data + b"\n\n"


def delta(type: str, **more: Any) -> bytes:
    return event("content_block_delta", index=0, delta={"type": type, **more})


def text(words: str) -> bytes:
    return delta("text_delta", text=words)


STARTED = event("message_start", message={**START, "content": [], "usage": USAGE})
OPENED = event("content_block_start", index=0, content_block={"type": "text", "text": ""})
TEXT = b"".join(map(text, TEXTS))
CLOSED = event("content_block_stop", index=0)
PING = event("ping")


def ended(reason: str, **details: Any) -> bytes:
    told = {"stop_reason": reason, "stop_details": details or None}
    said = event("message_delta", delta=told, usage={"output_tokens": 9})
    return said + event("message_stop")


def failed(kind: str) -> bytes:
    return event("error", error={"type": kind, "message": "Too much"}, request_id="req_0")


WHOLE = STARTED + OPENED + PING + TEXT + CLOSED + ended("end_turn")
THINKING = delta("thinking_delta", thinking="Hm") + delta("signature_delta", signature="abc")
CALL = b"".join(delta("input_json_delta", partial_json=part) for part in ['{"a', '": ', "1}"])
REFUSAL = {"type": "refusal", "category": "cyber", "explanation": "It could do harm."}

STREAMS = {
    "whole": WHOLE,
    "lines end with CR LF": WHOLE.replace(b"\n", b"\r\n"),
    "lines end with CR": WHOLE.replace(b"\n", b"\r"),
    "line ends change": STARTED
    + OPENED
    + TEXT
    + (CLOSED + ended("end_turn")).replace(b"\n", b"\r"),
    "halves of surrogate pairs": STARTED
    + named(
        "content_block_delta",
        rb'{"type":"content_block_delta","delta":'
        rb'{"type":"text_delta","text":"a \ud83d b"}}',
    )
    + ended("end_turn"),
    "thinking first": STARTED + THINKING + TEXT + ended("end_turn"),
    "a call": STARTED + text("I call") + CALL + text("!") + ended("tool_use"),
    "refused": STARTED + text("I") + ended("refusal", **REFUSAL),
    "cut off": STARTED + TEXT + ended("max_tokens"),
    "an error": STARTED + TEXT + failed("overloaded_error") + text("never read"),
    "an error that is no JSON": STARTED + TEXT + named("error", b"<html>"),
    "without its end": STARTED + TEXT,
    "in the middle of an event": STARTED + TEXT + text("lost")[:-2],
    "in the middle of a character": STARTED + TEXT + text("käse")[:-8],
    "bytes that are no text": STARTED + TEXT + text("lost").replace(b"lost", b"\xff\xfe"),
    "bytes that are no JSON": STARTED + TEXT + named("content_block_delta", b"{"),
    "JSON that only Python reads": STARTED
    + named(
        "content_block_delta",
        b'{"type":"content_block_delta","index":NaN,"delta":{"type":"text_delta","text":"read"}}',
    )
    + ended("end_turn"),
    "no object": STARTED + named("content_block_delta", b"[1]"),
    "no delta": STARTED + event("content_block_delta", delta=None),
    "no text": STARTED + delta("text_delta"),
    "text that is none": STARTED + delta("text_delta", text=5),
    "another name than type": STARTED
    + OPENED
    + TEXT.replace(b"event: content", b"event: of")
    + CLOSED,
    "of the future": STARTED + event("of_the_future", text="?") + TEXT + delta("of_the_future"),
    "without names": STARTED + TEXT.replace(b"event: content_block_delta\n", b"") + text("named"),
    "no blank behind the colon": WHOLE.replace(b": ", b":", 2).replace(b"data: ", b"data:"),
    "several lines of data": STARTED
    + b'event: content_block_delta\ndata: {"type": "content_block_delta",\n'
    b'data: "delta": {"type": "text_delta", "text": "read"}}\n\n' + ended("end_turn"),
    "comments, ids and retries": STARTED
    + b": a comment\n\nid: 7\n\nretry: 5\n\n\n\nid: 8\n"
    + text("read")
    + ended("end_turn"),
    "nothing": b"",
}


@pytest.mark.parametrize("stream", STREAMS.values(), ids=STREAMS)
@settings(max_examples=25)
@given(data=st.data())
async def test_it_is_read_as_the_sdk_reads_it(stream: bytes, data: st.DataObject):
    cuts = data.draw(st.lists(st.integers(0, len(stream))))
    assert await outcome(pieces(Wire(CLIENT, opened(parts(stream, cuts))))) == await outcome(
        by_the_sdk(opened([stream]))
    )


@pytest.mark.parametrize("stream", STREAMS.values(), ids=STREAMS)
async def test_byte_by_byte_it_says_the_same(stream: bytes):
    one_by_one = parts(stream, range(len(stream)))
    assert await outcome(pieces(Wire(CLIENT, opened(one_by_one)))) == await outcome(
        by_the_sdk(opened([stream]))
    )


async def test_what_comes_at_once_is_one_piece():
    found = [piece async for piece in pieces(Wire(CLIENT, opened([WHOLE])))]
    assert [piece for piece in found if isinstance(piece, TextChunk)] == [TextChunk("".join(TEXTS))]


async def test_a_piece_does_not_wait_for_the_next():
    async def chunks() -> AsyncIterator[bytes]:
        yield STARTED + text("one")
        raise AssertionError("it has asked for more")

    found = pieces(Wire(CLIENT, opened(chunks())))
    assert isinstance(await anext(found), UsageChunk)
    assert await anext(found) == TextChunk("one")
    await found.aclose()


def parts(stream: bytes, cuts: Iterable[int]) -> list[bytes]:
    places = sorted({0, len(stream), *cuts})
    return [stream[a:b] for a, b in pairwise(places)]


def opened(chunks: Iterable[bytes] | AsyncIterator[bytes]) -> AsyncStream[RawMessageStreamEvent]:
    async def content() -> AsyncIterator[bytes]:
        for chunk in chunks:
            yield chunk

    given = chunks if isinstance(chunks, AsyncIterator) else content()
    response = httpx2.Response(200, request=REQUEST, content=given)
    kind: Any = RawMessageStreamEvent
    return AsyncStream(cast_to=kind, response=response, client=CLIENT)


async def by_the_sdk(
    events: AsyncStream[RawMessageStreamEvent],
) -> AsyncIterator[TextChunk | UsageChunk]:
    """What was read before there was anything faster."""
    reader = Reader()
    async for event in events:
        with errors.readable():
            if event.type == "content_block_delta" and event.delta.type == "text_delta":
                yield TextChunk("" + event.delta.text)
            elif event.type == "content_block_delta" and event.delta.type == "input_json_delta":
                yield Input("" + event.delta.partial_json)
            elif (piece := reader.read(event)) is not None:
                yield piece
    errors.ensure_finished(reader.stop_reason, None)


async def outcome(read: AsyncIterator[TextChunk | UsageChunk]) -> tuple[Any, ...]:
    """What was read, however it was cut up, and how that ended."""
    found: list[Any] = []
    kind: type | None = None
    error: AssistantError | None = None
    try:
        with errors.translated():
            async for piece in read:
                if isinstance(piece, TextChunk) and type(piece) is kind and found:
                    found[-1] += piece.text
                elif isinstance(piece, TextChunk):
                    found.append(piece.text) if piece.text else None
                else:
                    found.append(piece)
                kind = type(piece)
    except AssistantError as failure:
        error = failure
    return found, type(error)
