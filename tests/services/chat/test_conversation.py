from uuid import uuid4

import pytest

import models
from models import GenerationKind, MessageRating, MessageRole
from services.chat.conversation import append_message, append_reply, rate_message
from services.chat.store import (
    MessageRange,
    NewMessage,
    load_message_ranges,
    message_from_json,
    message_to_json,
)
from services.errors import NotFound
from services.sessions.access import lock_session
from tests import factories
from tests.services.session_rows import load_events, load_session


@pytest.fixture
async def session_id(running, ana):
    session = factories.chat_session(ana)
    await factories.save(running, session)
    return session.id


def generation_of(session, **request):
    return models.Generation(
        id=uuid4(), session_id=session.id, kind=GenerationKind.CHAT_REPLY, request=request
    )


async def load_messages(running, principal, session_id):
    whole = MessageRange(session_id, 1, 100)
    reader = running.tenancy.reader(principal.account_id)
    return (await load_message_ranges(reader, principal.account_id, [whole]))[whole]


def test_a_queued_message_survives_its_stored_form():
    message = NewMessage(MessageRole.USER, "No mail\N{BULLET}", author_id=uuid4())
    assert message_from_json(message_to_json(message)) == message


def test_what_a_message_does_not_have_is_not_stored():
    stored = message_to_json(NewMessage(MessageRole.USER, "No mail"))
    assert stored.keys() == {"id", "role", "content", "created_at"}


async def test_messages_are_read_as_they_were_appended(begin, running, ana, session_id):
    async with begin(ana) as work:
        session = await lock_session(work, session_id)
        appended = [
            append_message(
                work, session, NewMessage(MessageRole.USER, "No mail", author_id=ana.user_id)
            ),
            append_reply(work, session, generation_of(session), "Restart", interrupted=True),
        ]
    assert await load_messages(running, ana, session_id) == appended
    assert [(m.place, m.interrupted) for m in appended] == [(1, False), (2, True)]


async def test_a_regenerated_reply_replaces_the_old_one(begin, running, ana, session_id):
    async with begin(ana) as work:
        session = await lock_session(work, session_id)
        append_message(work, session, NewMessage(MessageRole.USER, "No mail"))
        old = append_reply(work, session, generation_of(session), "Restart", interrupted=False)
    async with begin(ana) as work:
        session = await lock_session(work, session_id)
        generation = generation_of(session, replaces=old.id)
        new = append_reply(work, session, generation, "Wait", interrupted=False)
    assert (new.place, (await load_session(running, session_id)).step_count) == (2, 2)
    messages = await load_messages(running, ana, session_id)
    assert [message.content for message in messages] == ["No mail", "Wait"]
    kind, detail = (await load_events(running, session_id))[-1]
    assert (kind, detail["replaces"]) == ("message_added", old.id)


async def test_an_interrupted_reply_replaces_nothing(begin, running, ana, session_id):
    async with begin(ana) as work:
        session = await lock_session(work, session_id)
        old = append_reply(work, session, generation_of(session), "Restart", interrupted=False)
        generation = generation_of(session, replaces=old.id)
        assert append_reply(work, session, generation, "Wa", interrupted=True) == old.id
    [message] = await load_messages(running, ana, session_id)
    assert message == old


async def test_a_reply_is_rated_and_the_rating_removed(begin, running, ana, session_id):
    async with begin(ana) as work:
        session = await lock_session(work, session_id)
        reply = append_reply(work, session, generation_of(session), "Restart", interrupted=False)
    for rating in (MessageRating.UP, None):
        async with begin(ana) as work:
            session = await lock_session(work, session_id)
            rated = await rate_message(work, session, reply.id, rating)
        assert rated == reply._replace(rating=rating)
        assert await load_messages(running, ana, session_id) == [rated]


async def test_only_replies_are_rated(begin, ana, session_id):
    async with begin(ana) as work:
        session = await lock_session(work, session_id)
        message = append_message(work, session, NewMessage(MessageRole.USER, "No mail"))
        await work.flush()
        for id in (message.id, "unknown"):
            with pytest.raises(NotFound, match="answer of the assistant"):
                await rate_message(work, session, id, MessageRating.UP)
