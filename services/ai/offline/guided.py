"""The next step where no flow leads: which flow to follow, what to find out, when to hand on."""

from models import StepType
from services.ai.port import StepDraft, StepOption
from services.ai.session_snapshot import FlowCandidate, SessionSnapshot
from services.flows.traversal import FLOW_CHOICE, NOT_SOLVED, SOLVED

NO_MODEL = "No language model is connected: this comes from the flow library alone."
NONE = StepOption("none", "None of these")


def step(case: SessionSnapshot) -> StepDraft:
    untried = [flow for flow in case.suggestions if not is_tried(case, flow)]
    if untried:
        return which_flow(untried)
    asked = [step for step in case.steps if step.step_type is StepType.INFO_REQUEST]
    if not any(step.flow_node_id is None for step in asked):
        return ask_for_more()
    return hand_on()


def is_tried(case: SessionSnapshot, flow: FlowCandidate) -> bool:
    """Followed already, or offered already and not taken."""
    followed = case.flow is not None and case.flow.slug == flow.slug
    return followed or any(flow.title in step.options for step in case.steps)


def which_flow(flows: list[FlowCandidate]) -> StepDraft:
    options = [StepOption(FLOW_CHOICE + f.slug, f.title, f.description) for f in flows]
    return StepDraft(
        StepType.QUESTION,
        "Which of these is closest to the problem?",
        context_message=NO_MODEL,
        options=(*options, NONE),
        confidence=flows[0].score,
    )


def ask_for_more() -> StepDraft:
    return StepDraft(
        StepType.INFO_REQUEST,
        "Describe the problem more closely: the exact error message, since when it happens, who "
        "is affected, and what was changed before. Name the program or device.",
        context_message=f"{NO_MODEL} No flow in it fits what is known so far.",
    )


def hand_on() -> StepDraft:
    return StepDraft(
        StepType.RESOLUTION_SUGGESTION,
        "The flow library has nothing more to this problem. If it is solved by now, resolve the "
        "session and say how. Otherwise escalate it: everything found so far goes along.",
        context_message=NO_MODEL,
        options=(SOLVED, NOT_SOLVED),
        allow_skip=False,
    )
