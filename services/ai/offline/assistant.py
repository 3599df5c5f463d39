"""No model: answers are composed from the flow library and the session itself, and say so."""

import asyncio
import re
from collections.abc import AsyncGenerator
from dataclasses import replace
from typing import ClassVar

from models import GenerationKind
from services.ai.offline import chat, describe, documents, guided, updates
from services.ai.port import (
    AssistantRequest,
    SessionDescription,
    StepChunk,
    StepDraft,
    StreamChunk,
    TextChunk,
    Usage,
    UsageChunk,
)
from services.ai.redact import redact_case
from services.ai.session_snapshot import SessionSnapshot

#: Between words, in seconds: a pace to read along with, as a model writes.
PACE = 0.012
USAGE = Usage(model="offline")
WORDS = re.compile(r"\s*\S+|\s+")


class OfflineAssistant:
    """The same case always gets the same answer, so a broken-off one can be gone on with."""

    name: ClassVar[str] = "offline"
    expected_usage = USAGE

    def __init__(self, *, pace: float = PACE) -> None:
        self._pace = pace

    async def write(self, assignment: AssistantRequest) -> AsyncGenerator[StreamChunk, None]:
        yield UsageChunk(USAGE)
        # In a thread, for a long log takes its time.
        case = await asyncio.to_thread(redact_case, assignment.snapshot)
        assignment = replace(assignment, snapshot=case)
        step = next_step(assignment)
        for word in WORDS.findall(rest(assignment, step)):
            await asyncio.sleep(self._pace)
            yield TextChunk(word)
        if step is not None:
            yield StepChunk(step)

    async def describe(self, case: SessionSnapshot) -> SessionDescription:
        return describe.description(await asyncio.to_thread(redact_case, case))

    async def close(self) -> None:
        """Nothing is open."""


def next_step(assignment: AssistantRequest) -> StepDraft | None:
    if assignment.kind is not GenerationKind.GUIDED_STEP:
        return None
    return guided.step(assignment.snapshot)


def rest(assignment: AssistantRequest, step: StepDraft | None) -> str:
    """What is still to be written behind what an earlier attempt wrote."""
    whole = step.content if step else text(assignment)
    if whole.startswith(assignment.written_text):
        return whole.removeprefix(assignment.written_text)
    return f"\n\n{whole}"


def text(assignment: AssistantRequest) -> str:
    case = assignment.snapshot
    match assignment.kind:
        case GenerationKind.CHAT_REPLY:
            return chat.reply(case)
        case GenerationKind.STATUS_UPDATE:
            return updates.update(case, assignment.audience, assignment.length)
        case _:
            return documents.document(case, assignment.kind)
