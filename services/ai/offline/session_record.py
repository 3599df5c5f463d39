"""What happened in a session, as lines for a document: each thing done, with its result."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from models import MessageRole, StepType
from services.ai.session_snapshot import AnsweredStep, SessionSnapshot
from services.flows.traversal import SOLVED
from services.flows.tree import SolutionNode, FlowTree, parse_tree
from services.text_validation import truncate_words

SHORT = 240
ATTEMPTS = (StepType.ACTION, StepType.SCRIPT, StepType.RESOLUTION_SUGGESTION)
HEADLINE = re.compile(r"\A\*\*(.+?)\*\*")


@dataclass(frozen=True, slots=True)
class Done:
    """One thing asked or done; `result` is None while it is open."""

    what: str
    result: str | None
    is_attempt: bool

    @property
    def line(self) -> str:
        return f"{self.what} — {self.result or 'not answered yet'}"


def problem(case: SessionSnapshot) -> str:
    said = case.intake_text or (f"See ticket {case.ticket_id}." if case.ticket_id else "")
    if not said and case.messages:
        said = case.messages[0].content
    log = "A log was given with it." if case.log_text else ""
    return "\n\n".join(filter(None, [said or "Only a log was given.", log]))


def done(case: SessionSnapshot) -> list[Done]:
    return list(exchanges(case) if case.messages else map(step, case.steps))


def step(step: AnsweredStep) -> Done:
    return Done(headline(step.content), result(step), step.step_type in ATTEMPTS)


def result(step: AnsweredStep) -> str | None:
    if step.skipped:
        return "skipped"
    if step.answer is None:
        return None
    note = f" ({one_line(step.note)})" if step.note and step.note != step.answer else ""
    return one_line(step.answer) + note


def exchanges(case: SessionSnapshot) -> Iterator[Done]:
    """A chat has no steps: each reply with what the engineer said to it counts as one."""
    asked = None
    for said in case.messages[1:]:
        if said.role is MessageRole.USER:
            yield exchange(asked or "The engineer added", one_line(said.content))
            asked = None
            continue
        if asked is not None:
            yield exchange(asked, None)
        asked = last_headline(said.content) + (" (stopped)" if said.interrupted else "")
    if asked is not None:
        yield exchange(asked, None)


def exchange(asked: str, answer: str | None) -> Done:
    return Done(asked, answer, is_attempt=not asked.endswith("?"))


def last_headline(text: str) -> str:
    """What a reply comes down to: its last bold line, else its first words."""
    bold = re.findall(r"^\*\*(.+?)\*\*", text, re.MULTILINE)
    return one_line(bold[-1]) if bold else one_line(text)


def headline(content: str) -> str:
    bold = HEADLINE.match(content)
    return one_line(bold[1] if bold else content)


def one_line(text: str) -> str:
    return truncate_words(text, at_most=SHORT)


def tree(case: SessionSnapshot) -> FlowTree | None:
    return parse_tree(case.flow.tree) if case.flow else None


def accepted_solution(case: SessionSnapshot) -> SolutionNode | None:
    """The flow's solution the engineer said had solved it."""
    walked = tree(case)
    for answered in reversed(case.steps):
        if answered.step_type is StepType.RESOLUTION_SUGGESTION and answered.answer == SOLVED.label:
            node = walked.nodes.get(answered.flow_node_id or "") if walked else None
            return node if isinstance(node, SolutionNode) else None
    return None


def numbered(lines: list[str]) -> str:
    return "\n".join(f"{number}. {line}" for number, line in enumerate(lines, 1))
