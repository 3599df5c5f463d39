"""The record of a session as lines for a document: each action with its result."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from models import MessageRole, StepType
from services.ai.session_snapshot import AnsweredStep, SessionSnapshot
from services.flows.flow_tree import SOLVED, FlowTree, SolutionNode, parse_tree
from services.input_validation import truncate_words

MAX_LINE = 240
ATTEMPTS = (StepType.ACTION, StepType.SCRIPT, StepType.RESOLUTION_SUGGESTION)
HEADLINE = re.compile(r"\A\*\*(.+?)\*\*")
BOLD_LINE = re.compile(r"^\*\*(.+?)\*\*", re.MULTILINE)
NUMBERED_OPTION = re.compile(r"(\d{1,2})\. (.+)")


@dataclass(frozen=True, slots=True)
class RecordedAction:
    """A question or an action of the session. `result` is None while it is open."""

    title: str
    result: str | None
    is_attempt: bool

    @property
    def line(self) -> str:
        return f"{self.title} — {self.result or 'not answered yet'}"


def problem_statement(snapshot: SessionSnapshot) -> str:
    text = snapshot.intake_text
    if not text and snapshot.ticket_id:
        text = f"See ticket {snapshot.ticket_id}."
    if not text and snapshot.messages:
        text = snapshot.messages[0].content
    log = "A log is attached." if snapshot.log_text else ""
    return "\n\n".join(filter(None, [text or "Only a log was given.", log]))


def recorded_actions(snapshot: SessionSnapshot) -> list[RecordedAction]:
    if snapshot.messages:
        return list(chat_actions(snapshot))
    return [step_action(step) for step in snapshot.steps]


def step_action(step: AnsweredStep) -> RecordedAction:
    bold = HEADLINE.match(step.content)
    title = shorten_line(bold[1] if bold else step.content)
    return RecordedAction(title, step_result(step), step.step_type in ATTEMPTS)


def step_result(step: AnsweredStep) -> str | None:
    if step.skipped:
        return "skipped"
    if step.answer is None:
        return None
    note = f" ({shorten_line(step.note)})" if step.note and step.note != step.answer else ""
    return shorten_line(step.answer) + note


def chat_actions(snapshot: SessionSnapshot) -> Iterator[RecordedAction]:
    """A chat has no steps: a reply with the engineer's answer to it counts as one action."""
    reply: str | None = None
    options: dict[str, str] = {}
    for message in snapshot.messages[1:]:
        if message.role is MessageRole.USER:
            answer = options.get(message.content.strip(), message.content)
            yield chat_action(reply or "The engineer added", shorten_line(answer))
            reply, options = None, {}
            continue
        if reply is not None:
            yield chat_action(reply, None)
        reply = reply_headline(message.content) + (" (stopped)" if message.interrupted else "")
        options = offered_options(message.content)
    if reply is not None:
        yield chat_action(reply, None)


def offered_options(reply: str) -> dict[str, str]:
    """The options at the end of a reply, by number: a bare number says nothing in a document."""
    lines = reply.strip().rsplit("\n\n", 1)[-1].splitlines()
    options = [NUMBERED_OPTION.fullmatch(line.strip()) for line in lines]
    return {option[1]: option[2] for option in options if option} if all(options) else {}


def chat_action(title: str, answer: str | None) -> RecordedAction:
    return RecordedAction(title, answer, is_attempt=not title.endswith("?"))


def reply_headline(text: str) -> str:
    """The last bold line of a reply, else its first words."""
    bold = BOLD_LINE.findall(text)
    return shorten_line(bold[-1] if bold else text)


def shorten_line(text: str) -> str:
    return truncate_words(text, at_most=MAX_LINE)


def flow_tree(snapshot: SessionSnapshot) -> FlowTree | None:
    return parse_tree(snapshot.flow.tree) if snapshot.flow else None


def accepted_solution(snapshot: SessionSnapshot) -> SolutionNode | None:
    """The solution of the flow that the engineer confirmed."""
    tree = flow_tree(snapshot)
    for step in reversed(snapshot.steps):
        if step.step_type is StepType.RESOLUTION_SUGGESTION and step.answer == SOLVED.label:
            node = tree.nodes.get(step.flow_node_id or "") if tree else None
            return node if isinstance(node, SolutionNode) else None
    return None


def number_lines(lines: list[str]) -> str:
    return "\n".join(f"{number}. {line}" for number, line in enumerate(lines, 1))
