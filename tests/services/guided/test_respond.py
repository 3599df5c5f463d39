import pytest
from sqlalchemy import select

import models
from models import ConfidenceTier, IntakeType, SessionType, StepType
from server.bootstrap import FLOWS
from services import limits
from services.errors import InvalidInput, NotFound, SessionBusy, StepAlreadyAnswered
from services.flows.flow_tree import StepDraft, StepOption
from services.flows.library import load_flow_library
from services.guided.advance import add_step
from services.guided.respond import StepResponse, respond_to_step
from services.sessions.access import lock_session
from services.sessions.create import create_session
from services.sessions.intake import Intake
from tests import factories
from tests.services.session_rows import load_events, load_session
from tests.superuser import as_owner

LOCKOUT = next(f for f in load_flow_library(FLOWS) if f.slug == "account-lockout")
KNOWN = Intake(IntakeType.FREE_TEXT, "account keeps locking, referenced account is locked out")
UNKNOWN = Intake(IntakeType.FREE_TEXT, "zyzzyva quux frobnicates")
QUESTION = StepDraft(
    StepType.QUESTION,
    "Which one?",
    options=(StepOption("one", "This one"), StepOption("two", "That")),
)


async def load_steps(running, session_id):
    step = models.SessionStep
    async with as_owner(running) as db:
        found = await db.scalars(
            select(step).where(step.session_id == session_id).order_by(step.step_order)
        )
        return list(found)


@pytest.fixture
def start(begin, ana):
    async def start(intake):
        async with begin(ana) as work:
            return await create_session(work, SessionType.GUIDED, intake)

    return start


@pytest.fixture
def respond(begin, running, ana):
    """Answers the last step of a session."""

    async def respond(session_id, *, idempotency_key=None, **response):
        [*_, last] = await load_steps(running, session_id)
        async with begin(ana) as work:
            return await respond_to_step(
                work, session_id, last.id, StepResponse(**response), idempotency_key=idempotency_key
            )

    return respond


@pytest.fixture
async def asked(begin, running, ana):
    """A session at tier discovery with one question of the model."""

    async def asked(draft=QUESTION):
        session = factories.guided_session(ana, confidence_tier=ConfidenceTier.DISCOVERY)
        await factories.save(running, session)
        async with begin(ana) as work:
            await add_step(work, await lock_session(work, session.id), draft)
        return session.id

    return asked


async def test_a_matched_flow_asks_its_first_question_without_the_model(running, runner, start):
    created = await start(KNOWN)
    assert created.generation is None
    assert runner.started == []
    session = await load_session(running, created.session.id)
    assert session.confidence_tier is ConfidenceTier.GUIDED
    assert session.problem_domain == LOCKOUT.domain
    [step] = await load_steps(running, session.id)
    assert (step.flow_node_id, step.content) == (LOCKOUT.root, LOCKOUT.nodes["scope"].question)


async def test_an_option_leads_to_its_node(running, start, respond):
    created = await start(KNOWN)
    await respond(created.session.id, option="repeated")
    scope, source = await load_steps(running, created.session.id)
    assert (scope.selected_option, scope.selected_label) == (
        "repeated",
        "One user, again and again after unlocking",
    )
    assert source.flow_node_id == "find_source"
    events = [kind for kind, _ in await load_events(running, created.session.id)]
    assert events == ["created", "step_added", "step_answered", "step_added"]


async def test_skipping_leads_to_the_node_for_the_unsure(running, start, respond):
    created = await start(KNOWN)
    await respond(created.session.id, skip=True)
    assert (await load_steps(running, created.session.id))[-1].flow_node_id == "identity"


async def test_text_that_names_an_option_selects_it(running, start, respond):
    created = await start(KNOWN)
    await respond(created.session.id, text=" Many accounts at the same time. ")
    scope, following = await load_steps(running, created.session.id)
    assert (scope.selected_option, following.flow_node_id) == ("many", "mass_check")


async def test_other_text_goes_to_the_model(running, runner, start, respond):
    created = await start(KNOWN)
    responded = await respond(created.session.id, text="It depends on the weather")
    assert runner.started == [responded.generation.id]
    assert len(await load_steps(running, created.session.id)) == 1


