"""Calls to one model through the SDK: streamed or whole, with usage and stop reason."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass

import anthropic
from anthropic import AsyncStream, omit
from anthropic.types import (
    Message,
    OutputConfigParam,
    RawMessageStreamEvent,
    RefusalStopDetails,
)

from services.ai.anthropic import errors, message_params
from services.ai.anthropic.output_format import FREE_TEXT, OutputFormat
from services.ai.anthropic.stream_reader import read_stream
from services.ai.anthropic.usage import to_usage
from services.ai.port import ProviderNotFound, TextChunk, Usage, UsageChunk
from services.ai.prompts.prompt import Prompt


@dataclass(frozen=True, slots=True)
class MessagesClient:
    """Calls one model. `start_timeout` limits the time until an answer begins, over all retries of
    the SDK and the pauses between them; `longest_answer` the time from then to its end."""

    client: anthropic.AsyncAnthropic
    model: str
    max_tokens: int
    output: OutputConfigParam
    start_timeout: float
    longest_answer: float

    async def stream(
        self, prompt: Prompt, output_format: OutputFormat = FREE_TEXT
    ) -> AsyncGenerator[TextChunk | UsageChunk, None]:
        """Stream an answer. Raises AssistantError; for a truncated answer, after its text."""
        with errors.translate_errors():
            events = await self._open(prompt, output_format)
            errors.check_content_type(events.response, "text/event-stream")
            async with aclosing(read_stream(events, self.longest_answer)) as chunks:
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
            self._check_message(message)
            with errors.translate_malformed_response():
                usage = message.usage.to_dict() if message.usage else None
                return message_text(message), to_usage(message.model, usage)

    async def check_connection(self) -> None:
        """Ask for one token. Raises AssistantError."""
        with errors.translate_errors():
            async with asyncio.timeout(self.start_timeout):
                message = await self.client.messages.create(
                    model=self.model, max_tokens=1, messages=[{"role": "user", "content": "ping"}]
                )
        self._check_message(message)

    def _check_message(self, message: object) -> None:
        """Raises ProviderNotFound: the SDK returns the text of a page as it is."""
        if not isinstance(message, Message):
            address = self.client.base_url
            raise ProviderNotFound(f"{address} answers with {type(message).__name__}")

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


def message_text(message: Message) -> str:
    errors.check_stop_reason(message.stop_reason, refusal_reason(message.stop_details))
    return "".join(block.text for block in message.content if block.type == "text")


def refusal_reason(details: RefusalStopDetails | None) -> str | None:
    return details.explanation or details.category if details else None
