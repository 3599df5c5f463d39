import pytest

from models import GenerationStatus, MessageRole, SessionStatus
from services import limits
from services.chat.send_message import BusyPolicy, send_message
from services.errors import InvalidInput, InvalidTransition, SessionBusy, SessionTooLong
from tests import factories
from tests.services.session_rows import load_events, load_generation, load_session


@pytest.fixture
async def session_id(running, ana):
    session = factories.chat_session(ana)
    await factories.save(running, session)
    return session.id


async def send(begin, who, session_id, content, **more):
    async with begin(who) as work:
        return await send_message(work, session_id, content, **more)


async def test_a_message_is_appended_and_its_reply_is_started(
    begin, running, runner, ana, session_id
):
    sent = await send(begin, ana, session_id, "  No mail since nine ")
    session = await load_session(running, session_id)
    assert session.step_count == sent.message.place == 1
    [stored] = session.conversation_messages
    assert stored == {
        "id": sent.message.id,
        "role": "user",
        "content": "No mail since nine",
        "created_at": sent.message.created_at.isoformat(),
        "author_id": str(ana.user_id),
    }
    assert runner.started == [sent.generation.id]
    generation = await load_generation(running, sent.generation.id)
    assert (generation.status, generation.owner) == (GenerationStatus.RUNNING, runner.id)


async def test_version_and_events_grow_with_the_message(begin, running, ana, session_id):
    sent = await send(begin, ana, session_id, "No mail")
    events = await load_events(running, session_id)
    assert [kind for kind, _ in events] == ["message_added", "generation_started"]
    assert events[0][1] == {"message_id": sent.message.id, "role": "user"}
    assert (await load_session(running, session_id)).state_version == len(events)


async def test_the_runner_is_told_only_after_the_commit(begin, running, runner, ana, session_id):
    async def send_and_fail():
        async with begin(ana) as work:
            await send_message(work, session_id, "No mail")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await send_and_fail()
    assert runner.started == []
    assert (await load_session(running, session_id)).conversation_messages == []


async def test_a_busy_session_rejects_a_message_by_default(begin, ana, session_id):
    first = await send(begin, ana, session_id, "No mail")
    with pytest.raises(SessionBusy) as busy:
        await send(begin, ana, session_id, "Still none")
    assert busy.value.generation_id == first.generation.id


async def test_a_queued_message_is_not_yet_in_the_conversation(
    begin, running, runner, ana, session_id
):
    first = await send(begin, ana, session_id, "No mail")
    queued = await send(begin, ana, session_id, "Still none", when_busy=BusyPolicy.ENQUEUE)
    assert queued.message.place == 0
    assert (await load_session(running, session_id)).step_count == 1
    generation = await load_generation(running, queued.generation.id)
    assert generation.status is GenerationStatus.QUEUED
    assert generation.request["message"]["content"] == "Still none"
    assert runner.started == [first.generation.id]


async def test_the_queue_is_limited(begin, ana, session_id):
    await send(begin, ana, session_id, "No mail")
    for n in range(limits.QUEUED_MESSAGES):
        await send(begin, ana, session_id, f"{n}", when_busy=BusyPolicy.ENQUEUE)
    with pytest.raises(SessionBusy, match=str(limits.QUEUED_MESSAGES)):
        await send(begin, ana, session_id, "one more", when_busy=BusyPolicy.ENQUEUE)


async def test_an_interrupting_message_cancels_what_runs_and_delivers_what_waits(
    begin, running, runner, ana, session_id
):
    first = await send(begin, ana, session_id, "one")
    queued = await send(begin, ana, session_id, "two", when_busy=BusyPolicy.ENQUEUE)
    third = await send(begin, ana, session_id, "three", when_busy=BusyPolicy.INTERRUPT)
    session = await load_session(running, session_id)
    assert [m["content"] for m in session.conversation_messages] == ["one", "two", "three"]
    ended = [first.generation.id, queued.generation.id]
    assert runner.cancelled == runner.settled == ended
    for generation_id in ended:
        generation = await load_generation(running, generation_id)
        assert generation.status is GenerationStatus.CANCELLED
        assert generation.error_reason == "It was interrupted by the next message."
    assert runner.started == [first.generation.id, third.generation.id]


async def test_a_full_chat_says_its_limit(begin, running, ana):
    session = factories.chat_session(ana, step_count=limits.MESSAGES_IN_A_SESSION)
    await factories.save(running, session)
    with pytest.raises(SessionTooLong, match="2,000 messages"):
        await send(begin, ana, session.id, "one more")


@pytest.mark.parametrize("status", [s for s in SessionStatus if s is not SessionStatus.ACTIVE])
async def test_only_an_active_session_takes_messages(begin, running, ana, status):
    session = factories.chat_session(ana, status=status)
    await factories.save(running, session)
    with pytest.raises(InvalidTransition):
        await send(begin, ana, session.id, "one more")


async def test_a_repeated_request_returns_the_first_message(begin, runner, ana, session_id):
    first = await send(begin, ana, session_id, "No mail", idempotency_key="k")
    again = await send(begin, ana, session_id, "No mail", idempotency_key="k")
    assert again.message == first.message
    assert again.generation.id == first.generation.id
    assert again.generation.row is None
    assert runner.started == [first.generation.id]
    with pytest.raises(InvalidInput, match="another input"):
        await send(begin, ana, session_id, "Other", idempotency_key="k")


async def test_a_repeated_request_finds_a_queued_message(begin, ana, session_id):
    await send(begin, ana, session_id, "No mail")
    key = {"when_busy": BusyPolicy.ENQUEUE, "idempotency_key": "k"}
    first = await send(begin, ana, session_id, "Still none", **key)
    again = await send(begin, ana, session_id, "Still none", **key)
    assert again.message == first.message
    assert again.message.role is MessageRole.USER
