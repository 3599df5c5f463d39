"""Node, session, generation, viewer and dashboard."""

import base64

import pytest

from tests.operations import call, chat, create, ending, get, move

NODE = "query Node($id: ID!) { node(id: $id) { __typename id } }"
IDS = """
query Ids($id: ID!) {
  session(id: $id) {
    id
    owner { id account { id } }
    documents { id }
    history(first: 1) { edges { node { id } } }
    ... on ChatSession { messages(first: 1) { edges { node { id } } } suggestedFlows { id } }
    ... on GuidedSession { steps(first: 1) { edges { node { id } } } flow { id } }
  }
}
"""
DASHBOARD = """
{
  dashboard {
    byStatus { status count }
    byType { sessionType count }
    generating unclaimedEscalations resolvedToday
    medianMinutesToResolve medianTimeToFirstTokenMs
  }
}
"""


def ids_in(found) -> list[str]:
    """Every id anywhere in an answer."""
    if isinstance(found, list):
        return [id for item in found for id in ids_in(item)]
    if isinstance(found, dict):
        own = [found["id"]] if "id" in found else []
        return own + [id for value in found.values() for id in ids_in(value)]
    return []


def id_of(type_name: str, key: str) -> str:
    return base64.b64encode(f"{type_name}:{key}".encode()).decode()


async def everything(api) -> list[str]:
    """The ids of one thing of each kind."""
    talked = await create(api, "CHAT", "the vpn keeps disconnecting")
    await ending(api, talked["generation"]["id"])
    resolved = await call(api, "resolve", "generations { id }", sessionId=talked["session"]["id"])
    await ending(api, resolved["generations"][0]["id"])
    led = (await create(api, "GUIDED", "the vpn keeps disconnecting"))["session"]
    found = [await api.data(IDS, id=s["id"]) for s in (talked["session"], led)]
    return [*ids_in(found), talked["generation"]["id"]]


async def test_everything_is_found_by_its_id(api):
    seen = set()
    for id in await everything(api):
        found = (await api.data(NODE, id=id))["node"]
        assert found["id"] == id
        seen.add(found["__typename"])
    assert seen == {
        *("ChatSession", "GuidedSession", "ChatMessage", "SessionStep", "SessionDocument"),
        *("Generation", "SessionEvent", "Flow", "User", "Account"),
    }


async def test_nothing_of_another_account_is(api, eve):
    for id in await everything(api):
        found = (await api.by(eve).data(NODE, id=id))["node"]
        assert found is None or found["__typename"] == "Flow"


@pytest.mark.parametrize(
    "id",
    [
        *("", "nonsense", "é", "x" * 10_000),
        id_of("ChatSession", "nonsense"),
        id_of("ChatSession", "01a208de-ca61-7452-ada6-5ddeb2290f46"),
        id_of("ChatMessage", "01a208de-ca61-7452-ada6-5ddeb2290f46/1"),
        id_of("SessionEvent", "99999999999999999999"),
        id_of("SessionEvent", "-1"),
        id_of("Nothing", "1"),
    ],
)
async def test_what_is_no_id_is_null(api, id):
    assert (await api.data(NODE, id=id))["node"] is None
    assert (await api.data("query S($id: ID!) { session(id: $id) { id } }", id=id))[
        "session"
    ] is None
    assert (await api.data("query G($id: ID!) { generation(id: $id) { id } }", id=id))[
        "generation"
    ] is None


@pytest.mark.parametrize("message", ["\x00", "0", "-1", "3", "nonsense", "/", ""])
async def test_a_message_that_was_never_said_is_null(api, message):
    session = await chat(api)
    key = base64.b64decode(session["id"]).decode().split(":")[1]
    id = id_of("ChatMessage", f"{key}/{message}")
    assert (await api.data(NODE, id=id))["node"] is None


async def test_an_id_that_names_another_type_is_of_nothing(api):
    session = await chat(api)
    key = base64.b64decode(session["id"]).decode().split(":")[1]
    assert (await api.data(NODE, id=id_of("GuidedSession", key)))["node"] is None


async def test_the_viewer_is_who_asks(api):
    found = await api.data("{ viewer { name email role account { name } } }")
    assert found["viewer"] == {
        "name": "Ana",
        "email": "ana@example.com",
        "role": "ENGINEER",
        "account": {"name": "Ana's company"},
    }


async def test_the_dashboard_of_an_empty_desk(api):
    found = (await api.data(DASHBOARD))["dashboard"]
    assert {each["count"] for each in found["byStatus"] + found["byType"]} == {0}
    assert found["generating"] == found["resolvedToday"] == found["unclaimedEscalations"] == 0
    assert found["medianMinutesToResolve"] is None


async def test_the_dashboard_counts_both_kinds(api, eve, assistant):
    await chat(api.by(eve))
    talked = await chat(api)
    led = (await create(api, "GUIDED", "the vpn keeps disconnecting"))["session"]
    await move(api, "resolve", talked["id"], documents=[])
    await move(api, "escalate", led["id"], reason="No idea")
    answer = assistant.enqueue_held("Half")
    await create(api, "CHAT", "another")
    await answer.held.wait()

    found = (await api.data(DASHBOARD))["dashboard"]
    counts = {each["status"]: each["count"] for each in found["byStatus"]}
    assert counts == {"ACTIVE": 1, "PAUSED": 0, "RESOLVED": 1, "ESCALATED": 1, "ABANDONED": 0}
    assert {each["sessionType"]: each["count"] for each in found["byType"]} == {
        "GUIDED": 1,
        "CHAT": 2,
    }
    assert found["resolvedToday"] == found["unclaimedEscalations"] == 1
    assert found["generating"] >= 1
    assert found["medianMinutesToResolve"] >= 0
    assert found["medianTimeToFirstTokenMs"] > 0
    answer.release()


async def test_what_a_session_has_cost_is_added_up(api):
    session = await chat(api)
    asked = "query U($id: ID!) { session(id: $id) { usage { inputTokens costUsd } } }"
    used = (await api.data(asked, id=session["id"]))["session"]["usage"]
    assert used["inputTokens"] >= 10
    assert used["costUsd"] >= 0.001
    assert await get(api, session["id"])
