"""Reads the stream of one answer: text, usage, stop reason.

Reads the SDK's undecoded events: its model of an event takes longer to build than all else. An
event may lack any field that the Messages API sends; what an earlier event has said remains.
"""

import asyncio
import codecs
import json
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any, cast

import httpx2
from anthropic import AsyncStream
from anthropic.types import RawMessageStreamEvent

from services.ai.anthropic import errors
from services.ai.anthropic.usage import to_usage
from services.ai.port import AnswerTimedOut, TextChunk, Usage, UsageChunk

#: Seconds that the end of a stream may take after its stop reason: nothing of the answer follows.
END_GRACE = 2.0


@dataclass(frozen=True, slots=True)
class ToolInput(TextChunk):
    """The next part of the JSON arguments of a tool call."""


async def read_stream(
    stream: AsyncStream[RawMessageStreamEvent], longest_answer: float
) -> AsyncGenerator[TextChunk | UsageChunk, None]:
    """Yield the visible text, without thinking, and usage. Closing it closes the connection.

    The answer ends with `message_stop`, or shortly after its stop reason, even if the connection
    stays open. Raises AnswerTimedOut after `longest_answer` seconds without a stop reason.
    """
    accumulator = StreamAccumulator()
    now = asyncio.get_running_loop().time
    deadline = now() + longest_answer
    body = cast(httpx2.Response, BodyWithoutByteOrderMark(stream.response))
    async with stream, aclosing(cast(Any, AsyncStream.raw_events(body))) as events:
        while not accumulator.has_ended:
            try:
                async with asyncio.timeout_at(deadline) as timeout:
                    event = await anext(events, None)
            except (TimeoutError, httpx2.HTTPError, httpx2.StreamError):
                if accumulator.stop_reason is None and timeout.expired():
                    raise AnswerTimedOut(f"no end after {longest_answer:g} s") from None
                if accumulator.stop_reason is None:
                    raise
                break
            if event is None:
                break
            chunk = read_event(accumulator, event, stream.response)
            if accumulator.stop_reason is not None:
                deadline = min(deadline, now() + END_GRACE)
            if chunk is not None:
                yield chunk
    if rest := accumulator.close():
        yield rest
    errors.check_stop_reason(accumulator.stop_reason, accumulator.refusal)


def read_event(
    accumulator: "StreamAccumulator", event: Any, response: httpx2.Response
) -> TextChunk | UsageChunk | None:
    """Raises APIStatusError for an `error` event, unless the answer has its stop reason."""
    if event.event == "error":
        if accumulator.stop_reason is None:
            raise errors.error_event(event.data, response)
        return None
    return accumulator.add(event.event, event.data) if event.data else None


@dataclass(frozen=True, slots=True)
class BodyWithoutByteOrderMark:
    """The body of a response. The SDK takes a byte order mark for a part of the first field."""

    response: httpx2.Response

    async def aiter_bytes(self) -> AsyncIterator[bytes]:
        start = b""
        is_start = True
        async for chunk in self.response.aiter_bytes():
            if is_start:
                start += chunk
                if codecs.BOM_UTF8.startswith(start):
                    continue
                chunk, is_start = start.removeprefix(codecs.BOM_UTF8), False
            yield chunk


@dataclass(slots=True)
class StreamAccumulator:
    """Turns the events of one stream into chunks, and keeps usage and stop reason."""

    usage: Usage = field(default_factory=Usage)
    stop_reason: str | None = None
    refusal: str | None = None
    has_ended: bool = False
    #: The first half of a character beyond U+FFFF, if a delta ends with it; and the chunk's type.
    _half: TextChunk | None = None

    def add(self, event_type: str | None, data: str) -> TextChunk | UsageChunk | None:
        """Raises AssistantError for an event that the Messages API does not define."""
        with errors.translate_malformed_response():
            event = json.loads(data)
            match event_type or event.get("type"):
                case "content_block_delta":
                    return self._join_halves(delta_chunk(event["delta"]))
                case "content_block_start":
                    return self._join_halves(delta_chunk(event["content_block"]))
                case "message_start":
                    message = event["message"]
                    self.usage = to_usage(message.get("model"), message.get("usage"))
                    return UsageChunk(self.usage)
                case "message_delta":
                    self._add_message_delta(event.get("delta") or {})
                    self.usage = to_usage(self.usage.model, event.get("usage"), self.usage)
                    return UsageChunk(self.usage)
                case "message_stop":
                    self.has_ended = True
        return None

    def close(self) -> TextChunk | None:
        """The half of a character that nothing has followed."""
        half, self._half = self._half, None
        return half

    def _add_message_delta(self, delta: dict[str, Any]) -> None:
        self.stop_reason = delta.get("stop_reason") or self.stop_reason
        self.refusal = refusal_reason(delta.get("stop_details")) or self.refusal

    def _join_halves(self, chunk: TextChunk | None) -> TextChunk | None:
        if chunk is None:
            return None
        text = chunk.text
        if self._half is not None:
            text = (
                (self._half.text + text)
                .encode("utf-16", "surrogatepass")
                .decode("utf-16", "surrogatepass")
            )
            self._half = None
        if text and "\ud800" <= text[-1] <= "\udbff":
            self._half, text = type(chunk)(text[-1]), text[:-1]
        return type(chunk)(text) if text else None


def delta_chunk(delta: dict[str, Any]) -> TextChunk | None:
    """The text in a delta, or at the start of a block. Text that is no string raises TypeError
    here, not in the database."""
    match delta.get("type"):
        case "text_delta" | "text":
            return TextChunk("" + delta["text"])
        case "input_json_delta":
            return ToolInput("" + delta["partial_json"])
    return None


def refusal_reason(details: dict[str, Any] | None) -> str | None:
    return (details.get("explanation") or details.get("category")) if details else None
