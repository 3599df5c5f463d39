"""Asks an assistant, and takes its answer apart."""

from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any

from models import GenerationKind
from services.ai.port import (
    AssistantRequest,
    AssistantError,
    StreamChunk,
    UsageChunk,
    StepDraft,
    StepChunk,
    TextChunk,
    Usage,
)
from tests.services.ai import cases

#: What a model writes for a step, whole.
STEP: dict[str, Any] = {
    "step_type": "question",
    "content": 'Does the **light** blink?\nLook at the "front" \N{FIRE}',
    "context_message": "It tells a hang from a fault.",
    "options": [
        {"label": "It blinks", "value": "yes", "followup_hint": "Restart it"},
        {"label": "It is dark", "value": "no", "followup_hint": None},
    ],
    "allow_free_text": True,
    "allow_skip": False,
    "expected_outcome": None,
    "confidence": 0.5,
}


@dataclass
class Answer:
    pieces: list[StreamChunk] = field(default_factory=list)
    error: AssistantError | None = None

    @property
    def text(self) -> str:
        return "".join(piece.text for piece in self.pieces if isinstance(piece, TextChunk))

    @property
    def usages(self) -> list[Usage]:
        return [piece.usage for piece in self.pieces if isinstance(piece, UsageChunk)]

    @property
    def step(self) -> StepDraft:
        [found] = [piece.step for piece in self.pieces if isinstance(piece, StepChunk)]
        return found


async def ask(assistant, kind=GenerationKind.CHAT_REPLY, case=None, **more) -> Answer:
    """All it gave, and the failure it ended in."""
    answer = Answer()
    case = case or cases.chat("The printer does not print")
    async with aclosing(assistant.write(AssistantRequest(kind, case, **more))) as pieces:
        try:
            async for piece in pieces:
                answer.pieces.append(piece)
        except AssistantError as error:
            answer.error = error
    return answer


async def ask_step(assistant, case=None, **more) -> Answer:
    return await ask(assistant, GenerationKind.GUIDED_STEP, case or cases.guided(), **more)
