"""An assistant that says what it was told to say, for tests and demonstrations."""

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
    StepDraft,
    StreamChunk,
    TextChunk,
    Usage,
    UsageChunk,
)
from services.ai.session_snapshot import SessionSnapshot

#: What an answer is made of: text, a gate to wait at, what it costs, the step, how it fails.
ScriptPart = str | asyncio.Event | Usage | StepDraft | AssistantError

SCRIPTED_USAGE = Usage("scripted", input_tokens=10, output_tokens=5, cost_usd=Decimal("0.001"))
SCRIPTED_DESCRIPTION = SessionDescription(
    "A scripted title", "A scripted summary.", "Testing", SCRIPTED_USAGE
)
SCRIPTED_TEXT = "This is a scripted answer."
SCRIPTED_STEP = StepDraft(StepType.QUESTION, "What is this scripted question about?")


@dataclass(slots=True, eq=False)
class ScriptedAnswer:
    """One scripted answer, and where its writing stands."""

    parts: deque[ScriptPart]
    gate: asyncio.Event | None = None
    started: asyncio.Event = field(default_factory=asyncio.Event)
    #: It waits at a gate.
    held: asyncio.Event = field(default_factory=asyncio.Event)
    closed: asyncio.Event = field(default_factory=asyncio.Event)

    def release(self, *rest: ScriptPart) -> None:
        """Let a held answer go on, with `rest` as the rest of it."""
        self.parts.extend(split_into_words(rest))
        if self.gate is not None:
            self.gate.set()


class ScriptedAssistant:
    """Gives the enqueued answers in turn, and its default answer once there are none."""

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
        """Drop what is scripted and what was recorded, for the next test."""
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
        """Script an answer: its parts, then its step, its cost and its failure, as far as given.

        Text is written word by word; of a step without text the content is.
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
        """Script an answer that stops behind `parts` until it is released."""
        gate = asyncio.Event()
        answer = self.enqueue(*parts, gate, usage=usage)
        answer.gate = gate
        return answer

    def enqueue_description(self, description: SessionDescription | AssistantError) -> None:
        self._descriptions.append(description)

    async def write(self, assignment: AssistantRequest) -> AsyncGenerator[StreamChunk, None]:
        self.requests.append(assignment)
        answer = self._next_answer(assignment)
        answer.started.set()
        self.open_calls += 1
        try:
            while answer.parts:
                part = answer.parts.popleft()
                if isinstance(part, asyncio.Event):
                    await wait_at_gate(answer, part)
                    continue
                await asyncio.sleep(self.delay)
                yield to_stream_chunk(part)
        finally:
            self.open_calls -= 1
            self.closed_calls += 1
            answer.closed.set()

    async def describe(self, case: SessionSnapshot) -> SessionDescription:
        self.described_snapshots.append(case)
        found = self._descriptions.popleft() if self._descriptions else SCRIPTED_DESCRIPTION
        if isinstance(found, AssistantError):
            raise found
        return found

    async def close(self) -> None:
        self.is_closed = True

    def _next_answer(self, assignment: AssistantRequest) -> ScriptedAnswer:
        if not self._answers:
            self._enqueue_default(assignment)
        return self._answers.popleft()

    def _enqueue_default(self, assignment: AssistantRequest) -> None:
        if assignment.kind is GenerationKind.GUIDED_STEP:
            self.enqueue(
                SCRIPTED_STEP.content.removeprefix(assignment.written_text), step=SCRIPTED_STEP
            )
        else:
            self.enqueue(SCRIPTED_TEXT.removeprefix(assignment.written_text))


async def wait_at_gate(answer: ScriptedAnswer, gate: asyncio.Event) -> None:
    answer.held.set()
    await gate.wait()
    answer.held.clear()


def split_into_words(parts: Iterable[ScriptPart]) -> Iterator[ScriptPart]:
    """The parts, text split into words, each with the space before it."""
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
