"""An assistant that says what it was told to say, for tests and demonstrations."""

import asyncio
import re
from collections import deque
from collections.abc import AsyncGenerator, Iterable, Iterator
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import ClassVar

from models import GenerationKind, StepType
from services.ai.case import Case
from services.ai.port import (
    Assignment,
    AssistantError,
    Description,
    Piece,
    Spent,
    StepDraft,
    StepWritten,
    Text,
    Usage,
)

#: What an answer is made of: text, a gate to wait at, what it costs, the step, how it fails.
Part = str | asyncio.Event | Usage | StepDraft | AssistantError

USAGE = Usage("scripted", input_tokens=10, output_tokens=5, cost_usd=Decimal("0.001"))
DESCRIPTION = Description("A scripted title", "A scripted summary.", "Testing", USAGE)
TEXT = "This is a scripted answer."
STEP = StepDraft(StepType.QUESTION, "What is this scripted question about?")


@dataclass(slots=True, eq=False)
class Answer:
    """One scripted answer, and where its writing stands."""

    parts: deque[Part]
    gate: asyncio.Event | None = None
    started: asyncio.Event = field(default_factory=asyncio.Event)
    #: It waits at a gate.
    held: asyncio.Event = field(default_factory=asyncio.Event)
    closed: asyncio.Event = field(default_factory=asyncio.Event)

    def release(self, *rest: Part) -> None:
        """Let a held answer go on, with `rest` as the rest of it."""
        self.parts.extend(in_pieces(rest))
        if self.gate is not None:
            self.gate.set()


class ScriptedAssistant:
    """Gives the enqueued answers in turn, and its default answer once there are none."""

    name: ClassVar[str] = "scripted"
    expected = USAGE

    def __init__(self, *, delay: float = 0.0) -> None:
        self.delay = delay
        self.assignments: list[Assignment] = []
        self.described: list[Case] = []
        self.open_calls = 0
        self.closed_calls = 0
        self.is_closed = False
        self._answers: deque[Answer] = deque()
        self._descriptions: deque[Description | AssistantError] = deque()

    def enqueue(
        self,
        *parts: Part,
        step: StepDraft | None = None,
        usage: Usage | None = USAGE,
        error: AssistantError | None = None,
    ) -> Answer:
        """Script an answer: its parts, then its step, its cost and its failure, as far as given.

        Text is written word by word; of a step without text the content is.
        """
        text = (step.content,) if step and not parts else ()
        ending = [part for part in (step, usage, error) if part is not None]
        opening = [replace(usage, output_tokens=0)] if usage else []
        answer = Answer(deque(in_pieces([*opening, *text, *parts, *ending])))
        self._answers.append(answer)
        return answer

    def enqueue_held(self, *parts: Part, usage: Usage | None = USAGE) -> Answer:
        """Script an answer that stops behind `parts` until it is released."""
        gate = asyncio.Event()
        answer = self.enqueue(*parts, gate, usage=usage)
        answer.gate = gate
        return answer

    def enqueue_description(self, description: Description | AssistantError) -> None:
        self._descriptions.append(description)

    async def write(self, assignment: Assignment) -> AsyncGenerator[Piece, None]:
        self.assignments.append(assignment)
        answer = self._next_answer(assignment)
        answer.started.set()
        self.open_calls += 1
        try:
            while answer.parts:
                part = answer.parts.popleft()
                if isinstance(part, asyncio.Event):
                    await hold(answer, part)
                    continue
                await asyncio.sleep(self.delay)
                yield as_piece(part)
        finally:
            self.open_calls -= 1
            self.closed_calls += 1
            answer.closed.set()

    async def describe(self, case: Case) -> Description:
        self.described.append(case)
        found = self._descriptions.popleft() if self._descriptions else DESCRIPTION
        if isinstance(found, AssistantError):
            raise found
        return found

    async def close(self) -> None:
        self.is_closed = True

    def _next_answer(self, assignment: Assignment) -> Answer:
        if not self._answers:
            self._enqueue_default(assignment)
        return self._answers.popleft()

    def _enqueue_default(self, assignment: Assignment) -> None:
        if assignment.kind is GenerationKind.GUIDED_STEP:
            self.enqueue(STEP.content.removeprefix(assignment.written), step=STEP)
        else:
            self.enqueue(TEXT.removeprefix(assignment.written))


async def hold(answer: Answer, gate: asyncio.Event) -> None:
    answer.held.set()
    await gate.wait()
    answer.held.clear()


def in_pieces(parts: Iterable[Part]) -> Iterator[Part]:
    """The parts, text split into words, each with the space before it."""
    for part in parts:
        if isinstance(part, str):
            yield from re.findall(r"\s*\S+|\s+", part)
        else:
            yield part


def as_piece(part: str | Usage | StepDraft | AssistantError) -> Piece:
    match part:
        case str():
            return Text(part)
        case Usage():
            return Spent(part)
        case StepDraft():
            return StepWritten(part)
        case _:
            raise part
