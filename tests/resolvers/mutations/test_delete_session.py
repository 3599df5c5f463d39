"""Deleting a session with all that was in it."""

import asyncio
from contextlib import AsyncExitStack

import pytest

from models import Role
from schema import ids
from tests import factories
from tests.api_client import PATIENCE
from tests.operations import (
    CREATE,
    GENERATION_EVENTS,
    TOKENS,
    call,
    chat,
    create,
    ending,
    get,
    history,
    until_text,
)

UPDATE = "generation { id }"


async def test_a_deleted_session_is_gone(api, session):
    deleted = await call(api, "deleteSession", "deletedSessionId", sessionId=session["id"])
    assert deleted["deletedSessionId"] == session["id"]
    assert await get(api, session["id"]) is None
    again = await call(api, "deleteSession", "deletedSessionId", sessionId=session["id"])
    assert again["__typename"] == "NotFound"


async def test_what_is_deleted_is_gone_for_everybody_with_all_that_was_in_it(api, ben, session):
    update = {"sessionId": session["id"], "audience": "CLIENT_UPDATE"}
    generation = (await call(api, "statusUpdate", UPDATE, **update))["generation"]["id"]
    document = (await ending(api, generation))["document"]["id"]
    [last] = (await history(api, session["id"]))[-1:]
    event = ids.encode_global_id("SessionEvent", last["cursor"])
    things = [session["id"], generation, document, event]
    node = "query Node($id: ID!) { node(id: $id) { id } }"
    for thing in things:
        assert (await api.by(ben).data(node, id=thing))["node"] == {"id": thing}
    await call(api, "deleteSession", "deletedSessionId", sessionId=session["id"])
    for who in (api, api.by(ben)):
        assert (await who.data("{ sessions { totalCount } }"))["sessions"]["totalCount"] == 0
        for thing in things:
            assert (await who.data(node, id=thing))["node"] is None


async def test_a_key_of_what_was_deleted_brings_nothing_back(api):
    asked = {"sessionType": "CHAT", "intake": {"text": "it hangs"}, "idempotencyKey": "a key"}
    created = (await api.data(CREATE, input=asked))["createSession"]
    await call(api, "deleteSession", "deletedSessionId", sessionId=created["session"]["id"])
    again = (await api.data(CREATE, input=asked))["createSession"]
    assert again["__typename"] == "NotFound"


@pytest.mark.parametrize("kind", ["CHAT", "GUIDED"])
async def test_deleting_ends_what_is_being_written_and_sends_its_viewers_home(api, assistant, kind):
    answer = assistant.enqueue_held("Half")
    created = await create(api, kind, "zyzzyva quux frobnicates")
    session_id = created["session"]["id"]
    watched = [api.subscribed(GENERATION_EVENTS, generationId=created["generation"]["id"])]
    if kind == "CHAT":
        watched.append(api.subscribed(TOKENS, sessionId=session_id))
    async with AsyncExitStack() as stack:
        viewers = [await stack.enter_async_context(stream) for stream in watched]
        for events in viewers:
            while "text" not in await anext(events):
                pass
        await call(api, "deleteSession", "deletedSessionId", sessionId=session_id)
        for events in viewers:
            assert [event async for event in events] == []
    await asyncio.wait_for(answer.closed.wait(), PATIENCE)


async def test_deleting_ends_the_documents_that_are_being_written(api, assistant):
    session = await chat(api)
    answer = assistant.enqueue_held("How things ")
    asked = {"sessionId": session["id"], "audience": "CLIENT_UPDATE"}
    generation = (await call(api, "statusUpdate", UPDATE, **asked))["generation"]["id"]
    async with api.subscribed(GENERATION_EVENTS, generationId=generation) as events:
        await until_text(events, "How things ")
        await call(api, "deleteSession", "deletedSessionId", sessionId=session["id"])
        assert [event async for event in events] == []
    await asyncio.wait_for(answer.closed.wait(), PATIENCE)


async def test_a_colleague_may_not_delete_it_but_an_administrator_may(
    api, ben, running, ana, session
):
    admin = await factories.user(running, "Ada", account_id=ana.account_id, role=Role.ADMIN)
    asked = {"sessionId": session["id"]}
    refused = await call(api.by(ben), "deleteSession", "deletedSessionId", **asked)
    assert refused["__typename"] == "Forbidden"
    deleted = await call(api.by(admin), "deleteSession", "deletedSessionId", **asked)
    assert deleted["__typename"] == "DeleteSessionSuccess"
