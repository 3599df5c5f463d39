"""Editing a document that was written about a session."""

import pytest

from models import GenerationKind
from tests.api_client import eventually
from tests.operations import (
    call,
    get,
    history,
    move,
)

DOCUMENT = "document { id kind markdown edited }"
#: One selection for both: the name has one shape.
EDIT = """
mutation Edit($input: EditDocumentInput!) {
  editDocument(input: $input) {
    __typename
    ... on EditDocumentSuccess { document { markdown version } }
    ... on StaleDocument { document { markdown version } }
    ... on Error { code }
  }
}
"""


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


async def test_of_two_edits_of_one_version_the_second_is_told_with_the_current_text(
    api, ben, session
):
    await move(api, "resolve", session["id"])
    document = await notes(api, session["id"])
    ask = "query Ask($id: ID!) { node(id: $id) { ... on SessionDocument { version } } }"
    version = (await api.data(ask, id=document["id"]))["node"]["version"]
    asked = {"documentId": document["id"], "expectedVersion": version}
    first = await call(
        api.by(ben), "editDocument", "document { version }", markdown="By A.", **asked
    )
    assert first["document"]["version"] > version
    second = (await api.data(EDIT, input={"markdown": "By B.", **asked}))["editDocument"]
    assert (second["__typename"], second["code"]) == ("StaleDocument", "STALE_STATE")
    assert second["document"] == {"markdown": "By A.", "version": first["document"]["version"]}
    merged = {**asked, "expectedVersion": second["document"]["version"]}
    last = (await api.data(EDIT, input={"markdown": "By A and B.", **merged}))["editDocument"]
    assert last["document"]["markdown"] == "By A and B."


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
