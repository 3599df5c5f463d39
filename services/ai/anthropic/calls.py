"""One call of a model: the text as it comes, what it costs, and how it ends."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, field

import anthropic
from anthropic import AsyncStream, omit
from anthropic.types import Message, OutputConfigParam, RawMessageStreamEvent, RefusalStopDetails

from services.ai.anthropic import errors, message_params
from services.ai.anthropic.output_format import FREE, Form
from services.ai.anthropic.sse_parser import Input, Wire
from services.ai.anthropic.usage import usage_of
from services.ai.port import TextChunk, Usage, UsageChunk
from services.ai.prompts.prompt import Prompt


@dataclass(frozen=True, slots=True)
class Caller:
    """Calls one model. `patience` bounds the wait for an answer to begin, over all of the SDK's
    retries and the pauses between them."""

    client: anthropic.AsyncAnthropic
    model: str
    max_tokens: int
    output: OutputConfigParam
    patience: float

    async def stream(
        self, prompt: Prompt, form: Form = FREE
    ) -> AsyncGenerator[TextChunk | UsageChunk, None]:
        """Raises AssistantError; when the answer was cut off, after its text."""
        with errors.translated():
            events = await self._open(prompt, form)
            async with aclosing(pieces(Wire(self.client, events))) as found:
                async for piece in found:
                    yield piece

    async def ask(self, prompt: Prompt, form: Form) -> tuple[str, Usage]:
        """The whole answer at once, and its cost. Raises AssistantError."""
        with errors.translated():
            async with asyncio.timeout(self.patience):
                message = await self.client.messages.create(
                    model=self.model,
                    max_tokens=self.max_tokens,
                    system=message_params.system_of(prompt),
                    messages=message_params.messages_of(prompt),
                    output_config={**self.output, **form.output} or omit,
                    tools=form.tools,
                    tool_choice=form.tool_choice,
                )
            with errors.readable():
                return text_in(message), usage_of(message.model, message.usage)

    async def _open(self, prompt: Prompt, form: Form) -> AsyncStream[RawMessageStreamEvent]:
        async with asyncio.timeout(self.patience):
            return await self.client.messages.create(
                model=self.model,
                max_tokens=self.max_tokens,
                system=message_params.system_of(prompt),
                messages=message_params.messages_of(prompt),
                output_config={**self.output, **form.output} or omit,
                tools=form.tools,
                tool_choice=form.tool_choice,
                stream=True,
            )


async def pieces(wire: Wire) -> AsyncGenerator[TextChunk | UsageChunk, None]:
    """The visible text, without the thinking before it. Closing this closes the connection."""
    reader = Reader()
    try:
        async with aclosing(wire.read()) as found:
            async for event in found:
                if isinstance(event, TextChunk):
                    yield event
                elif piece := reader.read(event):
                    yield piece
    finally:
        await wire.stream.close()
    errors.ensure_finished(reader.stop_reason, why(reader.details))


@dataclass(slots=True)
class Reader:
    """Reads the events of one stream, and keeps what they say of its end."""

    usage: Usage = field(default_factory=Usage)
    stop_reason: str | None = None
    details: RefusalStopDetails | None = None

    def read(self, event: RawMessageStreamEvent) -> TextChunk | UsageChunk | None:
        with errors.readable():
            # `"" +`, for what is no text must show here and not where it is kept.
            match event.type:
                case "message_start":
                    self.usage = usage_of(event.message.model, event.message.usage)
                    return UsageChunk(self.usage)
                case "content_block_delta" if event.delta.type == "text_delta":
                    return TextChunk("" + event.delta.text)
                case "content_block_delta" if event.delta.type == "input_json_delta":
                    return Input("" + event.delta.partial_json)
                case "message_delta":
                    self.usage = usage_of(self.usage.model or "", event.usage, self.usage)
                    self.stop_reason = event.delta.stop_reason
                    self.details = event.delta.stop_details
                    return UsageChunk(self.usage)
        return None


def text_in(message: Message) -> str:
    errors.ensure_finished(message.stop_reason, why(message.stop_details))
    return "".join(block.text for block in message.content if block.type == "text")


def why(details: RefusalStopDetails | None) -> str | None:
    return details.explanation or details.category if details else None
