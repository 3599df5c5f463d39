"""Long texts: clients have them cut, and nothing reads more than they select."""

import pytest

import models
from schema import ids
from storage.reader import Reader
from tests import factories
from tests.recorded_statements import recording

TEXT = "Teams drops calls. " * 100
LOG = "0123456789" * 20_000
MESSAGE = "é" * 5_000
INTAKE = """
query Intake($first: Int!) {
  sessions(first: 10) { edges { node { intake {
    type ticketId textLength logTextLength
    text(first: 5) whole: text
    logText(first: $first) short: logText(first: 3) none: logText(first: 0)
  } } } }
}
"""


@pytest.fixture
async def session(running, ana):
    row = factories.chat_session(
        ana,
        title=None,
        intake_type=models.IntakeType.COMBINED,
        intake_content={"text": TEXT, "log_text": LOG, "ticket_id": "T-1"},
        conversation_messages=[
            {
                "id": f"m{n}",
                "role": "user",
                "content": MESSAGE,
                "created_at": "2026-01-01T00:00:00+00:00",
            }
            for n in range(3)
        ],
        step_count=3,
    )
    await factories.save(running, row)
    document = models.SessionDocument(
        account_id=ana.account_id,
        session_id=row.id,
        kind=models.DocumentKind.TICKET_NOTES,
        written_markdown="written " * 1_000,
        edited_markdown="edited " * 1_000,
    )
    await factories.save(running, document)
    return row


async def listed(api, fields: str) -> dict:
    found = await api.data(f"{{ sessions(first: 5) {{ edges {{ node {{ {fields} }} }} }} }}")
    [edge] = found["sessions"]["edges"]
    return edge["node"]


async def test_the_texts_of_an_intake_are_cut_where_the_client_says_so(api, session):
    found = await api.data(INTAKE, first=2_000)
    [edge] = found["sessions"]["edges"]
    assert edge["node"]["intake"] == {
        "type": "COMBINED",
        "ticketId": "T-1",
        "textLength": len(TEXT),
        "logTextLength": len(LOG),
        "text": "Teams",
        "whole": TEXT,
        "logText": LOG[:2_000],
        "short": "012",
        "none": "",
    }


async def test_an_intake_without_a_text_has_none(api, running, ana):
    await factories.save(running, factories.chat_session(ana, intake_content={"text": "No mail"}))
    found = await listed(api, "intake { text logText(first: 5) logTextLength ticketId }")
    assert found["intake"] == {
        "text": "No mail",
        "logText": None,
        "logTextLength": 0,
        "ticketId": None,
    }


async def test_hundred_sessions_with_the_beginning_of_their_logs_are_an_ordinary_page(api, session):
    query = "{ sessions(first: 100) { edges { node { intake { FIELD } } } } }"
    assert await api.data(query.replace("FIELD", "logText(first: 2000)"))
    assert (await api.error(query.replace("FIELD", "logText")))[0] == "RESPONSE_TOO_LARGE"


async def test_a_length_that_is_no_length_is_rejected(api, session):
    for fields in ("intake { text(first: -1) }", "documents { excerpt(first: 0) }"):
        query = f"{{ sessions {{ edges {{ node {{ {fields} }} }} }} }}"
        assert (await api.error(query))[0] == "INVALID_INPUT"


@pytest.mark.parametrize("edited", [True, False])
async def test_an_excerpt_of_a_document_comes_with_the_length_of_the_whole(
    api, running, session, ana, edited
):
    if not edited:
        note = models.SessionDocument(
            account_id=ana.account_id,
            session_id=session.id,
            kind=models.DocumentKind.CLIENT_SUMMARY,
            written_markdown="short",
        )
        await factories.save(running, note)
    found = await listed(api, "documents { kind edited markdownLength excerpt(first: 10) }")
    document = found["documents"][0 if edited else 1]
    text = "edited " * 1_000 if edited else "short"
    assert (document["excerpt"], document["markdownLength"]) == (text[:10], len(text))
    assert document["edited"] is edited
    whole = await listed(api, "documents { markdown markdownLength excerpt(first: 10) }")
    document = whole["documents"][0 if edited else 1]
    assert document == {
        "markdown": text,
        "markdownLength": len(text),
        "excerpt": text[:10],
    }


async def test_an_excerpt_of_a_message_comes_with_the_length_of_the_whole(api, session):
    page = "... on ChatSession {{ messages(first: 2) {{ edges {{ node {{ {} }} }} }} }}"
    for fields in ("id contentLength excerpt(first: 10)", "id content contentLength excerpt"):
        found = await listed(api, page.format(fields))
        nodes = [edge["node"] for edge in found["messages"]["edges"]]
        assert [node["id"] for node in nodes] == [
            ids.encode_message_id(session.id, f"m{n}") for n in range(2)
        ]
        assert {node["contentLength"] for node in nodes} == {len(MESSAGE)}
        assert {node["excerpt"] for node in nodes} <= {MESSAGE[:10], MESSAGE[:300]}
        assert {node.get("content", MESSAGE) for node in nodes} == {MESSAGE}


@pytest.mark.parametrize(
    "fields",
    [
        "displayTitle intake { type }",
        "documents { id kind edited }",
        "escalationPackage { id } documents { kind }",
        "... on ChatSession { messages(first: 3) { edges { node { id role createdAt } } } }",
    ],
)
async def test_long_texts_that_are_not_selected_are_not_read(api, session, fields, monkeypatch):
    received = []
    records = Reader.fetch_records

    async def fetch_records(self, query, values):
        found = await records(self, query, values)
        received.extend(len(str(value)) for record in found for value in record.values())
        return found

    monkeypatch.setattr(Reader, "fetch_records", fetch_records)
    await listed(api, fields)
    assert max(received) < 1_000


async def test_the_title_of_a_session_without_a_name_is_the_beginning_of_its_log(api, running, ana):
    log = {"log_text": "  The  printer\nis offline " + LOG}
    named = factories.chat_session(ana, title="Named", intake_content=log)
    nameless = factories.chat_session(ana, title=None, intake_content=log)
    empty = factories.chat_session(ana, title="", intake_content={}, psa_ticket_id="42")
    await factories.save(running, named, nameless, empty)
    found = await api.data("{ sessions { edges { node { displayTitle } } } }")
    titles = sorted(edge["node"]["displayTitle"] for edge in found["sessions"]["edges"])
    assert titles == ["Named", "The printer is offline…", "Ticket 42"]
    with recording(api.running.engine) as sent:
        await api.data(
            f'{{ session(id: "{ids.encode_global_id("ChatSession", named.id)}") {{ id }} }}'
        )
    assert not [each for each in sent if "intake_content" in each.sql]
