"""An assistant without a model: it composes answers from the flow library and the session.

A reply in a chat is one node of the best flow. The position in the flow is not stored: it is
computed from the messages each time.
"""

import asyncio
import re
from collections.abc import AsyncGenerator
from dataclasses import dataclass, replace
from typing import ClassVar

from models import GenerationKind, MessageRole
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
from services.ai.redact.gate import redact_value
from services.ai.session_snapshot import FlowCandidate, SessionSnapshot
from services.flows import flow_tree
from services.flows.flow_tree import (
    DecisionNode,
    FlowTree,
    SolutionNode,
    StepDraft,
    StepOption,
    parse_tree,
)

NO_MODEL = "No language model is connected, so I answer from the library of troubleshooting flows."
NO_FLOW_FITS = """\
None of its flows fits this yet. Tell me more, and I will look again:

- the exact error message or code
- since when it happens, and what was changed before
- who is affected: one person, one place, everybody
- which program or device it is, and what you have tried"""
NOT_UNDERSTOOD = "I could not tell which of these you mean. Answer with its number:"
END_OF_FLOW = """\
That was the end of this flow. If the problem is solved, resolve the session; otherwise escalate \
it, and everything said here goes along."""
UNSURE_PHRASES = ("not sure", "don't know", "no idea", "unsure", "skip")
#: From this score on, the best flow is followed without asking which flow to follow.
CERTAIN_SCORE = 0.8


@dataclass(frozen=True, slots=True)
class FlowPosition:
    """At a node; without a flow, before the choice of one; with a flow but no node, at its end."""

    flow: FlowCandidate | None = None
    tree: FlowTree | None = None
    node_id: str | None = None
    is_understood: bool = True


def compose_reply(snapshot: SessionSnapshot) -> str:
    is_first = all(message.role is MessageRole.USER for message in snapshot.messages)
    opening = NO_MODEL if is_first else ""
    if not snapshot.suggestions:
        return f"{opening} {NO_FLOW_FITS}".strip()
    position = start_position(snapshot)
    for answer in engineer_answers(snapshot):
        position = advance_position(snapshot, position, answer)
    return join_paragraphs(opening, describe_position(snapshot, position))


def engineer_answers(snapshot: SessionSnapshot) -> list[str]:
    """The engineer's messages since the first flow was shown."""
    messages = snapshot.messages
    replies = [m for m in messages if m.role is MessageRole.ASSISTANT]
    first = next((m for m in replies if not m.content.endswith(NO_FLOW_FITS)), None)
    later = messages[messages.index(first) + 1 :] if first else ()
    return [m.content for m in later if m.role is MessageRole.USER]


def start_position(snapshot: SessionSnapshot) -> FlowPosition:
    best = snapshot.suggestions[0]
    is_certain = best.score >= CERTAIN_SCORE or len(snapshot.suggestions) == 1
    return root_position(best) if is_certain else FlowPosition()


def root_position(flow: FlowCandidate) -> FlowPosition:
    tree = parse_tree(flow.tree)
    return FlowPosition(flow, tree, tree.root)


def advance_position(
    snapshot: SessionSnapshot, position: FlowPosition, message: str
) -> FlowPosition:
    if position.tree is None:
        chosen = flow_tree.parse_option(flow_options(snapshot), message)
        flow = next((f for f in snapshot.suggestions if chosen and f.slug == chosen.value), None)
        return root_position(flow) if flow else FlowPosition(is_understood=False)
    if position.node_id is None:
        return position
    node = position.tree.nodes[position.node_id]
    if not isinstance(node, DecisionNode):
        next_id = flow_tree.next_node_id(node, option=None, skipped=False)
        return replace(position, node_id=next_id)
    chosen = flow_tree.parse_option(flow_tree.option_choices(node), message)
    is_unsure = any(phrase in message.casefold() for phrase in UNSURE_PHRASES)
    is_skipped = chosen is None and node.unsure is not None and is_unsure
    if chosen is None and not is_skipped:
        return replace(position, is_understood=False)
    option = chosen.value if chosen else None
    next_id = flow_tree.next_node_id(node, option=option, skipped=is_skipped)
    return replace(position, node_id=next_id, is_understood=True)


def describe_position(snapshot: SessionSnapshot, position: FlowPosition) -> str:
    if position.flow is None or position.tree is None:
        understood = "These flows may fit. Which one is closest?"
        intro = understood if position.is_understood else NOT_UNDERSTOOD
        return join_paragraphs(intro, numbered_options(flow_options(snapshot)))
    if position.node_id is None:
        return END_OF_FLOW
    intro = "" if position.is_understood else NOT_UNDERSTOOD
    if position.node_id == position.tree.root and position.is_understood:
        intro = f"This looks like: {position.flow.title}."
    return join_paragraphs(intro, describe_node(position.tree, position.node_id))


def describe_node(tree: FlowTree, node_id: str) -> str:
    node, draft = tree.nodes[node_id], flow_tree.step_from_node(tree, node_id)
    if isinstance(node, DecisionNode):
        question = f"**{draft.content}**"
        return join_paragraphs(question, node.help_text, numbered_options(draft.options))
    if isinstance(node, SolutionNode):
        return join_paragraphs(draft.content, draft.context_message, END_OF_FLOW)
    expected = f"Expected: {draft.expected_outcome}" if draft.expected_outcome else ""
    return join_paragraphs(draft.content, expected, "Tell me what you see.")


def join_paragraphs(*paragraphs: str | None) -> str:
    return "\n\n".join(filter(None, paragraphs))


def flow_options(snapshot: SessionSnapshot) -> list[StepOption]:
    return [StepOption(flow.slug, flow.title, flow.description) for flow in snapshot.suggestions]


def numbered_options(options: list[StepOption] | tuple[StepOption, ...]) -> str:
    return "\n".join(
        f"{number}. {option.label}" + (f" ({option.followup_hint})" if option.followup_hint else "")
        for number, option in enumerate(options, 1)
    )


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
        request = await redact_value(request)
        snapshot = request.snapshot
        step = propose_step(snapshot) if request.kind is GenerationKind.GUIDED_STEP else None
        for word in WORDS.findall(remaining_text(request, step)):
            await asyncio.sleep(self._pace)
            yield TextChunk(word)
        if step is not None:
            yield StepChunk(step)

    async def describe_session(self, snapshot: SessionSnapshot) -> SessionDescription:
        return compose_description(await redact_value(snapshot))

    async def check_connection(self) -> None:
        """There is no provider."""

    async def close(self) -> None:
        """There is nothing to close."""


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
