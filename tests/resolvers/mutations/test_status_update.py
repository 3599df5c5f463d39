"""Status updates, each for its audience."""

import pytest

from tests.operations import (
    call,
    create,
    ending,
)

UPDATE = "generation { id }"


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
