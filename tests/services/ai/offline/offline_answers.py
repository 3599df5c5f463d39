"""Answers of the offline assistant."""

from models import GenerationKind as Kind
from services.ai.offline.assistant import OfflineAssistant
from services.ai.port import AssistantRequest, StepChunk, StreamChunk, TextChunk
from services.flows.flow_tree import StepDraft


async def collect_chunks(kind, snapshot, **more) -> list[StreamChunk]:
    request = AssistantRequest(kind, snapshot, **more)
    return [chunk async for chunk in OfflineAssistant(pace=0).stream_answer(request)]


async def write_text(kind, snapshot, **more) -> str:
    chunks = await collect_chunks(kind, snapshot, **more)
    return "".join(chunk.text for chunk in chunks if isinstance(chunk, TextChunk))


async def write_step(snapshot) -> StepDraft:
    chunks = await collect_chunks(Kind.GUIDED_STEP, snapshot)
    [step] = [chunk.step for chunk in chunks if isinstance(chunk, StepChunk)]
    return step
