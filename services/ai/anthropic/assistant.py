"""Answers from Claude, or from any server that speaks the Messages API."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import replace
from typing import ClassVar, TypeVar

from pydantic import ValidationError

from models import GenerationKind
from services.ai.anthropic.messages_client import Caller
from services.ai.anthropic.sdk_client import client
from services.ai.anthropic.models import MODEL, SMALL_MODEL, Effort, effort_config
from services.ai.anthropic.output_format import output
from services.ai.anthropic.output_schemas import DescriptionAnswer, json_in
from services.ai.anthropic.prices import cost
from services.ai.anthropic.steps import write_step
from services.ai.port import (
    AssistantError,
    AssistantRequest,
    SessionDescription,
    StreamChunk,
    TextChunk,
    Usage,
    UsageChunk,
)
from services.ai.prompts import describe, prompt_for
from services.ai.redact import Redactor, is_short, redact, redact_case
from services.ai.session_snapshot import SessionSnapshot

#: Thinking counts as well as text.
MAX_TOKENS = 16_000
DESCRIPTION_TOKENS = 2_000
#: A session of some length, and an answer of two pages with the thinking before it.
EXPECTED = Usage(input_tokens=8_000, output_tokens=3_000)

DESCRIPTION = output(DescriptionAnswer)


T = TypeVar("T")


class AnthropicAssistant:
    """`timeout` is how long the provider may be silent; its pings are a sign of life.
    `max_retries` is how often the SDK may try again in that time, before an answer begins.
    Nothing is tried again once it has begun."""

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
        max_retries: int = 2,
    ) -> None:
        self._client = client(api_key, base_url, timeout=timeout, max_retries=max_retries)
        self.expected_usage = expected(model)
        usual = effort_config(model, effort)
        self._caller = Caller(self._client, model, max_tokens, usual, timeout)
        low = effort_config(small_model, "low")
        self._small = Caller(self._client, small_model, DESCRIPTION_TOKENS, low, timeout)

    async def write(self, assignment: AssistantRequest) -> AsyncGenerator[StreamChunk, None]:
        is_quick = not assignment.written_text and is_short(assignment.snapshot)
        assignment = await aside(without_secrets, assignment, is_quick=is_quick)
        async with aclosing(self._pieces(assignment)) as pieces:
            async for piece in pieces:
                yield piece

    def _pieces(self, assignment: AssistantRequest) -> AsyncGenerator[StreamChunk, None]:
        prompt = prompt_for(assignment)
        if assignment.kind is GenerationKind.GUIDED_STEP:
            return write_step(self._caller, prompt, assignment.written_text)
        pieces = self._caller.stream(prompt)
        return pieces if assignment.kind.is_turn else redacted(pieces)

    async def describe(self, case: SessionSnapshot) -> SessionDescription:
        prompt = describe.prompt(await aside(redact_case, case, is_quick=is_short(case)))
        text, usage = await self._small.ask(prompt, DESCRIPTION)
        try:
            answer = DescriptionAnswer.model_validate_json(json_in(text))
        except ValidationError:
            raise AssistantError("the description does not fit its schema") from None
        return SessionDescription(
            title=answer.title_line(),
            summary=answer.summary_line(),
            domain=answer.domain_line(),
            usage=usage,
        )

    async def close(self) -> None:
        await self._client.close()


def expected(model: str) -> Usage:
    usage = replace(EXPECTED, model=model)
    return replace(usage, cost_usd=cost(usage))


def without_secrets(assignment: AssistantRequest) -> AssistantRequest:
    return replace(
        assignment,
        snapshot=redact_case(assignment.snapshot),
        written_text=redact(assignment.written_text),
    )


async def aside(work: Callable[[T], T], given: T, *, is_quick: bool) -> T:
    """In a thread, unless it is done sooner than one is there: a long log takes its time."""
    return work(given) if is_quick else await asyncio.to_thread(work, given)


async def redacted(
    pieces: AsyncGenerator[TextChunk | UsageChunk, None],
) -> AsyncGenerator[StreamChunk, None]:
    """The pieces of a document, free of secrets even where the model has found some."""
    redactor = Redactor()
    failure: AssistantError | None = None
    async with aclosing(pieces):
        try:
            async for piece in pieces:
                match piece:
                    case TextChunk(text):
                        if safe := redactor.feed(text):
                            yield TextChunk(safe)
                    case _:
                        yield piece
        except AssistantError as error:
            failure = error
    if rest := redactor.close():
        yield TextChunk(rest)
    if failure:
        raise failure
