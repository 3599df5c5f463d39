"""Redacts every text of a session snapshot that a person or a program wrote."""

from dataclasses import replace
from typing import Any

from services.ai.redact.redactor import redact
from services.ai.session_snapshot import AnsweredStep, ChatTurn, FlowCandidate, SessionSnapshot

#: Redacting so many characters takes a millisecond or two, about as long as starting a thread.
SHORT = 2_000


def is_short_snapshot(snapshot: SessionSnapshot) -> bool:
    """Whether redaction is fast enough for the event loop: a chat that has just begun."""
    if snapshot.steps or snapshot.flow or snapshot.suggestions:
        return False
    contents = (message.content for message in snapshot.messages)
    texts = (snapshot.intake_text, snapshot.log_text, *contents)
    return sum(len(text) for text in texts if text) <= SHORT


def redact_snapshot(snapshot: SessionSnapshot) -> SessionSnapshot:
    return replace(
        snapshot,
        intake_text=redact(snapshot.intake_text),
        log_text=redact_strings(snapshot.log_text),
        title=redact_strings(snapshot.title),
        problem_summary=redact_strings(snapshot.problem_summary),
        messages=tuple(map(redact_message, snapshot.messages)),
        steps=tuple(map(redact_step, snapshot.steps)),
        flow=redact_flow(snapshot.flow) if snapshot.flow else None,
        suggestions=tuple(map(redact_flow, snapshot.suggestions)),
        resolution_summary=redact_strings(snapshot.resolution_summary),
        escalation_reason=redact_strings(snapshot.escalation_reason),
    )


def redact_message(message: ChatTurn) -> ChatTurn:
    return replace(message, content=redact(message.content))


def redact_step(step: AnsweredStep) -> AnsweredStep:
    return replace(
        step,
        content=redact(step.content),
        answer=redact_strings(step.answer),
        note=redact_strings(step.note),
        expected_outcome=redact_strings(step.expected_outcome),
        options=tuple(map(redact, step.options)),
    )


def redact_flow(flow: FlowCandidate) -> FlowCandidate:
    return replace(flow, description=redact(flow.description), tree=redact_strings(flow.tree))


def redact_strings(value: Any) -> Any:
    match value:
        case str():
            return redact(value)
        case list():
            return [redact_strings(item) for item in value]
        case dict():
            return {key: redact_strings(item) for key, item in value.items()}
        case _:
            return value