async def test_without_a_model_the_question_is_repeated(running, runner, start, respond):
    runner.has_model = False
    created = await start(KNOWN)
    await respond(created.session.id, text="It depends on the weather")
    first, again = await load_steps(running, created.session.id)
    assert again.flow_node_id == first.flow_node_id
    assert again.context_message.startswith("Your answer is stored")


async def test_an_unknown_problem_goes_to_the_model(running, runner, start):
    created = await start(UNKNOWN)
    assert runner.started == [created.generation.id]
    session = await load_session(running, created.session.id)
    assert (session.confidence_tier, session.matched_flow_id) == (ConfidenceTier.DISCOVERY, None)


async def test_a_step_waits_for_the_generation_of_the_next(start, respond, asked):
    id = await asked()
    responded = await respond(id, option="one")
    with pytest.raises(StepAlreadyAnswered):
        await respond(id, option="two")
    assert responded.generation is not None


async def test_a_session_that_generates_is_busy(begin, running, ana, asked, start, respond):
    created = await start(UNKNOWN)
    async with begin(ana) as work:
        await add_step(work, await lock_session(work, created.session.id), QUESTION)
    with pytest.raises(SessionBusy) as busy:
        await respond(created.session.id, option="one")
    assert busy.value.generation_id == created.generation.id


@pytest.mark.parametrize(
    ("draft", "response", "message"),
    [
        (QUESTION, {"option": "three"}, "no option 'three'. It has: one, two"),
        (QUESTION, {"text": " "}, "The answer must not be empty"),
        (
            StepDraft(StepType.QUESTION, "?", allow_free_text=False),
            {"text": "so"},
            "one of its options, not free text",
        ),
        (StepDraft(StepType.QUESTION, "?", allow_skip=False), {"skip": True}, "cannot be skipped"),
    ],
)
async def test_an_answer_must_be_one_that_the_step_takes(asked, respond, draft, response, message):
    id = await asked(draft)
    with pytest.raises(InvalidInput, match=message):
        await respond(id, **response)


async def test_a_step_of_another_session_is_not_found(begin, running, ana, asked):
    [step] = await load_steps(running, await asked())
    other = await asked()
    async with begin(ana) as work:
        with pytest.raises(NotFound, match="step in this session"):
            await respond_to_step(work, other, step.id, StepResponse(option="one"))


async def test_a_repeated_request_answers_once(running, runner, asked, respond):
    id = await asked()
    first = await respond(id, option="one", idempotency_key="k")
    again = await respond(id, option="one", idempotency_key="k")
    assert (again.step.id, again.generation.id) == (first.step.id, first.generation.id)
    assert runner.started == [first.generation.id]


async def test_the_last_step_says_that_the_limit_is_reached(begin, running, runner, ana):
    session = factories.guided_session(
        ana,
        confidence_tier=ConfidenceTier.DISCOVERY,
        step_count=limits.STEPS_IN_A_SESSION - 2,
    )
    await factories.save(running, session)
    async with begin(ana) as work:
        step = await add_step(work, await lock_session(work, session.id), QUESTION)
    async with begin(ana) as work:
        await respond_to_step(work, session.id, step.id, StepResponse(option="one"))
    [*_, last] = await load_steps(running, session.id)
    assert runner.started == []
    assert (last.step_order, last.step_type) == (30, StepType.RESOLUTION_SUGGESTION)
    assert "limit of 30 steps" in last.content


async def test_solving_it_takes_the_words_of_the_flow_as_summary(running, start, respond):
    created = await start(KNOWN)
    for _ in range(limits.STEPS_IN_A_SESSION):
        [*_, step] = await load_steps(running, created.session.id)
        if step.step_type is StepType.RESOLUTION_SUGGESTION:
            break
        await respond(created.session.id, option=step.options[0]["value"])
    await respond(created.session.id, option="solved")
    solution = LOCKOUT.nodes[step.flow_node_id]
    summary = (await load_session(running, created.session.id)).resolution_summary
    assert summary == f"{solution.title}. {solution.root_cause or ''}".strip()
