"""Titles and summaries that the assistant writes, once for each session."""

from sqlalchemy import text

from schema import ids
from services.ai.port import ProviderOverloaded, SessionDescription
from tests.api_client import eventually
from tests.database_faults import make_unreadable
from tests.operations import (
    call,
    chat,
    create,
    ending,
    get,
    guided,
)
from tests.superuser import as_owner

UNDESCRIBE = """
UPDATE ai_sessions SET described_at = NULL, problem_summary = NULL WHERE account_id = :account_id
"""


async def described(api, session_id):
    async def summary():
        session = await get(api, session_id)
        return session["problemSummary"] and session

    return await eventually(summary)


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


async def test_a_guided_session_keeps_the_domain_of_its_flow_and_needs_no_title(api):
    led = await guided(api)
    session = await described(api, led["id"])
    assert session["title"] is None
    assert session["displayTitle"] == "A scripted summary."
    assert session["problemDomain"] == led["problemDomain"] != "Testing"


async def test_one_that_cannot_be_described_costs_no_other_its_title(api, running, ana):
    broken, other = [(await chat(api, text))["id"] for text in ("it hangs", "it hums")]
    for id in (broken, other):
        await described(api, id)
    await make_unreadable(running, ids.decode_session_id(broken))
    async with as_owner(running) as db:
        await db.execute(text(UNDESCRIBE), {"account_id": ana.account_id})
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
