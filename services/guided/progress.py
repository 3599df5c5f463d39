"""A guided session: the assistant leads, step by step.

At tier guided the matched flow's tree leads and the next step is there at once. At exploring and
discovery the model decides, with the flow and the answers before it; where there is no model,
the tree of a flow that fits somewhat leads all the same.
"""

from dataclasses import dataclass, replace
from uuid import UUID

import models
from models import ConfidenceTier, GenerationKind, SessionEventKind, StepType
from queries import flow_list
from services import idempotency, limits, text_validation
from services.ai.port import StepDraft, StepOption
from services.errors import InvalidInput, NotFound, StepAlreadyAnswered
from services.flows import matching, traversal
from services.flows.suggest import suggest_flows
from services.flows.tree import FlowTree, SolutionNode, parse_tree
from services.generations.start import Begun, ensure_idle, start_generation
from services.guided import steps
from services.sessions import events, search_index
from services.sessions.access import lock_for_action, lock_session
from services.sessions.lifecycle import SessionAction
from services.timestamps import utc_now
from services.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class StepResponse:
    """Just one of the three."""

    option: str | None = None
    text: str | None = None
    skip: bool = False


@dataclass(frozen=True, slots=True)
class RespondResult:
    session: models.AISession
    step: models.SessionStep
    generation: Begun | None


async def start_guided(work: UnitOfWork, session: models.AISession) -> models.Generation | None:
    """Match a flow and make the first step, or have the assistant make it."""
    best = next(iter(session.suggested_flow_ids), None)
    score = best["score"] if best else 0.0
    session.match_score = score if best else None
    session.confidence_tier = ConfidenceTier.of(score)
    session.confidence_score = score
    if best and session.confidence_tier is not ConfidenceTier.DISCOVERY:
        await follow_flow(work, session, UUID(best["id"]))
    tree = await tree_that_leads(work, session)
    generation = await go_on(work, session, tree, tree.root if tree else None)
    await note_use(work, session)
    return generation


async def follow_flow(work: UnitOfWork, session: models.AISession, flow_id: UUID) -> None:
    flow = await work.db.get_one(models.Flow, flow_id)
    session.matched_flow_id = flow.id
    session.problem_domain = session.problem_domain or flow.domain


async def note_use(work: UnitOfWork, session: models.AISession) -> None:
    """Behind the answer's admission, as when a session is closed: both lock what the account
    spends before they lock a flow's figures."""
    if session.matched_flow_id is not None:
        await matching.count_flow_use(work.db, session.account_id, session.matched_flow_id)


async def tree_that_leads(work: UnitOfWork, session: models.AISession) -> FlowTree | None:
    """The tree to walk; None where the assistant decides instead."""
    if session.matched_flow_id is None:
        return None
    if session.confidence_tier is not ConfidenceTier.GUIDED and work.runner.has_model:
        return None
    flow = await work.db.get_one(models.Flow, session.matched_flow_id)
    return parse_tree(flow.tree)


async def go_on(
    work: UnitOfWork, session: models.AISession, tree: FlowTree | None, node_id: str | None
) -> models.Generation | None:
    """Make the next step now if the tree knows it, else begin its generation."""
    if tree is not None and node_id is not None and node_id in tree.nodes:
        await make(work, session, traversal.step_from_node(tree, node_id))
    elif session.step_count >= limits.STEPS_IN_A_SESSION - 1:
        await make(work, session, LAST_STEP)
    else:
        return await start_generation(work, session, GenerationKind.GUIDED_STEP)
    return None


async def make(work: UnitOfWork, session: models.AISession, draft: StepDraft) -> None:
    """Add a step, or in its place the last that there may be."""
    if session.step_count >= limits.STEPS_IN_A_SESSION - 1:
        draft = LAST_STEP
    if not steps.is_step_limit_reached(session):
        await steps.add_step(work, session, draft)


async def respond_to_step(
    work: UnitOfWork,
    session_id: UUID,
    step_id: UUID,
    answer: StepResponse,
    *,
    idempotency_key: str | None = None,
) -> RespondResult:
    """Answer the current step and go on to the next.

    Raises NotFound, WrongSessionType, InvalidTransition, InvalidInput, StepAlreadyAnswered,
    SessionBusy.
    """
    asked = {"session": session_id, "step": step_id, "answer": repr(answer)}
    earlier = await idempotency.earlier_outcome(work, idempotency_key, "respondToStep", asked)
    if earlier is not None:
        return await recall(work, session_id, step_id, earlier)
    session = await lock_for_action(work, session_id, SessionAction.RESPOND_TO_STEP)
    step = await find_step(work, session, step_id)
    if step.is_answered:
        raise StepAlreadyAnswered
    await ensure_idle(work, session)
    take_answer(work, session, step, answer)
    search_index.index_text(work, session, step.answer_text, step.response_text)
    generation = await after_answer(work, session, step)
    await idempotency.remember(
        work,
        idempotency_key,
        {"generation_id": str(generation.id) if generation else None},
    )
    return RespondResult(session, step, generation)


async def find_step(
    work: UnitOfWork, session: models.AISession, step_id: UUID
) -> models.SessionStep:
    step = await work.db.get(models.SessionStep, step_id)
    if step is None or step.session_id != session.id:
        raise NotFound("step in this session")
    return step


