"""A session of another account answers like one that does not exist: to every operation."""

import pytest

from tests.operations import (
    GENERATION_EVENTS,
    STOP,
    TOKENS,
    call,
    chat,
    create,
    ending,
    get,
    move,
    respond,
    send,
)

EVENTS = "subscription E($sessionId: ID!) { sessionEvents(sessionId: $sessionId) { cursor } }"


@pytest.fixture
async def talked(api):
    return await chat(api)


@pytest.fixture
async def stranger(api, eve):
    return api.by(eve)


@pytest.mark.parametrize(
    "verb", ["pause", "resume", "resolve", "escalate", "claim", "abandon", "reopen"]
)
async def test_no_stranger_moves_it(api, stranger, talked, verb):
    more = {"reason": "mine"} if verb == "escalate" else {}
    refused = await move(stranger, verb, talked["id"], **more)
    assert refused["__typename"] == "NotFound"
    assert (await get(api, talked["id"]))["stateVersion"] >= talked["stateVersion"]
    assert (await get(api, talked["id"]))["status"] == "ACTIVE"


@pytest.mark.parametrize(
    ("verb", "fields", "more"),
    [
        ("renameSession", "session { id }", {"title": "mine"}),
        ("rateSession", "session { id }", {"rating": 1}),
        ("deleteSession", "deletedSessionId", {}),
        ("statusUpdate", "session { id }", {"audience": "CLIENT_UPDATE"}),
        ("regenerate", "session { id }", {}),
    ],
)
async def test_no_stranger_changes_it(api, stranger, talked, verb, fields, more):
    refused = await call(stranger, verb, fields, sessionId=talked["id"], **more)
    assert refused["__typename"] == "NotFound"


async def test_no_stranger_speaks_or_answers_in_it(api, stranger, talked):
    assert (await send(stranger, talked["id"], "hello"))["__typename"] == "NotFound"
    led = (await create(api, "GUIDED", "the vpn keeps disconnecting"))["session"]
    refused = await respond(stranger, led["id"], led["currentStep"]["id"], skip=True)
    assert refused["__typename"] == "NotFound"
    message = talked["messages"]["edges"][1]["node"]["id"]
    rated = await call(stranger, "rateMessage", "session { id }", messageId=message, rating="UP")
    assert rated["__typename"] == "NotFound"


async def test_no_stranger_reads_or_stops_its_answers(api, stranger, talked, assistant):
    answer = assistant.enqueue_held("Half")
    sent = await send(api, talked["id"], "and?")
    generation = sent["generation"]["id"]
    assert (await stranger.data(STOP, id=generation))["stopGeneration"]["__typename"] == "NotFound"
    assert await get(stranger, talked["id"]) is None
    for document, asked in (
        (TOKENS, {"sessionId": talked["id"]}),
        (EVENTS, {"sessionId": talked["id"]}),
        (GENERATION_EVENTS, {"generationId": generation}),
    ):
        with pytest.raises(AssertionError, match="NOT_FOUND"):
            async with stranger.subscribed(document, **asked) as events:
                await anext(events)
    answer.release(" done")
    assert (await ending(api, generation))["text"] == "Half done"


async def test_no_stranger_edits_its_documents(api, stranger, talked):
    resolved = await call(api, "resolve", "generations { id }", sessionId=talked["id"])
    ended = await ending(api, resolved["generations"][0]["id"])
    refused = await call(
        stranger,
        "editDocument",
        "document { id }",
        documentId=ended["document"]["id"],
        markdown="mine",
    )
    assert refused["__typename"] == "NotFound"
    [document] = (await get(api, talked["id"]))["documents"]
    assert not document["edited"]


async def test_a_colleague_may_help(api, ben, talked):
    sent = await send(api.by(ben), talked["id"], "let me try")
    assert (await ending(api.by(ben), sent["generation"]["id"]))["__typename"] == (
        "GenerationCompleted"
    )
