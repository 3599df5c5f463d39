"""Answers the current step of a guided session."""

from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from uuid import UUID

import models
from models import SessionEventKind, StepType
from services import input_validation, limits
from services.errors import InvalidInput, NotFound
from services.flows import flow_tree
from services.flows.flow_tree import SolutionNode, StepDraft, StepOption
from services.flows.matching import suggest_flows
from services.generations.start import StartedGeneration
from services.generations.store import find_running_turn_id
from services.guided.advance import active_tree, add_step_or_last, advance_session, switch_flow
from services.idempotency import StoredOutcome, idempotent
from services.sessions import store
from services.sessions.access import check_obstacle, lock_for_action, lock_session
from services.sessions.lifecycle import SessionAction
from services.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class StepResponse:
    """Exactly one of the three."""

    option: str | None = None
    text: str | None = None
    skip: bool = False


@dataclass(frozen=True, slots=True)
class RespondResult:
    """`generation` is only an id if the request was replayed."""

    session: models.AISession
    step: models.SessionStep
    generation: StartedGeneration | None


async def respond_to_step(
    work: UnitOfWork,
    session_id: UUID,
    step_id: UUID,
    response: StepResponse,
    *,
    idempotency_key: str | None = None,
) -> RespondResult:
    """Record the answer of the current step and advance to the next.

    Raises NotFound, WrongSessionType, InvalidTransition, InvalidInput, StepAlreadyAnswered,
    SessionBusy.
    """
    input = {"session": session_id, "step": step_id, "answer": asdict(response)}
    async with idempotent(work, idempotency_key, "respondToStep", input) as request:
        if request.earlier is not None:
            session = await lock_session(work, session_id)
            step = await require_step(work, session, step_id)
            earlier_id = request.earlier.generation_id
            started = StartedGeneration(earlier_id) if earlier_id else None
            return RespondResult(session, step, started)
        session = await lock_for_action(work, session_id, SessionAction.RESPOND_TO_STEP)
        step = await require_step(work, session, step_id)
        check_obstacle(
            work,
            session,
            SessionAction.RESPOND_TO_STEP,
            running_turn=await find_running_turn_id(work.transaction, session.id),
            has_open_step=not step.is_answered,
        )
        record_answer(work, session, step, response)
        generation = await advance_after_answer(work, session, step)
        request.outcome = StoredOutcome(generation_id=generation.id if generation else None)
        started = StartedGeneration(generation.id, generation) if generation else None
        return RespondResult(session, step, started)


async def require_step(
    work: UnitOfWork, session: models.AISession, step_id: UUID
) -> models.SessionStep:
    step = await store.find_step(work.transaction, step_id)
    if step is None or step.session_id != session.id:
        raise NotFound("step in this session")
    return step


def record_answer(
    work: UnitOfWork, session: models.AISession, step: models.SessionStep, response: StepResponse
) -> None:
    """Set the answer of a step. Raises InvalidInput."""
    options = [StepOption(**option) for option in step.options]
    if response.skip:
        if not step.allow_skip:
            raise InvalidInput("This step cannot be skipped.", "answer.skip")
        step.skipped = True
    elif response.option is not None:
        select_option(step, find_option(options, response.option))
    else:
        step.response_text = input_validation.require_text(
            response.text, "The answer", "answer.text", at_most=limits.ANSWER_CHARS
        )
        if not step.allow_free_text:
            message = "This step takes one of its options, not free text."
            raise InvalidInput(message, "answer.text")
        if option := flow_tree.parse_option(options, step.response_text):
            select_option(step, option)
    step.answered_by_id = work.principal.user_id
    step.responded_at = datetime.now(UTC)
    change = work.record_event(
        session,
        SessionEventKind.STEP_ANSWERED,
        step_id=str(step.id),
        order=step.step_order,
        answer=step.answer_text,
    )
    change.index(step.answer_text, step.response_text)


def find_option(options: list[StepOption], value: str) -> StepOption:
    for option in options:
        if option.value == value:
            return option
    offered = ", ".join(option.value for option in options) or "none"
    message = f"This step has no option {value[:100]!r}. It has: {offered}."
    raise InvalidInput(message, "answer.option")


def select_option(step: models.SessionStep, option: StepOption) -> None:
    step.selected_option = option.value
    step.selected_label = option.label


async def advance_after_answer(
    work: UnitOfWork, session: models.AISession, step: models.SessionStep
) -> models.Generation | None:
    selected = step.selected_option or ""
    is_suggestion = step.step_type is StepType.RESOLUTION_SUGGESTION
    if is_suggestion and selected == flow_tree.SOLVED.value:
        session.resolution_summary = await summarize_solution(work, session, step)
        return None
    if selected.startswith(flow_tree.FLOW_CHOICE):
        return await switch_flow(work, session, selected.removeprefix(flow_tree.FLOW_CHOICE))
    tree = await active_tree(work, session)
    node = tree.nodes.get(step.flow_node_id or "") if tree else None
    if tree is None or node is None:
        await suggest_flows(work, session, step.response_text)
        return await advance_session(work, session, None, None)
    next_id = flow_tree.next_node_id(node, option=step.selected_option, skipped=step.skipped)
    if next_id is None and not step.selected_option and not work.runner.has_model:
        question = flow_tree.step_from_node(tree, step.flow_node_id or "")
        await add_step_or_last(work, session, repeat_question(question))
        return None
    return await advance_session(work, session, tree, next_id)


def repeat_question(draft: StepDraft) -> StepDraft:
    """Ask again if there is no model to interpret the answer."""
    return replace(
        draft,
        context_message="Your answer is stored, but it matches none of the options. "
        "Choose the closest one to continue.",
    )


async def summarize_solution(
    work: UnitOfWork, session: models.AISession, step: models.SessionStep
) -> str | None:
    """The resolution summary: the words of the flow if it led here, else those of the model.
    None for a step of this server, which names no solution."""
    tree = await active_tree(work, session)
    node = tree.nodes.get(step.flow_node_id or "") if tree else None
    if isinstance(node, SolutionNode):
        return f"{node.title}. {node.root_cause or ''}".strip()
    is_generated = step.generation_id is not None and work.runner.has_model
    return input_validation.truncate_words(step.content, at_most=500) if is_generated else None
