"""Calls an assistant and collects its answer."""

from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any

from models import GenerationKind
from services.ai.port import (
    AssistantError,
    AssistantRequest,
    StepChunk,
    StreamChunk,
    TextChunk,
    Usage,
    UsageChunk,
)
from services.flows.flow_tree import StepDraft
from tests.services.ai import sample_snapshots

#: The complete JSON of a step, as a model writes it.
STEP_JSON: dict[str, Any] = {
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
class CollectedAnswer:
    chunks: list[StreamChunk] = field(default_factory=list)
    error: AssistantError | None = None

    @property
    def text(self) -> str:
        return "".join(chunk.text for chunk in self.chunks if isinstance(chunk, TextChunk))

    @property
    def usages(self) -> list[Usage]:
        return [chunk.usage for chunk in self.chunks if isinstance(chunk, UsageChunk)]

    @property
    def step(self) -> StepDraft:
        [step] = [chunk.step for chunk in self.chunks if isinstance(chunk, StepChunk)]
        return step


async def collect_answer(
    assistant, kind=GenerationKind.CHAT_REPLY, snapshot=None, **more
) -> CollectedAnswer:
    """All chunks, and the error that ended them."""
    answer = CollectedAnswer()
    snapshot = snapshot or sample_snapshots.chat_snapshot("The printer does not print")
    request = AssistantRequest(kind, snapshot, **more)
    async with aclosing(assistant.stream_answer(request)) as chunks:
        try:
            async for chunk in chunks:
                answer.chunks.append(chunk)
        except AssistantError as error:
            answer.error = error
    return answer


async def collect_step(assistant, snapshot=None, **more) -> CollectedAnswer:
    snapshot = snapshot or sample_snapshots.guided_snapshot()
    return await collect_answer(assistant, GenerationKind.GUIDED_STEP, snapshot, **more)
