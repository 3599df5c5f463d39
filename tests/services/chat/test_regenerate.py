from uuid import uuid4

import pytest

import models
from models import GenerationKind, GenerationStatus, MessageRole, SessionStatus
from services.chat.conversation import append_message, append_reply
from services.chat.regenerate import regenerate_reply
from services.chat.store import NewMessage
from services.errors import InvalidInput, InvalidTransition, SessionBusy
from services.sessions.access import lock_session
from tests import factories
from tests.services.session_rows import load_generation


@pytest.fixture
async def session_id(running, ana):
    session = factories.chat_session(ana)
    await factories.save(running, session)
    return session.id


@pytest.fixture
def regenerate(begin, ana):
    async def regenerate(session_id):
        async with begin(ana) as work:
            _, generation = await regenerate_reply(work, session_id)
            return generation.id

    return regenerate


@pytest.fixture
def converse(begin, ana):
    """Appends a question and, if there is one, the reply to it; returns the id of the reply."""

    async def converse(session_id, reply=None):
        async with begin(ana) as work:
            session = await lock_session(work, session_id)
            append_message(work, session, NewMessage(MessageRole.USER, "No mail"))
            if reply is None:
                return None
            generation = models.Generation(
                id=uuid4(), session_id=session.id, kind=GenerationKind.CHAT_REPLY, request={}
            )
            return append_reply(work, session, generation, reply, interrupted=False).id

    return converse


async def test_the_new_reply_is_to_replace_the_last(
    running, runner, session_id, converse, regenerate
):
    reply_id = await converse(session_id, "Restart")
    generation_id = await regenerate(session_id)
    generation = await load_generation(running, generation_id)
    assert (generation.status, generation.kind) == (
        GenerationStatus.RUNNING,
        GenerationKind.CHAT_REPLY,
    )
    assert generation.request["replaces"] == reply_id
    assert runner.started == [generation_id]


async def test_a_question_without_a_reply_gets_one(running, session_id, converse, regenerate):
    await converse(session_id)
    generation = await load_generation(running, await regenerate(session_id))
    assert "replaces" not in generation.request


async def test_an_empty_conversation_has_nothing_to_answer(session_id, regenerate):
    with pytest.raises(InvalidInput, match="no message to answer"):
        await regenerate(session_id)


async def test_a_session_that_generates_is_busy(session_id, converse, regenerate):
    await converse(session_id, "Restart")
    generation_id = await regenerate(session_id)
    with pytest.raises(SessionBusy) as busy:
        await regenerate(session_id)
    assert busy.value.generation_id == generation_id


@pytest.mark.parametrize("status", [s for s in SessionStatus if s is not SessionStatus.ACTIVE])
async def test_only_an_active_session_is_answered_anew(running, ana, regenerate, status):
    session = factories.chat_session(ana, status=status)
    await factories.save(running, session)
    with pytest.raises(InvalidTransition):
        await regenerate(session.id)
