"""Thirty rows cost as many statements as three, and no list reads a conversation unasked."""

import re

import pytest
from graphql import get_named_type, is_leaf_type
from sqlalchemy import select

import models
from resolvers.schema import schema
from schema import ids
from tests import factories
from tests.event_ids import event_global_id
from tests.recorded_statements import recording
from tests.sample_data import Desk
from tests.superuser import as_owner

IN_EVERY_SESSION = """
fragment InEverySession on AISession {
  __typename id displayTitle status allowedActions
  owner { ...Person } escalatedTo { ...Person } escalatedBy { ...Person }
  documents { excerpt } escalationPackage { excerpt } usage { costUsd }
  activeGeneration { kind text cursor }
}
fragment Person on User { name account { name } }
"""
LIST = (
    """
query Sessions($first: Int!) {
  sessions(first: $first) { totalCount pageInfo { hasNextPage } edges { cursor node {
    ...InEverySession
    ... on ChatSession { suggestedFlows { slug } }
    ... on GuidedSession {
      flow { slug } currentStep { content }
      steps(last: 2) { totalCount edges { node { content answer { answeredBy { name } } } } }
    }
  } } }
}
"""
    + IN_EVERY_SESSION
)
WITH_MESSAGES = """
query Sessions($first: Int!) {
  sessions(first: $first) { edges { node {
    id ... on ChatSession { messages(last: 2) { totalCount edges { node { content } } } }
  } } }
}
"""
WITH_HISTORY = """
query Sessions($first: Int!) {
  sessions(first: $first) { edges { node {
    id history(first: 2) { totalCount edges { node { kind actor { name } } } }
  } } }
}
"""
GUIDED = (
    """
query Guided($id: ID!) {
  session(id: $id) {
    ...InEverySession
    history { totalCount edges { node { kind actor { name } session { id } } } }
    ... on GuidedSession {
      flow { slug } currentStep { content }
      steps { totalCount edges { node { content answer { text } } } }
    }
  }
}
"""
    + IN_EVERY_SESSION
)
CHAT = (
    """
query Chat($id: ID!) {
  session(id: $id) {
    ...InEverySession
    history { totalCount edges { node { kind actor { name } session { id } } } }
    ... on ChatSession {
      suggestedFlows { slug } messages { totalCount edges { node { id content } } }
    }
  }
}
"""
    + IN_EVERY_SESSION
)
FLOWS = """
query Flows($first: Int!) { flows(first: $first) { totalCount edges { node { slug tree } } } }
"""
USERS = """
{ users(first: 100) { totalCount edges { node { ...Person } } } }
fragment Person on User { name role account { name } }
"""
MATCH = """
{ matchFlow(text: "the vpn keeps disconnecting") { flow { slug usageCount successRate } score } }
"""
DASHBOARD = """
{ dashboard { byStatus { count } byType { count } generating medianTimeToFirstTokenMs } }
"""
WINDOWS = """
query Windows($id: ID!) {
  session(id: $id) {
    ... on ChatSession {
      head: messages(first: 3) { edges { node { content } } }
      tail: messages(last: 3) { edges { node { content } } }
      again: messages(first: 3) { edges { node { content } } }
    }
    ... on GuidedSession {
      head: steps(first: 3) { edges { node { content } } }
      tail: steps(last: 3) { edges { node { content } } }
      again: steps(first: 3) { edges { node { content } } }
    }
  }
}
"""


@pytest.fixture
def desk(running, ana, ben) -> Desk:
    return Desk(running, ana, ben)


async def sent_by(api, document, **variables) -> list[str]:
    """The SQL an operation sends, in a fixed order."""
    with recording(api.running.engine) as sent:
        await api.data(document, **variables)
    return sorted(statement.sql for statement in sent)


def reading_conversations(sent: list[str]) -> list[str]:
    return [sql for sql in sent if "conversation_messages" in sql]


