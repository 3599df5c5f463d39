"""A scripted assistant for tests and demonstrations."""

import asyncio
import re
from collections import deque
from collections.abc import AsyncGenerator, Iterable, Iterator
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import ClassVar

from models import GenerationKind, StepType
from services.ai.port import (
    AssistantError,
    AssistantRequest,
    SessionDescription,
    StepChunk,
    StreamChunk,
    TextChunk,
    Usage,
    UsageChunk,
)
from services.ai.session_snapshot import SessionSnapshot
from services.flows.flow_tree import StepDraft

#: A part of a scripted answer: text, a gate to wait at, usage, a step, or the error to raise.
ScriptPart = str | asyncio.Event | Usage | StepDraft | AssistantError

SCRIPTED_USAGE = Usage("scripted", input_tokens=10, output_tokens=5, cost_usd=Decimal("0.001"))
SCRIPTED_DESCRIPTION = SessionDescription(
    "A scripted title", "A scripted summary.", "Testing", SCRIPTED_USAGE
)
SCRIPTED_TEXT = "This is a scripted answer."
SCRIPTED_STEP = StepDraft(StepType.QUESTION, "What is this scripted question about?")


@dataclass(slots=True, eq=False)
class ScriptedAnswer:
    """One scripted answer and its progress."""

    parts: deque[ScriptPart]
    gate: asyncio.Event | None = None
    started: asyncio.Event = field(default_factory=asyncio.Event)
    #: Set while the answer waits at a gate.
    held: asyncio.Event = field(default_factory=asyncio.Event)
    closed: asyncio.Event = field(default_factory=asyncio.Event)

    def release(self, *rest: ScriptPart) -> None:
        """Let a held answer continue, with `rest` appended to it."""
        self.parts.extend(split_into_words(rest))
        if self.gate is not None:
            self.gate.set()


class ScriptedAssistant:
    """Returns the enqueued answers in order, then its default answer."""

    name: ClassVar[str] = "scripted"
    expected_usage = SCRIPTED_USAGE

    def __init__(self, *, delay: float = 0.0) -> None:
        self.delay = delay
        self.requests: list[AssistantRequest] = []
        self.described_snapshots: list[SessionSnapshot] = []
        self.open_calls = 0
        self.closed_calls = 0
        self.is_closed = False
        self._answers: deque[ScriptedAnswer] = deque()
        self._descriptions: deque[SessionDescription | AssistantError] = deque()

    def reset(self) -> None:
        """Remove scripted answers and recorded requests, for the next test."""
        for recorded in (
            self.requests,
            self.described_snapshots,
            self._answers,
            self._descriptions,
        ):
            recorded.clear()
        self.delay, self.open_calls, self.closed_calls = 0.0, 0, 0

    def enqueue(
        self,
        *parts: ScriptPart,
        step: StepDraft | None = None,
        usage: Usage | None = SCRIPTED_USAGE,
        error: AssistantError | None = None,
    ) -> ScriptedAnswer:
        """Script an answer: its parts, then its step, usage and error where given.

        Text is streamed word by word. Without text, the content of the step is streamed.
        """
        text = (step.content,) if step and not parts else ()
        ending = [part for part in (step, usage, error) if part is not None]
        opening = [replace(usage, output_tokens=0)] if usage else []
        answer = ScriptedAnswer(deque(split_into_words([*opening, *text, *parts, *ending])))
        self._answers.append(answer)
        return answer

    def enqueue_held(
        self, *parts: ScriptPart, usage: Usage | None = SCRIPTED_USAGE
    ) -> ScriptedAnswer:
        """Script an answer that stops after `parts` until it is released."""
        gate = asyncio.Event()
        answer = self.enqueue(*parts, gate, usage=usage)
        answer.gate = gate
        return answer

    def enqueue_description(self, description: SessionDescription | AssistantError) -> None:
        self._descriptions.append(description)

    async def stream_answer(self, request: AssistantRequest) -> AsyncGenerator[StreamChunk, None]:
        self.requests.append(request)
        answer = self._next_answer(request)
        answer.started.set()
        self.open_calls += 1
        try:
            while answer.parts:
                part = answer.parts.popleft()
                if isinstance(part, asyncio.Event):
                    answer.held.set()
                    await part.wait()
                    answer.held.clear()
                    continue
                await asyncio.sleep(self.delay)
                yield to_stream_chunk(part)
        finally:
            self.open_calls -= 1
            self.closed_calls += 1
            answer.closed.set()

    async def describe_session(self, snapshot: SessionSnapshot) -> SessionDescription:
        self.described_snapshots.append(snapshot)
        scripted = self._descriptions.popleft() if self._descriptions else SCRIPTED_DESCRIPTION
        if isinstance(scripted, AssistantError):
            raise scripted
        return scripted

    async def check_connection(self) -> None:
        """There is no provider."""

    async def close(self) -> None:
        self.is_closed = True

    def _next_answer(self, request: AssistantRequest) -> ScriptedAnswer:
        if not self._answers:
            step = SCRIPTED_STEP if request.kind is GenerationKind.GUIDED_STEP else None
            text = step.content if step else SCRIPTED_TEXT
            self.enqueue(text.removeprefix(request.written_text), step=step)
        return self._answers.popleft()


def split_into_words(parts: Iterable[ScriptPart]) -> Iterator[ScriptPart]:
    """Yield the parts, with text split into words; a word carries the space before it."""
    for part in parts:
        if isinstance(part, str):
            yield from re.findall(r"\s*\S+|\s+", part)
        else:
            yield part


def to_stream_chunk(part: str | Usage | StepDraft | AssistantError) -> StreamChunk:
    match part:
        case str():
            return TextChunk(part)
        case Usage():
            return UsageChunk(part)
        case StepDraft():
            return StepChunk(part)
        case _:
            raise part