async def recall(
    work: UnitOfWork, session_id: UUID, step_id: UUID, earlier: dict[str, str | None]
) -> RespondResult:
    session = await lock_session(work, session_id)
    step = await find_step(work, session, step_id)
    generation_id = earlier["generation_id"]
    return RespondResult(session, step, UUID(generation_id) if generation_id else None)


def take_answer(
    work: UnitOfWork, session: models.AISession, step: models.SessionStep, answer: StepResponse
) -> None:
    """Write the answer on the step, its label beside its value. Raises InvalidInput."""
    options = options_of(step)
    if answer.skip:
        if not step.allow_skip:
            raise InvalidInput("This step cannot be skipped.")
        step.skipped = True
    elif answer.option is not None:
        choose(step, option_with(options, answer.option))
    else:
        step.response_text = text_validation.require_text(
            answer.text, "The answer", at_most=limits.ANSWER_CHARS
        )
        if not step.allow_free_text:
            raise InvalidInput("This step takes one of its options, not free text.")
        if meant := traversal.parse_option(options, step.response_text):
            choose(step, meant)
    step.answered_by_id = work.principal.user_id
    step.responded_at = utc_now()
    events.record_event(
        work,
        session,
        SessionEventKind.STEP_ANSWERED,
        step_id=str(step.id),
        order=step.step_order,
        answer=step.answer_text,
    )


def options_of(step: models.SessionStep) -> list[StepOption]:
    return [StepOption(**option) for option in step.options]


def option_with(options: list[StepOption], value: str) -> StepOption:
    for option in options:
        if option.value == value:
            return option
    offered = ", ".join(option.value for option in options) or "none"
    raise InvalidInput(f"This step has no option {value[:100]!r}. It has: {offered}.")


def choose(step: models.SessionStep, option: StepOption) -> None:
    step.selected_option = option.value
    step.selected_label = option.label


async def after_answer(
    work: UnitOfWork, session: models.AISession, step: models.SessionStep
) -> models.Generation | None:
    chosen = step.selected_option or ""
    if step.step_type is StepType.RESOLUTION_SUGGESTION and chosen == traversal.SOLVED.value:
        session.resolution_summary = await summary_of(work, session, step)
        return None
    if chosen.startswith(traversal.FLOW_CHOICE):
        return await begin_flow(work, session, chosen.removeprefix(traversal.FLOW_CHOICE))
    tree = await tree_that_leads(work, session)
    node = tree.nodes.get(step.flow_node_id or "") if tree else None
    if tree is None or node is None:
        await suggest_flows(work, session, step.response_text)
        return await go_on(work, session, None, None)
    next_id = traversal.next_node_id(node, option=step.selected_option, skipped=step.skipped)
    if next_id is None and not step.selected_option and not work.runner.has_model:
        await make(
            work, session, asked_again(traversal.step_from_node(tree, step.flow_node_id or ""))
        )
        return None
    return await go_on(work, session, tree, next_id)


async def begin_flow(
    work: UnitOfWork, session: models.AISession, slug: str
) -> models.Generation | None:
    """Follow the flow the technician has picked from those offered."""
    flow = await flow_list.by_slug(work.transaction, work.principal, slug)
    if flow is None:
        return await go_on(work, session, None, None)
    session.confidence_tier = ConfidenceTier.GUIDED
    await follow_flow(work, session, flow.id)
    tree = parse_tree(flow.tree)
    generation = await go_on(work, session, tree, tree.root)
    await note_use(work, session)
    return generation


def asked_again(draft: StepDraft) -> StepDraft:
    """The same question, where its answer could not be understood without a model."""
    return replace(
        draft,
        context_message="Your answer is noted, but it fits none of the choices plainly. "
        "Choose the closest one, so that the flow can go on.",
    )


async def summary_of(
    work: UnitOfWork, session: models.AISession, step: models.SessionStep
) -> str | None:
    """What solved it, for the resolution: the flow's own words where it has them, else those of
    the model. What we ourselves say where both end is no solution."""
    tree = await tree_that_leads(work, session)
    node = tree.nodes.get(step.flow_node_id or "") if tree else None
    if isinstance(node, SolutionNode):
        return f"{node.title}. {node.root_cause or ''}".strip()
    is_of_a_model = step.generation_id is not None and work.runner.has_model
    return text_validation.truncate_words(step.content, at_most=500) if is_of_a_model else None


LAST_STEP = StepDraft(
    StepType.RESOLUTION_SUGGESTION,
    f"This session has reached its limit of {limits.STEPS_IN_A_SESSION} steps. Resolve it if the "
    "problem is gone; otherwise escalate it: everything found so far goes along.",
    options=(traversal.SOLVED, traversal.NOT_SOLVED),
    allow_skip=False,
)


async def regenerate_step(
    work: UnitOfWork, session_id: UUID
) -> tuple[models.AISession, models.Generation]:
    """Ask the assistant again for a next step it could not give.

    Raises InvalidTransition, InvalidInput, SessionBusy.
    """
    session = await lock_for_action(work, session_id, SessionAction.RESPOND_TO_STEP)
    await ensure_idle(work, session)
    last = await steps.find_last_step(work, session)
    if last is not None and not last.is_answered:
        raise InvalidInput("The current step is waiting for its answer; nothing is to be redone.")
    if steps.is_step_limit_reached(session):
        raise InvalidInput(f"The session has its {limits.STEPS_IN_A_SESSION} steps.")
    # Whoever goes on has not solved it.
    session.resolution_summary = None
    return session, await start_generation(work, session, GenerationKind.GUIDED_STEP)
