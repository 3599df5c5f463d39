"""Renaming, rating and deleting a session, and the documents written about it."""

import asyncio
from contextlib import AsyncExitStack

import pytest
from sqlalchemy import text

import models
from models import GenerationKind, Role
from queries import pagination
from schema import ids
from services.ai.port import ProviderOverloaded, SessionDescription
from tests import factories
from tests.api_client import PATIENCE, eventually
from tests.database_faults import make_unreadable
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
    move,
    until_text,
)
from tests.superuser import as_owner

UNDESCRIBE = "UPDATE ai_sessions SET described_at = NULL, problem_summary = NULL"
DOCUMENT = "document { id kind markdown edited }"
UPDATE = "generation { id }"


async def described(api, session_id):
    async def summary():
        session = await get(api, session_id)
        return session["problemSummary"] and session

    return await eventually(summary)


async def test_a_session_is_renamed(api, session):
    renamed = await call(
        api, "renameSession", "session { ...Session }", sessionId=session["id"], title="  Mine "
    )
    assert renamed["session"]["title"] == renamed["session"]["displayTitle"] == "Mine"


@pytest.mark.parametrize("title", ["  ", "x" * 256])
async def test_a_title_that_says_nothing_or_too_much_is_refused(api, session, title):
    refused = await call(
        api, "renameSession", "session { id }", sessionId=session["id"], title=title
    )
    assert refused["__typename"] == "InvalidInput"


async def test_the_assistant_names_a_chat_after_its_first_exchange(api, assistant):
    assistant.enqueue_description(
        SessionDescription("Mail stands still", "No mail since nine.", "Email")
    )
    session = await described(api, (await chat(api))["id"])
    assert session["title"] == session["displayTitle"] == "Mail stands still"
    assert session["problemSummary"] == "No mail since nine."
    assert session["problemDomain"] == "Email"


async def test_a_title_somebody_gave_stays(api, assistant):
    created = await create(api, "CHAT", "it hangs", title="Mine")
    await ending(api, created["generation"]["id"])
    session = await described(api, created["session"]["id"])
    assert session["title"] == "Mine"


async def test_a_title_given_before_the_assistant_had_one_stays(api, assistant):
    answer = assistant.enqueue_held("Half ")
    session_id = (await create(api, "CHAT", "it hangs"))["session"]["id"]
    await call(api, "renameSession", "session { id }", sessionId=session_id, title="Mine")
    answer.release("an answer.")
    session = await described(api, session_id)
    assert (session["title"], session["displayTitle"]) == ("Mine", "Mine")
    assert session["problemSummary"] == "A scripted summary."


async def test_a_guided_session_keeps_the_domain_of_its_flow_and_needs_no_title(api, led):
    session = await described(api, led["id"])
    assert session["title"] is None
    assert session["displayTitle"] == "A scripted summary."
    assert session["problemDomain"] == led["problemDomain"] != "Testing"


async def test_one_that_cannot_be_described_costs_no_other_its_title(api, running):
    broken, other = [(await chat(api, text))["id"] for text in ("it hangs", "it hums")]
    for id in (broken, other):
        await described(api, id)
    await make_unreadable(running, ids.decode_session_id(broken))
    async with as_owner(running) as db:
        await db.execute(text(UNDESCRIBE))
    assert (await described(api, other))["problemSummary"]


async def test_nothing_is_described_while_the_first_answer_is_written(api, assistant):
    answer = assistant.enqueue_held("Half ")
    created = await create(api, "CHAT", "it hangs")
    await described(api, (await chat(api, "another"))["id"])
    assert [case.intake_text for case in assistant.described_snapshots] == ["another"]
    answer.release("an answer.")
    await described(api, created["session"]["id"])


async def test_where_the_assistant_cannot_the_first_words_stand_for_a_title(api, assistant):
    assistant.enqueue_description(ProviderOverloaded())
    session = await chat(api, "it hangs since nine")
    other = await described(api, (await chat(api, "another"))["id"])
    assert other["title"]
    assert (await get(api, session["id"]))["displayTitle"] == "it hangs since nine"


async def test_each_session_is_described_once(api, assistant):
    session = await described(api, (await chat(api))["id"])
    await described(api, (await chat(api, "another"))["id"])
    cases = [case.intake_text for case in assistant.described_snapshots]
    assert sorted(cases) == ["Outlook shows no new mail", "another"]
    assert session["id"]


async def test_a_session_is_rated(api, session):
    rated = await call(
        api, "rateSession", "session { ...Session }", sessionId=session["id"], rating=4
    )
    assert rated["session"]["rating"] == 4


async def test_a_session_is_rated_in_words_too(api, running, session):
    asked = {"sessionId": session["id"], "rating": 2, "comment": "  Too slow "}
    await call(api, "rateSession", "session { id }", **asked)
    async with as_owner(running) as db:
        rated = await db.get_one(models.AISession, ids.decode_session_id(session["id"]))
        assert rated.session_feedback == "Too slow"
    asked["comment"] = "x" * 8_001
    refused = await call(api, "rateSession", "session { id }", **asked)
    assert refused["__typename"] == "InvalidInput"


