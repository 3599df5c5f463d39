"""A mutation that is sent twice with one key, as a client does that saw no answer."""

import asyncio

import pytest

from tests.operations import call, chat, guided, history

GENERATION = "session { id } generation { id }"


@pytest.fixture(params=["statusUpdate", "resolve", "escalate", "regenerate"])
async def repeated(request, api):
    """Sends the mutation with a key; returns what it answers."""
    session = await chat(api)
    input = {
        "statusUpdate": {"audience": "EMAIL_DRAFT"},
        "resolve": {"documents": ["TICKET_NOTES", "CLIENT_SUMMARY"], "resolutionSummary": "Off"},
        "escalate": {"reason": "stuck"},
        "regenerate": {},
    }[request.param]
    fields = "generations { id }" if request.param == "resolve" else GENERATION

    async def send(key="k", by=api, **more):
        asked = {"sessionId": session["id"], **input, **more}
        return await call(by, request.param, fields, idempotencyKey=key, **asked)

    return send, session["id"]


async def started(api, session_id):
    return [e for e in await history(api, session_id) if e["kind"] == "GENERATION_STARTED"]


async def test_a_repeat_returns_what_the_first_request_started(api, repeated):
    send, session_id = repeated
    before = await started(api, session_id)
    first = await send()
    assert first["__typename"].endswith("Success"), first
    known = len(await started(api, session_id))
    assert known > len(before)
    assert await send() == first
    assert len(await started(api, session_id)) == known


async def test_two_at_once_start_one(api, repeated):
    send, session_id = repeated
    one, other = await asyncio.gather(send(), send())
    assert one == other
    assert one["__typename"].endswith("Success")
    begun = await started(api, session_id)
    assert len({str(event["detail"]) for event in begun}) == len(begun)


async def test_a_key_of_another_request_is_refused_with_its_field(api, repeated):
    send, _ = repeated
    await send()
    other = await guided(api)
    refused = await send(sessionId=other["id"])
    assert refused["__typename"] == "InvalidInput"
    assert "used before" in refused["message"]


async def test_a_repeat_after_the_deletion_finds_no_session(api, repeated):
    send, session_id = repeated
    await send()
    await call(api, "deleteSession", "deletedSessionId", sessionId=session_id)
    assert (await send())["__typename"] == "NotFound"
