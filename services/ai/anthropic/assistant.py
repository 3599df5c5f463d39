"""Answers from Claude, or from any server that implements the Messages API."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import replace
from typing import ClassVar, TypeVar

from pydantic import ValidationError

from models import GenerationKind
from services.ai.anthropic.messages_client import MessagesClient
from services.ai.anthropic.models import MODEL, SMALL_MODEL, Effort, effort_config
from services.ai.anthropic.output_format import structured_output
from services.ai.anthropic.output_schemas import DescriptionAnswer, extract_json_object
from services.ai.anthropic.sdk_client import create_client
from services.ai.anthropic.steps import stream_step
from services.ai.anthropic.usage import with_cost
from services.ai.port import (
    AssistantError,
    AssistantRequest,
    SessionDescription,
    StepChunk,
    StreamChunk,
    TextChunk,
    Usage,
)
from services.ai.prompts.builder import build_prompt
from services.ai.prompts.description import description_prompt
from services.ai.prompts.prompt import Prompt
from services.ai.redact.gate import count_characters, redact_value
from services.ai.redact.redactor import Redactor
from services.ai.session_snapshot import SessionSnapshot

#: Thinking counts as well as text.
MAX_TOKENS = 16_000
DESCRIPTION_TOKENS = 2_000
#: A session of some length, and an answer of two pages with the thinking before it.
#: Seconds. The longest answers, with the thinking before them, take some minutes.
LONGEST_ANSWER = 900.0
EXPECTED_USAGE = Usage(input_tokens=8_000, output_tokens=3_000)

DESCRIPTION_FORMAT = structured_output(DescriptionAnswer)

#: Characters of a request whose prompt takes less time to build than a thread would take to start.
SHORT_REQUEST = 2_000

T = TypeVar("T")


class AnthropicAssistant:
    """`timeout` limits the provider's silence in seconds; its pings end a silence. `longest_answer`
    limits a whole answer in seconds.
    `max_retries` limits the SDK's retries within that time, before an answer begins. Once it has
    begun, nothing is retried here. `redacts_answers`: mask secrets also in replies and steps, which
    then arrive line by line. In documents, titles and summaries they always are."""

    name: ClassVar[str] = "anthropic"

    def __init__(
        self,
        api_key: str,
        base_url: str | None = None,
        *,
        model: str = MODEL,
        small_model: str = SMALL_MODEL,
        effort: Effort | None = "medium",
        max_tokens: int = MAX_TOKENS,
        timeout: float = 60.0,
        longest_answer: float = LONGEST_ANSWER,
        max_retries: int = 2,
        redacts_answers: bool = False,
    ) -> None:
        self._redacts_answers = redacts_answers
        self._client = create_client(api_key, base_url, timeout=timeout, max_retries=max_retries)
        self.expected_usage = with_cost(replace(EXPECTED_USAGE, model=model))
        config = effort_config(model, effort)
        self._messages = MessagesClient(
            self._client, model, max_tokens, config, timeout, longest_answer
        )
        low = effort_config(small_model, "low")
        self._small = MessagesClient(
            self._client, small_model, DESCRIPTION_TOKENS, low, timeout, longest_answer
        )

    async def stream_answer(self, request: AssistantRequest) -> AsyncGenerator[StreamChunk, None]:
        request = await redact_value(request)
        prompt = await build_in_thread(build_prompt, request)
        async with aclosing(self._chunks(request, prompt)) as chunks:
            async for chunk in chunks:
                yield chunk

    def _chunks(
        self, request: AssistantRequest, prompt: Prompt
    ) -> AsyncGenerator[StreamChunk, None]:
        chunks: AsyncGenerator[StreamChunk, None]
        if request.kind is GenerationKind.GUIDED_STEP:
            chunks = stream_step(self._messages, prompt, request.written_text)
        else:
            chunks = self._messages.stream(prompt)
        is_kept = request.kind.is_turn and not self._redacts_answers
        return chunks if is_kept else redact_stream(chunks)

    async def describe_session(self, snapshot: SessionSnapshot) -> SessionDescription:
        prompt = await build_in_thread(description_prompt, await redact_value(snapshot))
        text, usage = await self._small.complete(prompt, DESCRIPTION_FORMAT)
        try:
            answer = DescriptionAnswer.model_validate_json(extract_json_object(text))
        except ValidationError:
            raise AssistantError("the description does not match its schema") from None
        description = SessionDescription(
            title=answer.title_line(), summary=answer.summary_line(), domain=answer.domain_line()
        )
        return replace(await redact_value(description), usage=usage)

    async def check_connection(self) -> None:
        await self._messages.check_connection()

    async def close(self) -> None:
        await self._client.close()


async def build_in_thread(build: Callable[[T], Prompt], source: T) -> Prompt:
    """A long log takes long to mark, so that runs in a thread; a short text takes less time than
    the thread would."""
    if count_characters(source) <= SHORT_REQUEST:
        return build(source)
    return await asyncio.to_thread(build, source)


async def redact_stream(
    chunks: AsyncGenerator[StreamChunk, None],
) -> AsyncGenerator[StreamChunk, None]:
    """Redact the text of an answer, for the model itself may write a secret."""
    redactor = Redactor()
    failure: AssistantError | None = None
    async with aclosing(chunks):
        try:
            async for chunk in chunks:
                match chunk:
                    case TextChunk(text):
                        if safe := redactor.feed(text):
                            yield TextChunk(safe)
                    case StepChunk(step):
                        if rest := redactor.close():
                            yield TextChunk(rest)
                        redactor = Redactor()
                        yield StepChunk(await redact_value(step))
                    case _:
                        yield chunk
        except AssistantError as error:
            failure = error
    if rest := redactor.close():
        yield TextChunk(rest)
    if failure:
        raise failure
