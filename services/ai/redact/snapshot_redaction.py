"""A case without secrets: every text of it that somebody wrote."""

from dataclasses import replace
from typing import Any

from services.ai.redact.redactor import redact
from services.ai.session_snapshot import AnsweredStep, ChatTurn, FlowCandidate, SessionSnapshot

#: Characters that are gone through in a millisecond or two. A thread for them would take as long.
SHORT = 2_000


def is_short(case: SessionSnapshot) -> bool:
    """Whether nobody waits for it to be redacted: a chat that has just begun."""
    if case.steps or case.flow or case.suggestions:
        return False
    texts = (case.intake_text, case.log_text, *(said.content for said in case.messages))
    return sum(len(text) for text in texts if text) <= SHORT


def redact_case(case: SessionSnapshot) -> SessionSnapshot:
    return replace(
        case,
        intake_text=redact(case.intake_text),
        log_text=maybe(case.log_text),
        title=maybe(case.title),
        problem_summary=maybe(case.problem_summary),
        messages=tuple(map(redact_message, case.messages)),
        steps=tuple(map(redact_step, case.steps)),
        flow=redact_flow(case.flow) if case.flow else None,
        suggestions=tuple(map(redact_flow, case.suggestions)),
        resolution_summary=maybe(case.resolution_summary),
        escalation_reason=maybe(case.escalation_reason),
    )


def redact_message(said: ChatTurn) -> ChatTurn:
    return replace(said, content=redact(said.content))


def redact_step(step: AnsweredStep) -> AnsweredStep:
    return replace(
        step,
        content=redact(step.content),
        answer=maybe(step.answer),
        note=maybe(step.note),
        expected_outcome=maybe(step.expected_outcome),
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


def maybe(text: str | None) -> str | None:
    return None if text is None else redact(text)
