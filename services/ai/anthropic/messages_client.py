"""Calls to one model through the SDK: streamed or whole, with usage and stop reason."""

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any

import anthropic
from anthropic import AsyncStream, omit
from anthropic.types import (
    Message,
    OutputConfigParam,
    RawMessageDeltaEvent,
    RawMessageStartEvent,
    RawMessageStreamEvent,
    RefusalStopDetails,
)

from services.ai.anthropic import errors, message_params
from services.ai.anthropic.output_format import FREE_TEXT, OutputFormat
from services.ai.anthropic.usage import to_usage
from services.ai.port import TextChunk, Usage, UsageChunk
from services.ai.prompts.prompt import Prompt


@dataclass(frozen=True, slots=True)
class ToolInput(TextChunk):
    """The next part of the JSON arguments of a tool call."""


@dataclass(frozen=True, slots=True)
class MessagesClient:
    """Calls one model. `start_timeout` limits the time until an answer begins, over all retries of
    the SDK and the pauses between them."""

    client: anthropic.AsyncAnthropic
    model: str
    max_tokens: int
    output: OutputConfigParam
    start_timeout: float

    async def stream(
        self, prompt: Prompt, output_format: OutputFormat = FREE_TEXT
    ) -> AsyncGenerator[TextChunk | UsageChunk, None]:
        """Stream an answer. Raises AssistantError; for a truncated answer, after its text."""
        with errors.translate_errors():
            events = await self._open(prompt, output_format)
            async with aclosing(read_stream(events)) as chunks:
                async for chunk in chunks:
                    yield chunk

    async def complete(self, prompt: Prompt, output_format: OutputFormat) -> tuple[str, Usage]:
        """Return a whole answer and its usage. Raises AssistantError."""
        with errors.translate_errors():
            async with asyncio.timeout(self.start_timeout):
                message = await self.client.messages.create(
                    model=self.model,
                    max_tokens=self.max_tokens,
                    system=message_params.system_blocks(prompt),
                    messages=message_params.message_list(prompt),
                    output_config={**self.output, **output_format.output} or omit,
                    tools=output_format.tools,
                    tool_choice=output_format.tool_choice,
                )
            with errors.translate_malformed_response():
                return message_text(message), to_usage(message.model, message.usage)

    async def _open(
        self, prompt: Prompt, output_format: OutputFormat
    ) -> AsyncStream[RawMessageStreamEvent]:
        async with asyncio.timeout(self.start_timeout):
            return await self.client.messages.create(
                model=self.model,
                max_tokens=self.max_tokens,
                system=message_params.system_blocks(prompt),
                messages=message_params.message_list(prompt),
                output_config={**self.output, **output_format.output} or omit,
                tools=output_format.tools,
                tool_choice=output_format.tool_choice,
                stream=True,
            )


async def read_stream(
    stream: AsyncStream[RawMessageStreamEvent],
) -> AsyncGenerator[TextChunk | UsageChunk, None]:
    """Yield the visible text, without thinking, and usage. Closing it closes the connection.

    Reads the SDK's undecoded events: its model of an event takes longer to build than all else.
    """
    accumulator = StreamAccumulator()
    async with stream:
        async for event in AsyncStream.raw_events(stream.response):
            if event.event == "error":
                raise errors.error_event(event.data, stream.response)
            if event.data and (chunk := accumulator.add(event.event, event.data)) is not None:
                yield chunk
    errors.check_stop_reason(accumulator.stop_reason, refusal_reason(accumulator.stop_details))


@dataclass(slots=True)
class StreamAccumulator:
    """Turns the events of one stream into chunks, and keeps usage and stop reason."""

    usage: Usage = field(default_factory=Usage)
    stop_reason: str | None = None
    stop_details: RefusalStopDetails | None = None

    def add(self, event_type: str | None, data: str) -> TextChunk | UsageChunk | None:
        with errors.translate_malformed_response():
            match event_type:
                case "content_block_delta":
                    return delta_chunk(json.loads(data)["delta"])
                case "message_start":
                    start = RawMessageStartEvent.model_construct(**json.loads(data))
                    self.usage = to_usage(start.message.model, start.message.usage)
                    return UsageChunk(self.usage)
                case "message_delta":
                    end = RawMessageDeltaEvent.model_construct(**json.loads(data))
                    self.usage = to_usage(self.usage.model or "", end.usage, self.usage)
                    self.stop_reason = end.delta.stop_reason
                    self.stop_details = end.delta.stop_details
                    return UsageChunk(self.usage)
        return None


def delta_chunk(delta: dict[str, Any]) -> TextChunk | None:
    """The text in a delta. Text that is no string raises TypeError here, not in the database."""
    match delta["type"]:
        case "text_delta":
            return TextChunk("" + delta["text"])
        case "input_json_delta":
            return ToolInput("" + delta["partial_json"])
    return None


def message_text(message: Message) -> str:
    errors.check_stop_reason(message.stop_reason, refusal_reason(message.stop_details))
    return "".join(block.text for block in message.content if block.type == "text")


def refusal_reason(details: RefusalStopDetails | None) -> str | None:
    return details.explanation or details.category if details else None