async def test_a_list_of_sessions_with_everything_in_it(api, desk):
    await desk.add_sessions(3)
    of_three = await sent_by(api, LIST, first=100)
    await desk.add_sessions(27)
    of_thirty = await sent_by(api, LIST, first=100)

    assert len(of_thirty) == len(of_three) == 12, "\n\n".join(of_thirty)
    assert reading_conversations(of_thirty) == []


@pytest.mark.parametrize(
    ("fields", "columns"),
    [
        ("id", {"id", "session_type", "updated_at"}),
        ("status rating", {"id", "session_type", "updated_at", "status", "session_rating"}),
        ("owner { name }", {"id", "session_type", "updated_at", "user_id"}),
        ("...Both ... on ChatSession @skip(if: true) { title }", None),
    ],
)
async def test_a_list_selects_what_is_asked_for(api, desk, fields, columns):
    await desk.add_sessions(2)
    document = f"{{ sessions {{ edges {{ node {{ {fields} }} }} }} }}"
    if columns is None:
        document += "fragment Both on AISession { ... on GuidedSession { matchScore } }"
        columns = {"id", "session_type", "updated_at", "title", "match_score"}
    with recording(api.running.engine) as sent:
        await api.data(document)
    [listing] = [each.sql for each in sent if "ORDER BY ai_sessions" in each.sql]
    selected = listing[: listing.index("FROM")]
    assert set(re.findall(r"ai_sessions\.(\w+)", selected)) == columns


@pytest.mark.parametrize("kind", ["GuidedSession", "ChatSession"])
async def test_each_field_of_a_session_reads_what_it_needs(api, desk, kind):
    """Alone as well as together with all others, in a list as well as by itself."""
    row = await desk.add_session("chat" if kind == "ChatSession" else "guided", 2)
    id = id_of(row)
    fields = {
        name: f"... on {kind} {{ {name} {beneath(field.type)} }}"
        for name, field in schema._schema.type_map[kind].fields.items()
    }
    whole = await api.data(f'{{ session(id: "{id}") {{ {" ".join(fields.values())} }} }}')
    for name, field in fields.items():
        found = await api.data(
            f'{{ session(id: "{id}") {{ {field} }} sessions {{ edges {{ node {{ {field} }} }} }} }}'
        )
        [edge] = found["sessions"]["edges"]
        assert found["session"] == edge["node"] == {name: whole["session"][name]}, name


def beneath(type_) -> str:
    """Something to ask for of what has fields of its own."""
    named = get_named_type(type_)
    return "" if is_leaf_type(named) else "{ __typename }"


async def test_a_list_of_chats_with_their_last_messages(api, desk):
    await desk.add_sessions(3)
    of_three = await sent_by(api, WITH_MESSAGES, first=100)
    await desk.add_sessions(27)
    of_thirty = await sent_by(api, WITH_MESSAGES, first=100)

    assert len(of_thirty) == len(of_three) == 2
    [reads] = reading_conversations(of_thirty)
    assert "jsonb_path_query_array" in reads


async def test_a_list_of_sessions_with_their_history(api, desk):
    await desk.add_sessions(3)
    of_three = await sent_by(api, WITH_HISTORY, first=100)
    await desk.add_sessions(27)
    of_thirty = await sent_by(api, WITH_HISTORY, first=100)

    assert len(of_thirty) == len(of_three)


@pytest.mark.parametrize(
    ("kind", "document", "statements"), [("guided", GUIDED, 14), ("chat", CHAT, 14)]
)
async def test_one_session_with_all_its_parts(api, desk, kind, document, statements):
    sent = [
        await sent_by(api, document, id=id_of(await desk.add_session(kind, parts)))
        for parts in (3, 30)
    ]
    assert len(sent[0]) == len(sent[1]) == statements, "\n\n".join(sent[1])
    assert len(reading_conversations(sent[1])) == (1 if kind == "chat" else 0)


