import pytest

from models import GenerationKind, GenerationStatus, IntakeType, SessionStatus, SessionType
from services.ai.port import AssistantRequest
from services.ai.prompts.builder import build_prompt
from services.errors import InvalidInput, NotFound
from services.generations.request_loader import load_session_snapshot
from services.sessions.create import create_session
from services.sessions.delete import delete_session
from services.sessions.intake import Intake
from tests.services.ai.prompts.material_reader import split_material
from tests.services.session_rows import load_events, load_generation, load_session

INTAKE = Intake(IntakeType.PSA_TICKET, "No mail", log_text="connection refused", ticket_id="T-1")


@pytest.fixture
def create(begin, ana):
    async def create(session_type=SessionType.CHAT, intake=INTAKE, **more):
        async with begin(ana) as work:
            return await create_session(work, session_type, intake, **more)

    return create


async def test_a_chat_begins_with_its_intake_and_a_reply(create, running, runner, ana):
    created = await create(title="  Mail ")
    session = await load_session(running, created.session.id)
    assert (session.account_id, session.user_id) == (ana.account_id, ana.user_id)
    assert (session.status, session.title) == (SessionStatus.ACTIVE, "Mail")
    assert session.psa_ticket_id == "T-1"
    assert session.intake_content == {
        "text": "No mail",
        "log_text": "connection refused",
        "ticket_id": "T-1",
    }
    [message] = session.conversation_messages
    assert message["content"] == "No mail\n\n```\nconnection refused\n```"
    assert runner.started == [created.generation.id]
    generation = await load_generation(running, created.generation.id)
    assert generation.status is GenerationStatus.RUNNING


async def test_its_events_begin_with_its_creation(create, running):
    created = await create()
    events = await load_events(running, created.session.id)
    assert [kind for kind, _ in events] == ["created", "message_added", "generation_started"]
    assert events[0][1] == {"session_type": "chat"}
    assert (await load_session(running, created.session.id)).state_version == len(events)


@pytest.mark.parametrize("session_type", SessionType)
async def test_a_repeated_request_creates_one_session(create, runner, session_type):
    first = await create(session_type, idempotency_key="k")
    again = await create(session_type, idempotency_key="k")
    assert again.session.id == first.session.id
    assert (again.generation and again.generation.id) == (first.generation and first.generation.id)
    assert runner.started == [first.generation.id] if first.generation else runner.started == []
    with pytest.raises(InvalidInput, match="another input"):
        await create(session_type, idempotency_key="k", title="Other")


async def test_a_repeated_request_brings_no_deleted_session_back(create, begin, ana):
    created = await create(idempotency_key="k")
    async with begin(ana) as work:
        await delete_session(work, created.session.id)
    with pytest.raises(NotFound, match="then deleted"):
        await create(idempotency_key="k")


async def test_what_fails_leaves_no_session(begin, running, runner, ana):
    created = []

    async def fail():
        async with begin(ana) as work:
            created.append(await create_session(work, SessionType.CHAT, INTAKE))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await fail()
    assert runner.started == []
    assert await load_events(running, created[0].session.id) == []


async def test_a_title_that_is_too_long_is_refused(create):
    with pytest.raises(InvalidInput, match="title"):
        await create(title="x" * 256)


@pytest.mark.parametrize(
    ("log_text", "fence"), [("a ``` b", "````"), ("```\nx\n`````\n", "``````"), ("a `b`", "```")]
)
async def test_a_log_cannot_leave_its_fence(create, running, log_text, fence):
    created = await create(intake=Intake(IntakeType.LOG_PASTE, log_text=log_text))
    [message] = (await load_session(running, created.session.id)).conversation_messages
    assert message["content"] == f"{fence}\n{log_text}\n{fence}"


@pytest.mark.parametrize("log_text", [None, "connection refused ```"])
@pytest.mark.parametrize("text", [None, "No mail"])
async def test_the_assistant_gets_the_intake_of_a_chat_as_material(
    create, running, ana, text, log_text
):
    created = await create(intake=Intake(IntakeType.PSA_TICKET, text, log_text, ticket_id="T-1"))
    async with running.tenancy.for_account(ana.account_id).read_transaction() as db:
        snapshot = await load_session_snapshot(db, created.session.id)
    assert [message.is_intake for message in snapshot.messages] == [True]
    prompt = build_prompt(AssistantRequest(GenerationKind.CHAT_REPLY, snapshot))
    found = [split_material(turn.text) for turn in prompt.lasting if "<flow" not in turn.text]
    given = (
        [("intake", text), ("log", log_text)] if text or log_text else [("intake", "Ticket T-1")]
    )
    assert found == [([(tag, given)], "") for tag, given in given if given]
