import asyncio, base64
import pytest
from tests.operations import *
from tests.operations import CREATE, GENERATION_EVENTS, TOKENS, GET
from tests import factories

LIST = "query L($filter: SessionFilter, $after: String) { sessions(filter: $filter, after: $after) { totalCount edges { node { id title } } } }"

async def everything(api, document, **asked):
    async with api.subscribed(document, **asked) as events:
        return [event async for event in events]

@pytest.mark.parametrize("document", [GENERATION_EVENTS, TOKENS])
async def test_deleted(api, assistant, document):
    answer = assistant.enqueue_held("Half ")
    created = await create(api, "CHAT", "it hangs")
    await shown(api, created["generation"]["id"], "Half ")
    asked = {"generationId": created["generation"]["id"]} if document is GENERATION_EVENTS else {"sessionId": created["session"]["id"]}
    watching = asyncio.create_task(everything(api, document, **asked))
    await asyncio.sleep(0.5)
    await call(api, "deleteSession", "deletedSessionId", sessionId=created["session"]["id"])
    print(await asyncio.wait_for(watching, 8))

@pytest.mark.parametrize("filter", [
    {"createdAfter": "2026-01-01T00:00:00"},
    {"createdBefore": "0001-01-01T00:00:00+14:00"},
    {"createdBefore": "9999-12-31T23:59:59-14:00"},
    {"search": "a\ud800"}, {"problemDomain": "\ud800"}, {"ticketId": "\ud800"},
    {"ownerId": ""}, {"ownerId": "x"}, {"status": []}, {"search": ""}, {"search": "x" * 300000},
    {"unclaimed": False}, {"escalatedToMe": False},
])
async def test_filters(api, running, ana, filter):
    await factories.save(running, factories.chat_session(ana))
    r = await api.result(LIST, filter=filter)
    print(filter if len(str(filter)) < 100 else "", r.data, r.errors and [(e.message, e.extensions) for e in r.errors])
    assert not r.errors or r.errors[0].extensions["code"] != "INTERNAL"

@pytest.mark.parametrize("key", [
   ["updated_at_desc", "9999-12-31T23:59:59-14:00", "01a208de-ca61-7452-ada6-5ddeb2290f46"],
   ["updated_at_desc", "0001-01-01T00:00:00+14:00", "01a208de-ca61-7452-ada6-5ddeb2290f46"],
   ["updated_at_desc", "2026-01-01", "01a208de-ca61-7452-ada6-5ddeb2290f46"],
   ["updated_at_desc", 5, "01a208de-ca61-7452-ada6-5ddeb2290f46"],
   ["updated_at_desc", "2026-01-01T00:00:00+00:00", 7],
   ["updated_at_desc", "2026-01-01T00:00:00+00:00", None],
   {"a": 1, "b":2, "c":3}, "abc", None,
])
async def test_cursors(api, key):
    import json
    r = await api.result(LIST, after=base64.urlsafe_b64encode(json.dumps(key).encode()).decode())
    print(r.data, r.errors and [(e.message, e.extensions) for e in r.errors])
    assert not r.errors or r.errors[0].extensions["code"] != "INTERNAL"

async def test_key(api):
    r = await api.result(CREATE, input={"sessionType": "CHAT", "intake": {"text": "x"}, "idempotencyKey": "\ud800"})
    print(r.errors)
    assert not r.errors

async def test_content_surrogates_key(api):
    r = await api.result(CREATE, input={"sessionType": "CHAT", "intake": {"text": "x\ud800"}, "title": "\ud800", "idempotencyKey": "a"})
    print(r.errors)
    assert not r.errors

async def test_message_nul(api):
    s = await chat(api)
    key = base64.b64decode(s["id"]).decode().split(":")[1]
    id = base64.b64encode(f"ChatMessage:{key}/\0".encode()).decode()
    r = await api.result("query N($id: ID!) { node(id: $id) { id } }", id=id)
    print(r)
    r2 = await api.result("mutation M($i: RateMessageInput!) { rateMessage(input: $i) { __typename } }", i={"messageId": id, "rating": "UP"})
    print(r2)
    assert not r.errors and not r2.errors

@pytest.mark.parametrize("id", ["\ud800", "é", "=", "a" * 100001])
async def test_weird_ids(api, id):
    r = await api.result("query N($id: ID!) { node(id: $id) { id } }", id=id)
    print(r)
    assert not r.errors
    r = await api.result(GET, id=id)
    assert not r.errors
    assert (await send(api, id, "x"))["__typename"] == "NotFound"

async def test_flow_weird(api):
    for v in ("\ud800", "\0", ""):
        for q in ("query F($v: String!) { flow(slug: $v) { id } }", "query F($v: String) { flows(search: $v) { totalCount } }", "query F($v: String) { flows(domain: $v) { totalCount } }", "query F($v: String) { flows(after: $v) { totalCount } }"):
            r = await api.result(q, v=v)
            print(repr(v), q, r.data, r.errors and r.errors[0].extensions)

async def test_regenerated_searchable(api, assistant):
    s = await chat(api, "it hangs")
    assistant.enqueue("Try flibbertigibbet.")
    anew = await call(api, "regenerate", "generation { id }", sessionId=s["id"])
    await ending(api, anew["generation"]["id"])
    found = await api.data(LIST, filter={"search": "flibbertigibbet"})
    assert found["sessions"]["totalCount"] == 1

async def test_paused_escalated_claimed(api, ben):
    s = await chat(api)
    await move(api, "pause", s["id"])
    await move(api, "escalate", s["id"], reason="x", toUserId="")
    m = await move(api.by(ben), "claim", s["id"])
    assert m["session"]["pausedAt"] is None, m["session"]

async def test_skip_false(api):
    led = (await create(api, "GUIDED", "the vpn keeps disconnecting"))["session"]
    r = await respond(api, led["id"], led["currentStep"]["id"], skip=False)
    print(r)
    assert r["__typename"] == "InvalidInput"
    r = await respond(api, led["id"], led["currentStep"]["id"], option="\ud800\0")
    print(r)
