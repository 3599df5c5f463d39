"""A stream as it comes over the wire. What is nearly all of it, pieces of text, is read out of the
bytes at once; whatever looks any other way is the SDK's to read, as if it had come alone."""

from collections.abc import AsyncGenerator, AsyncIterator, Iterable, Iterator
from contextlib import aclosing
from dataclasses import dataclass
from itertools import groupby
from typing import Any, cast

import anthropic
import httpx2
import orjson
from anthropic import AsyncStream
from anthropic.types import RawMessageStreamEvent

from services.ai.port import TextChunk

Event = RawMessageStreamEvent

#: Between two events. A server may end its lines otherwise, which the other says.
GAP = b"\n\n"
LINE_END = b"\r"
NAME = b"event: "
DATA = b"\ndata: "

#: Nothing that is shown, kept or counted.
SILENT = {"content_block_start", "content_block_stop", "message_stop"}
SILENT_DELTAS = {"thinking_delta", "signature_delta"}


@dataclass(frozen=True, slots=True)
class Input(TextChunk):
    """The next piece of the JSON a tool is called with."""


NOTHING = TextChunk("")


@dataclass(frozen=True, slots=True)
class Wire:
    """One stream of the SDK's, read in its stead."""

    client: anthropic.AsyncAnthropic
    stream: AsyncStream[Event]

    async def read(self) -> AsyncGenerator[TextChunk | Event, None]:
        """What has come at once is one piece. Raises what the SDK raises."""
        unread = b""
        async with aclosing(self.stream.response.aiter_bytes()) as chunks:
            async for chunk in chunks:
                unread += chunk
                if LINE_END in chunk:
                    break
                *events, unread = unread.split(GAP)
                texts = [quickly(event) for event in events]
                if None in texts:
                    async for found in self._read_all(events, texts):
                        yield found
                    continue
                # Nearly always. A generator for each piece would take longer than reading it does.
                for piece in joined(texts):
                    yield piece
            async for event in self._by_the_sdk(before(unread, chunks)):
                yield event

    async def _read_all(
        self, events: Iterable[bytes], texts: Iterable[TextChunk | None]
    ) -> AsyncGenerator[TextChunk | Event, None]:
        read: list[TextChunk | None] = []
        for event, text in zip(events, texts, strict=True):
            read.append(text)
            if text is not None:
                continue
            for piece in joined(read):
                yield piece
            read.clear()
            async for parsed in self._by_the_sdk(event + GAP):
                yield parsed
        for piece in joined(read):
            yield piece

    def _by_the_sdk(self, content: bytes | AsyncIterator[bytes]) -> AsyncStream[Event]:
        original = self.stream.response
        response = httpx2.Response(
            original.status_code,
            headers={k: v for k, v in original.headers.items() if k == "request-id"},
            request=original.request,
            content=content,
        )
        return AsyncStream(cast_to=cast(Any, Event), response=response, client=self.client)


async def before(first: bytes, rest: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield first
    async for chunk in rest:
        yield chunk


def quickly(event: bytes) -> TextChunk | None:
    """The text in an event of the usual form; None where it takes more than this to tell."""
    name, found, data = event.partition(DATA)
    if not found or not name.startswith(NAME) or b"\n" in name or b"\n" in data:
        return None
    named = name[len(NAME) :].decode(errors="replace")
    if named == "ping":
        return NOTHING
    try:
        told = orjson.loads(data)
        return text_in(told) if told["type"] == named else None
    except (orjson.JSONDecodeError, KeyError, TypeError):
        return None


def text_in(event: dict[str, Any]) -> TextChunk | None:
    if event["type"] in SILENT:
        return NOTHING
    if event["type"] != "content_block_delta":
        return None
    delta = event["delta"]
    match delta["type"]:
        case "text_delta":
            return written(TextChunk, delta["text"])
        case "input_json_delta":
            return written(Input, delta["partial_json"])
    return NOTHING if delta["type"] in SILENT_DELTAS else None


def written(kind: type[TextChunk], text: object) -> TextChunk | None:
    return kind(text) if isinstance(text, str) else None


def joined(texts: Iterable[TextChunk | None]) -> Iterator[TextChunk]:
    """The same in as few pieces as say it."""
    for kind, pieces in groupby((piece for piece in texts if piece and piece.text), key=type):
        yield kind("".join(piece.text for piece in pieces))
