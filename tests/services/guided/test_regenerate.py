import pytest

from models import ConfidenceTier, GenerationKind, SessionStatus, StepType
from services import limits
from services.errors import InvalidInput, InvalidTransition, SessionBusy
from services.flows.flow_tree import StepDraft
from services.guided.advance import add_step
from services.guided.regenerate import regenerate_step
from services.sessions.access import lock_session
from tests import factories
from tests.services.session_rows import load_generation, load_session


@pytest.fixture
def save_session(running, ana):
    async def save_session(**fields):
        session = factories.guided_session(ana, confidence_tier=ConfidenceTier.DISCOVERY, **fields)
        await factories.save(running, session)
        return session.id

    return save_session


@pytest.fixture
def regenerate(begin, ana):
    async def regenerate(session_id):
        async with begin(ana) as work:
            _, generation = await regenerate_step(work, session_id)
            return generation.id

    return regenerate


async def test_the_step_is_generated_and_the_problem_is_open_again(
    running, runner, save_session, regenerate
):
    session_id = await save_session(resolution_summary="Restarted")
    generation_id = await regenerate(session_id)
    generation = await load_generation(running, generation_id)
    assert generation.kind is GenerationKind.GUIDED_STEP
    assert runner.started == [generation_id]
    assert (await load_session(running, session_id)).resolution_summary is None


async def test_a_step_that_waits_for_its_answer_stays(begin, ana, save_session, regenerate):
    session_id = await save_session()
    async with begin(ana) as work:
        session = await lock_session(work, session_id)
        await add_step(work, session, StepDraft(StepType.QUESTION, "Does it blink?"))
    with pytest.raises(InvalidInput, match="waits for its answer"):
        await regenerate(session_id)


async def test_a_session_that_generates_is_busy(save_session, regenerate):
    session_id = await save_session()
    generation_id = await regenerate(session_id)
    with pytest.raises(SessionBusy) as busy:
        await regenerate(session_id)
    assert busy.value.generation_id == generation_id


async def test_the_number_of_steps_is_limited(save_session, regenerate):
    session_id = await save_session(step_count=limits.STEPS_IN_A_SESSION)
    with pytest.raises(InvalidInput, match="limit"):
        await regenerate(session_id)


@pytest.mark.parametrize("status", [s for s in SessionStatus if s is not SessionStatus.ACTIVE])
async def test_only_an_active_session_gets_steps(save_session, regenerate, status):
    session_id = await save_session(status=status)
    with pytest.raises(InvalidTransition):
        await regenerate(session_id)