async def test_flows(api, desk):
    await desk.add_sessions(3)
    assert len(await sent_by(api, FLOWS, first=3)) == 2
    await desk.add_sessions(27)
    assert len(await sent_by(api, FLOWS, first=30)) == 2


async def test_users(api, running, ana):
    for names in (range(3), range(3, 30)):
        for number in names:
            await factories.user(running, f"Person {number}", account_id=ana.account_id)
        assert len(await sent_by(api, USERS)) == 3


async def test_a_match_of_a_flow_reads_it_once_and_writes_nothing(api):
    sent = await sent_by(api, MATCH)
    assert len(sent) == 3
    assert all(sql.lstrip().startswith(("SELECT", "WITH")) for sql in sent)


async def test_the_dashboard(api, desk):
    await desk.add_sessions(3)
    of_three = await sent_by(api, DASHBOARD)
    await desk.add_sessions(27)
    of_thirty = await sent_by(api, DASHBOARD)

    assert len(of_thirty) == len(of_three) == 3
    assert reading_conversations(of_thirty) == []


def id_of(row) -> str:
    return ids.encode_global_id(type(row).__name__, row.id)


async def ids_of(desk, table, type_name: str) -> list[str]:
    async with as_owner(desk.running) as db:
        keys = (await db.scalars(select(table.id).limit(30))).all()
    if table is models.SessionEvent:
        return [event_global_id(desk.running, desk.ana, key) for key in keys]
    return [ids.encode_global_id(type_name, key) for key in keys]


def nodes(wanted: list[str]) -> str:
    """One operation that asks for all of them."""
    fields = (f'n{n}: node(id: "{id}") {{ __typename id }}' for n, id in enumerate(wanted))
    return "{ " + " ".join(fields) + " }"


@pytest.mark.parametrize(
    ("type_name", "table", "statements"),
    [
        ("SessionStep", models.SessionStep, 1),
        ("Flow", models.Flow, 1),
        ("Generation", models.Generation, 1),
        ("SessionDocument", models.SessionDocument, 1),
        ("SessionEvent", models.SessionEvent, 1),
    ],
)
async def test_nodes(api, desk, type_name, table, statements):
    for _ in range(30):
        await desk.add_sessions(1)
    wanted = await ids_of(desk, table, type_name)
    assert len(wanted) == 30
    assert len(await sent_by(api, nodes(wanted[:3]))) == statements
    assert len(await sent_by(api, nodes(wanted))) == statements


async def test_nodes_that_are_sessions(api, desk):
    wanted = [id_of(row) for row in await desk.add_sessions(30)]
    for some in (wanted[:3], wanted):
        sent = await sent_by(api, nodes(some))
        assert len(sent) == 1
        assert reading_conversations(sent) == []


async def test_nodes_that_are_messages(api, desk):
    chat = await desk.add_session("chat", 30)
    wanted = [ids.encode_message_id(chat.id, said["id"]) for said in chat.conversation_messages]
    for some in (wanted[:3], wanted):
        assert len(await sent_by(api, nodes(some))) == 1
    found = await api.data(nodes(wanted))
    assert [node["id"] for node in found.values()] == wanted


@pytest.mark.parametrize("kind", ["chat", "guided"])
async def test_overlapping_windows_of_one_session_are_read_at_once_and_shown_rightly(
    api, desk, kind
):
    session = await desk.add_session(kind, 4)
    word = "message" if kind == "chat" else "step"
    found = (await api.data(WINDOWS, id=id_of(session)))["session"]
    shown = {
        name: [edge["node"]["content"] for edge in window["edges"]]
        for name, window in found.items()
    }
    assert shown == {
        "head": [f"{word} 1", f"{word} 2", f"{word} 3"],
        "tail": [f"{word} 2", f"{word} 3", f"{word} 4"],
        "again": [f"{word} 1", f"{word} 2", f"{word} 3"],
    }
    assert len(await sent_by(api, WINDOWS, id=id_of(session))) == 2
