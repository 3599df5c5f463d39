"""What the list of sessions tells of where a search has found its words."""

from datetime import UTC, datetime

import pytest

from queries import full_text
from schema import ids
from services.unit_of_work import begin_unit_of_work
from tests import factories
from tests.operations import move
from tests.recorded_statements import recording

QUERY = """
query Found($search: String, $first: Int) {
  sessions(filter: {search: $search}, orderBy: BEST_MATCH, first: $first) { edges {
    matches { source sourceId fragment { text isMatch } }
    node { id title }
  } }
}
"""
PLAIN = "query S($search: String) { sessions(filter: {search: $search}) { edges { cursor } } }"
AT = datetime(2026, 1, 1, tzinfo=UTC).isoformat()


def message(id: str, role: str, content: str) -> dict[str, str]:
    return {"id": id, "role": role, "content": content, "created_at": AT}


def marked(hit) -> str:
    return "".join(f"[{p['text']}]" if p["isMatch"] else p["text"] for p in hit["fragment"])


@pytest.fixture
async def told(running, ana):
    """A chat whose texts are indexed."""
    messages = [
        message("m1", "user", "Nobody reaches \\\\nas01\\backup since Zürich was patched"),
        message("m2", "assistant", "Restart the spooler.\n\n" + "filler " * 500 + "See KB5034441."),
        message("m3", "user", "<script>alert('nas01')</script>"),
        message("m4", "user", "Asked in the Königstraße, İstanbul: copied ﬁles, Þór"),
    ]
    session = factories.chat_session(
        ana,
        title="Backups fail",
        intake_content={"text": messages[0]["content"]},
        problem_summary="Backups to the NAS",
        conversation_messages=messages,
        step_count=4,
    )
    await factories.save(running, session)
    async with begin_unit_of_work(running.tenancy, ana, running.generation_runner) as unit:
        texts = [session.title, session.problem_summary, *(m["content"] for m in messages)]
        unit.change_for(session).index(*texts)
    return session


async def find_hits(api, search):
    [edge] = (await api.data(QUERY, search=search))["sessions"]["edges"]
    return edge["matches"]


@pytest.mark.parametrize(
    ("search", "wanted"),
    [
        (
            "backup",
            ["[Backups] fail", "[Backups] to the NAS", "Nobody reaches \\\\nas01\\[backup]"],
        ),
        ("zurich", ["Nobody reaches \\\\nas01\\backup since [Zürich] was patched"]),
        ("5034441", ["filler See [KB5034441]."]),
        ("konigstrasse", ["in the [Königstraße], İstanbul"]),
        ("istanbul", ["[İstanbul]: copied"]),
        ("files", ["copied [ﬁles], Þór"]),
        ("thor", ["[Þór]"]),
        ("spooler", ["Restart the [spooler]. filler"]),
        ("nas01 -printer", ["\\\\[nas01]\\backup", "<script>alert('[nas01]')</script>"]),
    ],
)
async def test_words_are_marked_in_plain_text(api, told, search, wanted):
    hits = await find_hits(api, search)
    assert len(hits) == len(wanted)
    for hit, text in zip(hits, wanted, strict=True):
        assert text in marked(hit)
        assert len(marked(hit)) < 220


async def test_a_hit_names_its_message(api, told):
    [hit] = await find_hits(api, "5034441")
    assert (hit["source"], hit["sourceId"]) == ("MESSAGE", ids.encode_message_id(told.id, "m2"))
    assert {hit["source"] for hit in await find_hits(api, "backup")} == {
        *("TITLE", "SUMMARY", "INTAKE")
    }


async def test_a_step_and_a_resolution_are_hits(api):
    data = await api.data(
        """mutation { createSession(input: {
            sessionType: GUIDED, intake: {text: "the vpn keeps disconnecting"}
        }) { ... on CreateSessionSuccess { session { id ... on GuidedSession {
            currentStep { id content } } } } } }"""
    )
    session = data["createSession"]["session"]
    word = max(session["currentStep"]["content"].split(), key=len).strip("?.,")
    hits = await find_hits(api, word)
    assert ("STEP", session["currentStep"]["id"]) in [(h["source"], h["sourceId"]) for h in hits]
    await move(api, "resolve", session["id"], resolutionSummary="Acme came by", documents=[])
    [hit] = await find_hits(api, "acme")
    assert (hit["source"], marked(hit)) == ("RESOLUTION", "[Acme] came by")


async def test_without_a_search_there_are_no_hits(api, told):
    for search in (None, "", "-printer"):
        assert await find_hits(api, search) == [], search


async def test_texts_are_read_in_one_statement_and_only_when_asked_for(
    api, running, ana, eve, told
):
    with recording(running.engine) as plain:
        await api.data(PLAIN, search="backup")
    with recording(running.engine) as asked:
        await api.data(QUERY, search="backup")
    assert not any("conversation_messages" in statement.sql for statement in plain)
    assert sum("conversation_messages" in statement.sql for statement in asked) == 1
    assert (await api.by(eve).data(QUERY, search="backup"))["sessions"]["edges"] == []


async def test_large_conversations_are_left_out(api, told, monkeypatch):
    monkeypatch.setattr(full_text, "CONVERSATION_BYTES", 100)
    assert {hit["source"] for hit in await find_hits(api, "zurich")} == {"INTAKE"}
    assert await find_hits(api, "5034441") == []
