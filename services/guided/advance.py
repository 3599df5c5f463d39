"""Adds the next step of a guided session.

At tier `guided` the tree of the matched flow decides, and the next step is there at once. At
`exploring` and `discovery` the model decides, given the flow and the answers so far. Without a
model, the tree of any matched flow decides.
"""

from dataclasses import asdict
from uuid import UUID

import models
from models import ConfidenceTier, GenerationKind, SessionEventKind, StepType
from services import limits
from services.flows import flow_tree
from services.flows import store as flow_store
from services.flows.flow_tree import FlowTree, StepDraft, parse_tree
from services.generations.start import start_generation
from services.limits import STEPS_IN_A_SESSION
from services.sessions import store
from services.unit_of_work import UnitOfWork


async def add_step(
    work: UnitOfWork,
    session: models.AISession,
    draft: StepDraft,
    *,
    generation_id: UUID | None = None,
) -> models.SessionStep:
    """Add the next step to a locked session."""
    session.step_count += 1
    session.confidence_score = draft.confidence or session.confidence_score
    content = asdict(draft)
    confidence, options = content.pop("confidence"), content.pop("options")
    step = models.SessionStep(
        account_id=session.account_id,
        session_id=session.id,
        step_order=session.step_count,
        options=list(options),
        confidence_tier=session.confidence_tier,
        confidence_score=confidence,
        generation_id=generation_id,
        **content,
    )
    await store.insert_step(work.transaction, step)
    change = work.record_event(
        session,
        SessionEventKind.STEP_ADDED,
        by_assistant=True,
        step_id=str(step.id),
        order=step.step_order,
        step_type=step.step_type,
    )
    change.index(draft.content)
    return step


def is_step_limit_reached(session: models.AISession) -> bool:
    return session.step_count >= STEPS_IN_A_SESSION


LAST_STEP = StepDraft(
    StepType.RESOLUTION_SUGGESTION,
    f"This session has reached its limit of {limits.STEPS_IN_A_SESSION} steps. Resolve it if the "
    "problem is solved; otherwise escalate it. The escalation includes all findings so far.",
    options=(flow_tree.SOLVED, flow_tree.NOT_SOLVED),
    allow_skip=False,
)


async def advance_session(
    work: UnitOfWork, session: models.AISession, tree: FlowTree | None, node_id: str | None
) -> models.Generation | None:
    """Add the step of a node of the tree; if there is none, start the generation of a step."""
    if tree is not None and node_id is not None and node_id in tree.nodes:
        await add_step_or_last(work, session, flow_tree.step_from_node(tree, node_id))
    elif session.step_count >= limits.STEPS_IN_A_SESSION - 1:
        await add_step_or_last(work, session, LAST_STEP)
    else:
        return await start_generation(work, session, GenerationKind.GUIDED_STEP)
    return None


async def add_step_or_last(work: UnitOfWork, session: models.AISession, draft: StepDraft) -> None:
    """Add a step; the last one that the limit allows is always `LAST_STEP`."""
    if session.step_count >= limits.STEPS_IN_A_SESSION - 1:
        draft = LAST_STEP
    if not is_step_limit_reached(session):
        await add_step(work, session, draft)


async def active_tree(work: UnitOfWork, session: models.AISession) -> FlowTree | None:
    """The tree to traverse; None if the model decides."""
    if session.matched_flow_id is None:
        return None
    if session.confidence_tier is not ConfidenceTier.GUIDED and work.runner.has_model:
        return None
    flow = await flow_store.load_flow(work.transaction, session.matched_flow_id)
    return parse_tree(flow.tree)


async def follow_flow(work: UnitOfWork, session: models.AISession, flow_id: UUID) -> None:
    flow = await flow_store.load_flow(work.transaction, flow_id)
    session.matched_flow_id = flow.id
    session.problem_domain = session.problem_domain or flow.domain


async def switch_flow(
    work: UnitOfWork, session: models.AISession, slug: str
) -> models.Generation | None:
    """Follow the flow that the user picked from those offered."""
    flow = await flow_store.find_flow_by_slug(work.transaction, work.principal.account_id, slug)
    if flow is None:
        return await advance_session(work, session, None, None)
    session.confidence_tier = ConfidenceTier.GUIDED
    await follow_flow(work, session, flow.id)
    tree = parse_tree(flow.tree)
    generation = await advance_session(work, session, tree, tree.root)
    await count_use(work, session)
    return generation


async def count_use(work: UnitOfWork, session: models.AISession) -> None:
    """Call it after the reservation of a generation: closing a session too locks the rows of the
    quota before those of the flow, so the two cannot deadlock."""
    if session.matched_flow_id is not None:
        await flow_store.count_flow_use(
            work.transaction, session.account_id, session.matched_flow_id
        )
