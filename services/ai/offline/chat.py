"""A chat's reply: the flow that fits, walked along in conversation.

Nothing is remembered beside the messages: where the walk stands is found by going through them
again from the first.
"""

from dataclasses import dataclass, replace

from models import MessageRole
from services.ai.port import StepDraft, StepOption
from services.ai.session_snapshot import FlowCandidate, SessionSnapshot
from services.flows import traversal
from services.flows.tree import DecisionNode, SolutionNode, FlowTree, parse_tree

HONEST = "No language model is connected, so I answer from the library of troubleshooting flows."
NOTHING_FITS = """\
None of its flows fits this yet. Tell me more, and I will look again:

- the exact error message or code
- since when it happens, and what was changed before
- who is affected: one person, one place, everybody
- which program or device it is, and what you have tried"""
NOT_UNDERSTOOD = "I could not tell which of these you mean. Answer with its number:"
AT_THE_END = """\
That was the end of this flow. If the problem is solved, resolve the session; otherwise escalate \
it, and everything said here goes along."""
#: From here on the best flow is followed without asking whether it is the right one.
SURE = 0.8


@dataclass(frozen=True, slots=True)
class Place:
    """Where the walk stands: at a node, before the choice of a flow, or at the end."""

    flow: FlowCandidate | None = None
    tree: FlowTree | None = None
    node_id: str | None = None
    understood: bool = True


def reply(case: SessionSnapshot) -> str:
    is_first = all(said.role is MessageRole.USER for said in case.messages)
    opening = HONEST if is_first else ""
    if not case.suggestions:
        return f"{opening} {NOTHING_FITS}".strip()
    place = beginning(case)
    for answer in answers(case):
        place = moved(case, place, answer)
    return "\n\n".join(filter(None, [opening, words(case, place)]))


def answers(case: SessionSnapshot) -> list[str]:
    """What the engineer has said since the first flow was shown."""
    replies = [m for m in case.messages if m.role is MessageRole.ASSISTANT]
    first = next((m for m in replies if not m.content.endswith(NOTHING_FITS)), None)
    behind = case.messages[case.messages.index(first) + 1 :] if first else ()
    return [m.content for m in behind if m.role is MessageRole.USER]


def beginning(case: SessionSnapshot) -> Place:
    best = case.suggestions[0]
    return at_root(best) if best.score >= SURE or len(case.suggestions) == 1 else Place()


def at_root(flow: FlowCandidate) -> Place:
    tree = parse_tree(flow.tree)
    return Place(flow, tree, tree.root)


def moved(case: SessionSnapshot, place: Place, message: str) -> Place:
    if place.tree is None:
        chosen = traversal.parse_option(flow_options(case), message)
        flow = next((f for f in case.suggestions if chosen and f.slug == chosen.value), None)
        return at_root(flow) if flow else Place(understood=False)
    if place.node_id is None:
        return place
    node = place.tree.nodes[place.node_id]
    if not isinstance(node, DecisionNode):
        return replace(place, node_id=traversal.next_node_id(node, option=None, skipped=False))
    chosen = traversal.parse_option(traversal.option_choices(node), message)
    is_unsure = chosen is None and node.unsure is not None and says_unsure(message)
    if chosen is None and not is_unsure:
        return replace(place, understood=False)
    next_id = traversal.next_node_id(node, option=chosen.value if chosen else None, skipped=is_unsure)
    return replace(place, node_id=next_id, understood=True)


def says_unsure(message: str) -> bool:
    said = message.casefold()
    return any(words in said for words in ("not sure", "don't know", "no idea", "unsure", "skip"))


def words(case: SessionSnapshot, place: Place) -> str:
    if place.flow is None or place.tree is None:
        intro = "These flows may fit. Which one is closest?" if place.understood else NOT_UNDERSTOOD
        return f"{intro}\n\n{listed(flow_options(case))}"
    if place.node_id is None:
        return AT_THE_END
    tree = place.tree
    parts = [] if place.understood else [NOT_UNDERSTOOD]
    if place.node_id == tree.root and place.understood:
        parts.append(f"This looks like: {place.flow.title}.")
    return "\n\n".join([*parts, node_in_words(tree, place.node_id)])


def node_in_words(tree: FlowTree, node_id: str) -> str:
    node, draft = tree.nodes[node_id], traversal.step_from_node(tree, node_id)
    if isinstance(node, DecisionNode):
        return "\n\n".join(filter(None, [bold(draft), node.help_text, listed(draft.options)]))
    if isinstance(node, SolutionNode):
        return "\n\n".join(filter(None, [draft.content, draft.context_message, AT_THE_END]))
    expected = f"Expected: {draft.expected_outcome}" if draft.expected_outcome else ""
    return "\n\n".join(filter(None, [draft.content, expected, "Tell me what you see."]))


def bold(draft: StepDraft) -> str:
    return f"**{draft.content}**"


def flow_options(case: SessionSnapshot) -> list[StepOption]:
    return [StepOption(flow.slug, flow.title, flow.description) for flow in case.suggestions]


def listed(options: list[StepOption] | tuple[StepOption, ...]) -> str:
    return "\n".join(
        f"{number}. {option.label}" + (f" ({option.followup_hint})" if option.followup_hint else "")
        for number, option in enumerate(options, 1)
    )
