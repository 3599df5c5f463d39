"""The parts of a session as material."""

import json
from collections.abc import Iterable, Iterator

from models import MessageRole
from services.ai.prompts.material import tagged_block
from services.ai.session_snapshot import AnsweredStep, ChatTurn, FlowCandidate, SessionSnapshot


def intake_blocks(snapshot: SessionSnapshot) -> Iterator[str]:
    if snapshot.intake_text:
        yield tagged_block("intake", snapshot.intake_text)
    if snapshot.log_text:
        yield tagged_block("log", snapshot.log_text)
    if snapshot.ticket_id and not (snapshot.intake_text or snapshot.log_text):
        yield tagged_block("intake", f"Ticket {snapshot.ticket_id}")


def flow_block(flow: FlowCandidate) -> str:
    """A flow with its tree. Keys are sorted: their order must not invalidate the cached prefix."""
    tree = json.dumps(flow.tree, ensure_ascii=False, sort_keys=True)
    return tagged_block("flow", f"{flow.title}\n{flow.description}\n{tree}")


def flow_summary_block(flow: FlowCandidate) -> str:
    return tagged_block("flow", f"{flow.title}\n{flow.description}")


def step_block(step: AnsweredStep) -> str:
    inner = [step.content]
    if step.options:
        inner.append("Options: " + "; ".join(step.options))
    if step.expected_outcome:
        inner.append(f"Expected outcome: {step.expected_outcome}")
    block = tagged_block("step", "\n".join(inner), number=step.order, type=step.step_type)
    return "\n".join([block, *answer_blocks(step)])


def answer_blocks(step: AnsweredStep) -> Iterator[str]:
    if step.skipped:
        yield "The engineer skipped this step."
    elif step.answer is not None:
        yield tagged_block("answer", step.answer)
    if step.note:
        yield tagged_block("note", step.note)


def transcript_blocks(messages: Iterable[ChatTurn]) -> Iterator[str]:
    for message in messages:
        author = "engineer" if message.role is MessageRole.USER else "assistant"
        cut = " (stopped before its end)" if message.interrupted else ""
        yield tagged_block("message", message.content, by=author + cut)


def split_opening(snapshot: SessionSnapshot) -> tuple[tuple[str, ...], tuple[ChatTurn, ...]]:
    """The blocks of the intake, and the messages behind it. The first message of a chat repeats the
    intake; one that does not is a message like the others."""
    messages = snapshot.messages
    if messages and not messages[0].is_intake:
        return (), messages
    return tuple(intake_blocks(snapshot)), messages[1:]


def session_blocks(snapshot: SessionSnapshot) -> Iterator[str]:
    """The whole session, in order of time."""
    opening, messages = split_opening(snapshot)
    yield from opening
    yield from transcript_blocks(messages)
    yield from map(step_block, snapshot.steps)