@pytest.mark.parametrize("rating", [0, 6, -1])
async def test_a_rating_is_one_to_five(api, session, rating):
    refused = await call(
        api, "rateSession", "session { id }", sessionId=session["id"], rating=rating
    )
    assert refused["__typename"] == "InvalidInput"


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
    event = ids.encode_global_id("SessionEvent", pagination.decode_cursor(last["cursor"], int)[0])
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


async def notes(api, session_id):
    async def written():
        documents = (await get(api, session_id))["documents"]
        return documents and documents[0]

    return await eventually(written)


async def test_what_a_person_edits_stays_over_what_is_written_later(api, assistant, session):
    assistant.enqueue("First version.")
    await move(api, "resolve", session["id"])
    document = await notes(api, session["id"])
    edited = await call(
        api, "editDocument", DOCUMENT, documentId=document["id"], markdown="My version."
    )
    assert edited["document"] == {
        "id": document["id"],
        "kind": "TICKET_NOTES",
        "markdown": "My version.",
        "edited": True,
    }
    await move(api, "reopen", session["id"])
    assistant.enqueue("Second version.")
    resolved = await move(api, "resolve", session["id"])
    assert resolved["__typename"] == "ResolveSuccess"
    asked = assistant.requests

    async def written_again():
        return sum(a.kind is GenerationKind.TICKET_NOTES for a in asked) == 2

    await eventually(written_again)
    assert (await notes(api, session["id"]))["markdown"] == "My version."


@pytest.mark.parametrize("markdown", [" \n ", "x" * 200_001])
async def test_an_edit_that_says_nothing_or_too_much_is_refused(api, session, markdown):
    await move(api, "resolve", session["id"])
    document = await notes(api, session["id"])
    refused = await call(
        api, "editDocument", DOCUMENT, documentId=document["id"], markdown=markdown
    )
    assert refused["__typename"] == "InvalidInput"
    assert await notes(api, session["id"]) == document


async def test_who_edited_a_document_stands_in_the_history(api, ben, session):
    await move(api, "resolve", session["id"])
    document = await notes(api, session["id"])
    await call(
        api.by(ben), "editDocument", DOCUMENT, documentId=document["id"], markdown="My version."
    )
    [noted] = [e for e in await history(api, session["id"]) if e["kind"] == "DOCUMENT_EDITED"]
    assert noted["actor"] == {"name": "Ben"}
    assert noted["detail"] == {"documentId": document["id"], "kind": "TICKET_NOTES"}


async def test_no_password_is_kept_in_a_document(api, assistant, session):
    assistant.enqueue("The password is Hunter2! as said.")
    await move(api, "resolve", session["id"])
    document = await notes(api, session["id"])
    assert "Hunter2" not in document["markdown"]
    edited = await call(
        api, "editDocument", DOCUMENT, documentId=document["id"], markdown="password: Hunter2!"
    )
    assert "Hunter2" not in edited["document"]["markdown"]


@pytest.mark.parametrize("id", ["nonsense", "U2Vzc2lvbkRvY3VtZW50Ong="])
async def test_an_unknown_document_is_not_found(api, id):
    refused = await call(api, "editDocument", DOCUMENT, documentId=id, markdown="x")
    assert refused["__typename"] == "NotFound"


@pytest.mark.parametrize("length", ["QUICK", "DETAILED"])
@pytest.mark.parametrize(
    "audience", ["TICKET_NOTES", "CLIENT_UPDATE", "EMAIL_DRAFT", "REQUEST_INFO"]
)
async def test_a_status_update_is_written_for_its_reader(api, assistant, session, audience, length):
    assistant.enqueue("How things stand.")
    asked = {"sessionId": session["id"], "audience": audience, "length": length}
    update = await call(api, "statusUpdate", UPDATE, **asked)
    ended = await ending(api, update["generation"]["id"])
    assert ended["document"]["markdown"] == "How things stand."
    assignment = assistant.requests[-1]
    assert (assignment.audience.name, assignment.length.name) == (audience, length)
    kept = await api.data(
        "query Kept($id: ID!) { session(id: $id) { documents { kind audience length } } }",
        id=session["id"],
    )
    assert kept["session"]["documents"] == [
        {"kind": "STATUS_UPDATE", "audience": audience, "length": length}
    ]


async def test_each_status_update_is_a_document_of_its_own_and_quick_unless_asked(api, session):
    for _ in range(2):
        asked = {"sessionId": session["id"], "audience": "CLIENT_UPDATE"}
        update = await call(api, "statusUpdate", UPDATE, **asked)
        await ending(api, update["generation"]["id"])
    kept = await api.data(
        "query Kept($id: ID!) { session(id: $id) { documents { length } } }", id=session["id"]
    )
    assert kept["session"]["documents"] == [{"length": "QUICK"}] * 2


async def test_a_status_update_can_be_written_while_an_answer_is(api, assistant):
    answer = assistant.enqueue_held("Half")
    created = await create(api, "CHAT", "it hangs")
    await answer.held.wait()
    asked = {"sessionId": created["session"]["id"], "audience": "CLIENT_UPDATE"}
    update = await call(api, "statusUpdate", UPDATE, **asked)
    assert (await ending(api, update["generation"]["id"]))["__typename"] == "GenerationCompleted"
    answer.release()
