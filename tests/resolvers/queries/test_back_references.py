"""From every part of a session back to it, and from a message to its author."""

import pytest

from schema import ids
from tests import factories
from tests.operations import call, chat, ending, send
from tests.recorded_statements import recording

PARTS = """
query Parts($id: ID!) {
  session(id: $id) {
    id documents { ...Document } history { edges { node { session { ...Own } } } }
    ... on ChatSession {
      messages { edges { node { id role author { name } session { ...Own } } } }
    }
    ... on GuidedSession {
      currentStep { session { ...Own } } steps { edges { node { id session { ...Own } } } }
    }
  }
}
fragment Document on SessionDocument { id session { ...Own } }
fragment Own on AISession { id status owner { name } }
"""
NODE = """
query Node($id: ID!) {
  node(id: $id) {
    ... on ChatMessage { session { id } }
    ... on SessionStep { session { id } }
    ... on SessionDocument { session { id } }
    ... on Generation { session { id } }
  }
}
"""
WRITTEN = """
subscription Written($id: ID!) {
  generationEvents(generationId: $id) { generation { session { id allowedActions } } }
}
"""


def sessions_in(value) -> list[dict]:
    """All objects under the name `session`, but the outermost."""
    if isinstance(value, list):
        return [found for each in value for found in sessions_in(each)]
    if not isinstance(value, dict):
        return []
    own = [value["session"]] if "session" in value else []
    return own + [found for each in value.values() for found in sessions_in(each)]


@pytest.fixture
async def updated(session, api):
    """A session of either kind with a document; the id of the answer that wrote it."""
    asked = {"sessionId": session["id"], "audience": "EMAIL_DRAFT"}
    update = await call(api, "statusUpdate", "generation { id session { id } }", **asked)
    assert update["generation"]["session"]["id"] == session["id"]
    await ending(api, update["generation"]["id"])
    return session["id"], update["generation"]["id"]


async def test_every_part_names_its_session(api, updated):
    id, generation = updated
    found = (await api.data(PARTS, id=id))["session"]
    named = sessions_in(found)
    own = {"id": id, "status": "ACTIVE", "owner": {"name": "Ana"}}
    assert len(named) > 5
    assert named == [own] * len(named)
    nodes = [found["documents"][0]["id"], generation]
    for parts in ("messages", "steps"):
        nodes += [edge["node"]["id"] for edge in found.get(parts, {"edges": []})["edges"]]
    for node in nodes:
        assert (await api.data(NODE, id=node))["node"] == {"session": {"id": id}}, node
    events = [event async for event in subscription(api, generation)]
    assert {event["generation"]["session"]["id"] for event in events} == {id}


async def subscription(api, generation):
    async with api.subscribed(WRITTEN, id=generation) as events:
        async for event in events:
            yield event


async def test_a_message_has_its_author(api, running, ana, ben):
    session = await chat(api)
    sent = await send(api.by(ben), session["id"], "Ben here")
    await ending(api, sent["generation"]["id"])
    edges = (await api.data(PARTS, id=session["id"]))["session"]["messages"]["edges"]
    authors = [(edge["node"]["role"], edge["node"]["author"]) for edge in edges]
    assert authors == [
        ("USER", {"name": "Ana"}),
        ("ASSISTANT", None),
        ("USER", {"name": "Ben"}),
        ("ASSISTANT", None),
    ]


async def test_the_owner_is_the_author_of_messages_that_are_older_than_authors(api, running, ana):
    said = [{"role": "user", "content": "It hangs"}, {"role": "assistant", "content": "Restart"}]
    row = factories.chat_session(ana, conversation_messages=said, step_count=2)
    await factories.save(running, row)
    id = ids.encode_global_id("ChatSession", row.id)
    edges = (await api.data(PARTS, id=id))["session"]["messages"]["edges"]
    assert [edge["node"]["author"] for edge in edges] == [{"name": "Ana"}, None]


async def test_the_sessions_of_many_parts_are_read_at_once(api, running):
    async def count_statements(session_id):
        """Of some tries: what is loaded together depends on which rows arrive first."""
        counts = []
        for _ in range(4):
            with recording(running.engine) as sent:
                await api.data(PARTS, id=session_id)
            counts.append(len(sent))
        return counts

    session = await chat(api)
    of_two = await count_statements(session["id"])
    for number in range(4):
        sent = await send(api, session["id"], f"number {number}")
        await ending(api, sent["generation"]["id"])
    assert min(await count_statements(session["id"])) <= max(of_two)
