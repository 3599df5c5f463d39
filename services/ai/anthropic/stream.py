"""One call of a model: the text as it comes, what it costs, and how it ends."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass

import anthropic
from anthropic import AsyncStream, omit
from anthropic.types import Message, OutputConfigParam, RawMessageStreamEvent, RefusalStopDetails

from services.ai import Spent, Text, Usage
from services.ai.anthropic import errors, requests
from services.ai.anthropic.usage import usage_of
from services.ai.prompts.prompt import Prompt


@dataclass(frozen=True, slots=True)
class Caller:
    """Calls one model. `patience` bounds the wait for an answer to begin over all of the SDK's
    retries, however long the provider tells it to wait in between."""

    client: anthropic.AsyncAnthropic
    model: str
    max_tokens: int
    output: OutputConfigParam
    patience: float

    async def stream(
        self, prompt: Prompt, output: OutputConfigParam | None = None
    ) -> AsyncGenerator[Text | Spent, None]:
        """Raises AssistantError; when the answer was cut off, after its text."""
        with errors.translated():
            events = await self._open(prompt, output)
            async with aclosing(pieces(events)) as found:
                async for piece in found:
                    yield piece

    async def ask(self, prompt: Prompt, output: OutputConfigParam) -> Message:
        """The whole answer at once. Raises AssistantError."""
        with errors.translated():
            async with asyncio.timeout(self.patience):
                message = await self.client.messages.create(
                    model=self.model,
                    max_tokens=self.max_tokens,
                    system=requests.system_of(prompt),
                    messages=requests.messages_of(prompt),
                    output_config={**self.output, **output},
                )
            errors.ensure_finished(message.stop_reason, why(message.stop_details))
            return message

    async def _open(
        self, prompt: Prompt, output: OutputConfigParam | None
    ) -> AsyncStream[RawMessageStreamEvent]:
        output = {**self.output, **(output or {})}
        async with asyncio.timeout(self.patience):
            return await self.client.messages.create(
                model=self.model,
                max_tokens=self.max_tokens,
                system=requests.system_of(prompt),
                messages=requests.messages_of(prompt),
                output_config=output or omit,
                stream=True,
            )


async def pieces(events: AsyncStream[RawMessageStreamEvent]) -> AsyncGenerator[Text | Spent, None]:
    """The visible text, without the thinking before it. Closing this closes the connection."""
    usage = Usage()
    stop_reason, details = None, None
    try:
        async for event in events:
            match event.type:
                case "message_start":
                    usage = usage_of(event.message.model, event.message.usage)
                    yield Spent(usage)
                case "content_block_delta" if event.delta.type == "text_delta":
                    yield Text(event.delta.text)
                case "message_delta":
                    usage = usage_of(usage.model or "", event.usage, usage)
                    yield Spent(usage)
                    stop_reason, details = event.delta.stop_reason, event.delta.stop_details
    finally:
        await events.close()
    errors.ensure_finished(stop_reason, why(details))


def why(details: RefusalStopDetails | None) -> str | None:
    return details.explanation or details.category if details else None
