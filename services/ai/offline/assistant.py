"""An assistant without a model: it composes answers from the flow library and the session."""

import asyncio
import re
from collections.abc import AsyncGenerator
from dataclasses import replace
from typing import ClassVar

from models import GenerationKind
from services.ai.offline.chat import compose_reply
from services.ai.offline.description import compose_description
from services.ai.offline.documents import compose_document
from services.ai.offline.guided_step import propose_step
from services.ai.offline.status_updates import compose_status_update
from services.ai.port import (
    AssistantRequest,
    SessionDescription,
    StepChunk,
    StreamChunk,
    TextChunk,
    Usage,
    UsageChunk,
)
from services.ai.redact.snapshot_redaction import redact_snapshot
from services.ai.session_snapshot import SessionSnapshot
from services.flows.flow_tree import StepDraft

#: Seconds between words, about the pace of a model.
PACE = 0.012
OFFLINE_USAGE = Usage(model="offline")
WORDS = re.compile(r"\s*\S+|\s+")


class OfflineAssistant:
    """Deterministic: the same session snapshot gives the same answer, so that a broken-off answer
    can be continued."""

    name: ClassVar[str] = "offline"
    expected_usage = OFFLINE_USAGE

    def __init__(self, *, pace: float = PACE) -> None:
        self._pace = pace

    async def stream_answer(self, request: AssistantRequest) -> AsyncGenerator[StreamChunk, None]:
        yield UsageChunk(OFFLINE_USAGE)
        # In a thread, because a long log takes long to redact.
        snapshot = await asyncio.to_thread(redact_snapshot, request.snapshot)
        request = replace(request, snapshot=snapshot)
        step = next_step(request)
        for word in WORDS.findall(remaining_text(request, step)):
            await asyncio.sleep(self._pace)
            yield TextChunk(word)
        if step is not None:
            yield StepChunk(step)

    async def describe_session(self, snapshot: SessionSnapshot) -> SessionDescription:
        return compose_description(await asyncio.to_thread(redact_snapshot, snapshot))

    async def close(self) -> None:
        """There is nothing to close."""


def next_step(request: AssistantRequest) -> StepDraft | None:
    if request.kind is not GenerationKind.GUIDED_STEP:
        return None
    return propose_step(request.snapshot)


def remaining_text(request: AssistantRequest, step: StepDraft | None) -> str:
    """The answer without the text of an earlier attempt."""
    text = step.content if step else compose_text(request)
    if text.startswith(request.written_text):
        return text.removeprefix(request.written_text)
    return f"\n\n{text}"


def compose_text(request: AssistantRequest) -> str:
    match request.kind:
        case GenerationKind.CHAT_REPLY:
            return compose_reply(request.snapshot)
        case GenerationKind.STATUS_UPDATE:
            return compose_status_update(request.snapshot, request.audience, request.length)
        case kind:
            return compose_document(request.snapshot, kind)
