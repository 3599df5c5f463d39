"""Resolving a session, and the documents that it asks for."""

import asyncio

import pytest

from models import GenerationKind
from tests.api_client import PATIENCE
from tests.operations import (
    call,
    ending,
    get,
    move,
    written_documents,
)


async def test_a_document_of_an_earlier_end_does_not_overwrite_that_of_a_later(
    api, session, assistant
):
    early, late = [assistant.enqueue_held("The ") for _ in range(2)]
    begun = []
    for answer in (early, late):
        resolved = await call(api, "resolve", "generations { id }", sessionId=session["id"])
        begun += [each["id"] for each in resolved["generations"]]
        await asyncio.wait_for(answer.held.wait(), PATIENCE)
        if answer is early:
            await move(api, "reopen", session["id"])
    for answer, id, words in ((late, begun[1], "later notes"), (early, begun[0], "earlier notes")):
        answer.release(words)
        await ending(api, id)
    [notes] = (await get(api, session["id"]))["documents"]
    assert notes["markdown"] == "The later notes"


async def test_resolving_again_writes_into_the_same_notes(api, assistant, session):
    assistant.enqueue("First version.")
    await move(api, "resolve", session["id"])
    [first] = await written_documents(api, session["id"], "TICKET_NOTES")
    await move(api, "reopen", session["id"])
    assistant.enqueue("Second version.")
    resolved = await call(api, "resolve", "generations { id }", sessionId=session["id"])
    ended = await ending(api, resolved["generations"][0]["id"])
    assert ended["document"]["markdown"] == "Second version."
    [second] = await written_documents(api, session["id"], "TICKET_NOTES")
    assert second["id"] == first["id"]


async def test_resolving_writes_ticket_notes(api, assistant, session):
    assistant.enqueue("## Problem\n\nIt hung.")
    await move(api, "resolve", session["id"], resolutionSummary="Restarted")
    [notes] = await written_documents(api, session["id"], "TICKET_NOTES")
    assert notes["markdown"] == "## Problem\n\nIt hung."
    asked = assistant.requests[-1]
    assert asked.kind is GenerationKind.TICKET_NOTES
    assert asked.snapshot.resolution_summary == "Restarted"


async def test_resolving_writes_all_that_is_asked_for(api, session):
    kinds = ["TICKET_NOTES", "KNOWLEDGE_ARTICLE", "CLIENT_SUMMARY"]
    await move(api, "resolve", session["id"], documents=kinds)
    for kind in kinds:
        assert await written_documents(api, session["id"], kind)


async def test_resolving_writes_nothing_if_nothing_is_asked_for(api, assistant, session):
    asked = len(assistant.requests)
    moved = await move(api, "resolve", session["id"], documents=[])
    assert moved["session"]["status"] == "RESOLVED"
    assert len(assistant.requests) == asked


@pytest.mark.parametrize("kind", ["STATUS_UPDATE", "ESCALATION_PACKAGE"])
async def test_resolving_writes_no_document_of_another_occasion(api, session, kind):
    refused = await move(api, "resolve", session["id"], documents=[kind])
    assert refused["__typename"] == "InvalidInput"
    assert (await get(api, session["id"]))["status"] == "ACTIVE"
