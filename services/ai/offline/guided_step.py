"""The next step without an active flow: choose a flow, ask for more, or suggest escalation."""

from models import StepType
from services.ai.session_snapshot import FlowCandidate, SessionSnapshot
from services.flows.flow_tree import FLOW_CHOICE, NOT_SOLVED, SOLVED, StepDraft, StepOption

NO_MODEL = "No language model is connected: this comes from the flow library alone."
NO_FLOW = StepOption("none", "None of these")


def propose_step(snapshot: SessionSnapshot) -> StepDraft:
    untried = [flow for flow in snapshot.suggestions if not is_tried(snapshot, flow)]
    if untried:
        return ask_for_flow(untried)
    requests = [step for step in snapshot.steps if step.step_type is StepType.INFO_REQUEST]
    if not any(step.flow_node_id is None for step in requests):
        return ask_for_information()
    return suggest_escalation()


def is_tried(snapshot: SessionSnapshot, flow: FlowCandidate) -> bool:
    """The flow was followed, or it was offered and not chosen."""
    is_followed = snapshot.flow is not None and snapshot.flow.slug == flow.slug
    return is_followed or any(flow.title in step.options for step in snapshot.steps)


def ask_for_flow(flows: list[FlowCandidate]) -> StepDraft:
    options = [StepOption(FLOW_CHOICE + f.slug, f.title, f.description) for f in flows]
    return StepDraft(
        StepType.QUESTION,
        "Which of these is closest to the problem?",
        context_message=NO_MODEL,
        options=(*options, NO_FLOW),
        confidence=flows[0].score,
    )


def ask_for_information() -> StepDraft:
    return StepDraft(
        StepType.INFO_REQUEST,
        "Describe the problem more closely: the exact error message, since when it happens, who "
        "is affected, and what was changed before. Name the program or device.",
        context_message=f"{NO_MODEL} No flow in it fits what is known so far.",
    )


def suggest_escalation() -> StepDraft:
    return StepDraft(
        StepType.RESOLUTION_SUGGESTION,
        "The flow library has no further steps for this problem. If it is solved by now, resolve "
        "the session and say how. Otherwise escalate it: everything found so far goes along.",
        context_message=NO_MODEL,
        options=(SOLVED, NOT_SOLVED),
        allow_skip=False,
    )
