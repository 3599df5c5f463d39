"""Replies in a chat: the best flow, one node for each reply.

The position in the flow is not stored: it is computed from the messages each time.
"""

from dataclasses import dataclass, replace

from models import MessageRole
from services.ai.session_snapshot import FlowCandidate, SessionSnapshot
from services.flows import flow_tree
from services.flows.flow_tree import DecisionNode, FlowTree, SolutionNode, StepOption, parse_tree

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
    is_skipped = chosen is None and node.unsure is not None and is_unsure(message)
    if chosen is None and not is_skipped:
        return replace(position, is_understood=False)
    option = chosen.value if chosen else None
    next_id = flow_tree.next_node_id(node, option=option, skipped=is_skipped)
    return replace(position, node_id=next_id, is_understood=True)


def is_unsure(message: str) -> bool:
    lowered = message.casefold()
    return any(phrase in lowered for phrase in UNSURE_PHRASES)


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
