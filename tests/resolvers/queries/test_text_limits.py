"""Texts of clients that become queries: bounded in length and words, never an internal error."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from queries import pagination
from schema import ids
from server import runtime
from server.runtime import DatabaseLimits
from services.input_validation import NEGATIONS
from services.limits import CURSOR_CHARS, DEFAULT_SEARCH_LIMITS, ID_CHARS, SearchLimits
from storage.read_limits import ReadLimits
from tests import factories
from tests.api_client import Api
from tests.operations import chat

CHARS, WORDS = DEFAULT_SEARCH_LIMITS.chars, DEFAULT_SEARCH_LIMITS.words
CONNECTION = "{ totalCount edges { node { id } } }"
#: Every operation that searches.
SEARCHES = {
    name: f"query S($text: String) {{ {field} {CONNECTION} }}"
    for name, field in {
        "sessions": "sessions(filter: {search: $text})",
        "best match": "sessions(filter: {search: $text}, orderBy: BEST_MATCH)",
        "flows": "flows(search: $text)",
        "users": "users(search: $text)",
    }.items()
}
DASHBOARD = """
subscription D($text: String) {
  dashboardEvents(filter: {search: $text}) { ... on DashboardSnapshot { active { id } } }
}
"""
TOO_LONG = {
    "words": "word " * 180_000,
    "disjunction": "or " * 20_000,
    "words in a disjunction": "a or " * 20_000,
    "negations": "-a " * 20_000,
    "quotes": '"' * 20_000,
    "phrases": '"a b" ' * 20_000,
    "one word": "a" * 20_000,
    "one character more": "a" * (CHARS + 1),
    "short words": "a " * (WORDS + 1),
    "negated negations": "-" * (NEGATIONS + 1),
    "negated negations with what is skipped": "a " + "-(& " * (NEGATIONS + 1) + "b",
    "parts of an address": "a." * (WORDS + 1),
    "parts of a path": "/a" * (WORDS + 1),
    "parts of a compound": "a-" * (WORDS + 1),
}
ALLOWED = {
    "words": "a " * WORDS,
    "long words": ("a" * 9 + " ") * WORDS,
    "one word": "a" * CHARS,
    "disjunction": "or " * WORDS,
    "words in a disjunction": "a or " * (WORDS // 2),
    "negations": "-a " * WORDS,
    "negated negations": "-" * NEGATIONS + "a",
    "runs of minus signs": ("-" * NEGATIONS + "a ") * 20,
    "negation of a phrase": '-"a b"',
    "quotes": '"' * CHARS,
    "open quote": '"a b',
    "phrases": '"a b" ' * (WORDS // 2),
    "operators": "a & b | !c <-> d <2> e:*AB (f) \\",
    "apostrophes": "'" * CHARS,
    "wildcards": "%_" * (CHARS // 2),
    "escapes": "/\\" * (CHARS // 2),
    "wide characters": "\N{GRINNING FACE}" * CHARS,
    "separators": "\u2028\u00a0\t\n " * 50,
    "compound": "a-" * WORDS,
    "tags": "<" * CHARS,
    "stop words": "the of and " * 10,
    "nothing": "",
}


@pytest.mark.parametrize("text", TOO_LONG.values(), ids=TOO_LONG)
@pytest.mark.parametrize("search", SEARCHES.values(), ids=SEARCHES)
async def test_long_search_text_is_refused(api, search, text):
    code, message = await api.error(search, text=text)
    assert code == "INVALID_INPUT"
    assert message.startswith("`search` has ")
    assert len(message) < 100, "it does not repeat the text"
    assert (await api.data(search, text="printer")) is not None


@pytest.mark.parametrize("text", ALLOWED.values(), ids=ALLOWED)
@pytest.mark.parametrize("search", SEARCHES.values(), ids=SEARCHES)
async def test_search_text_within_the_limits_is_answered(api, search, text):
    await chat(api)
    await api.data(search, text=text)


#: What has a meaning for Postgres somewhere between text and query, and some words.
PIECES = [*"-\"'\\&|!()<>*:_%./@, ", " or ", "or", "a", "an", "it's", "b2", "\u00e9", "<->", "<2>"]


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.lists(st.sampled_from(PIECES), max_size=120).map("".join))
async def test_any_text_is_answered_or_refused(api, text):
    result = await api.result(SEARCHES["best match"], text=text)
    codes = {error.extensions["code"] for error in result.errors or ()}
    assert codes <= {"INVALID_INPUT"}, (codes, text)


@pytest.mark.parametrize("text", TOO_LONG.values(), ids=TOO_LONG)
async def test_dashboard_refuses_a_long_search_text(api, text):
    async with api.subscribed(DASHBOARD, text="printer") as events:
        assert await anext(events) == {"active": []}
    with pytest.raises(AssertionError, match="INVALID_INPUT"):
        async with api.subscribed(DASHBOARD, text=text) as events:
            await anext(events)


async def test_limits_are_those_of_the_settings(place, assistant):
    async with runtime.run_runtime(
        place, assistant, search_limits=SearchLimits(chars=9, words=2)
    ) as running:
        api = Api(running, await factories.user(running, "Ana"))
        for search in SEARCHES.values():
            assert await api.error(search, text="a b c") == (
                "INVALID_INPUT",
                "`search` has 3 words; at most 2 are allowed.",
            )
            assert await api.error(search, text="aaaaaaaaaa") == (
                "INVALID_INPUT",
                "`search` has 10 characters; at most 9 are allowed.",
            )
            assert await api.data(search, text="a b")


async def test_what_postgres_refuses_is_no_internal_error(place, assistant):
    """Limits far beyond what it takes: its own remain."""
    async with runtime.run_runtime(
        place,
        assistant,
        limits=DatabaseLimits(reads=ReadLimits(seconds=0.5)),
        search_limits=SearchLimits(chars=10**6, words=10**6),
    ) as running:
        api = Api(running, await factories.user(running, "Ana"))
        for search in (SEARCHES["sessions"], SEARCHES["flows"]):
            for text in ("a or " * 20_000, "a" * 3_000):
                result = await api.result(search, text=text)
                codes = {error.extensions["code"] for error in result.errors or ()}
                assert codes <= {"INVALID_INPUT", "READ_TIMED_OUT"}, codes
        assert await api.data(SEARCHES["sessions"], text="printer")


#: Operations, with a text that compares with what rows have.
COMPARED = {
    "domain": "query Q($text: String!) { sessions(filter: {problemDomain: $text}) %s }",
    "ticket": "query Q($text: String!) { sessions(filter: {ticketId: $text}) %s }",
    "domain of flows": "query Q($text: String!) { flows(domain: $text) %s }",
}


@pytest.mark.parametrize("query", COMPARED.values(), ids=COMPARED)
async def test_text_longer_than_its_column_is_refused(api, query):
    query = query % CONNECTION
    assert (await api.data(query, text="a" * 100)) is not None
    assert (await api.error(query, text="a" * 101))[0] == "INVALID_INPUT"


async def test_long_slug_is_refused(api):
    query = "query Q($text: String!) { flow(slug: $text) { id } }"
    assert await api.data(query, text="a" * 100) == {"flow": None}
    assert (await api.error(query, text="a" * 101))[0] == "INVALID_INPUT"


PAGES = {
    "sessions": "query P($after: String) { sessions(after: $after) %s }",
    "flows": "query P($after: String) { flows(after: $after) %s }",
    "users": "query P($after: String) { users(after: $after) %s }",
}


@pytest.mark.parametrize("query", PAGES.values(), ids=PAGES)
async def test_long_cursor_is_refused(api, query):
    for cursor in (
        "A" * (CURSOR_CHARS + 1),
        pagination.encode_cursor("a" * 1_000_000, "b"),
        pagination.encode_cursor(*[[]] * 100_000),
    ):
        assert (await api.error(query % CONNECTION, after=cursor))[0] == "INVALID_INPUT"


async def test_cursor_of_the_longest_name_is_accepted(api, running, ana):
    for name in ("\N{GRINNING FACE}" * 255, "\x01" * 255, "z" * 255):
        await factories.user(running, name, account_id=ana.account_id)
    query = """query P($after: String) { users(first: 1, after: $after) {
        edges { node { name } } pageInfo { endCursor hasNextPage } } }"""
    seen, page = [], {"hasNextPage": True, "endCursor": None}
    while page["hasNextPage"]:
        found = (await api.data(query, after=page["endCursor"]))["users"]
        seen += found["edges"]
        page = found["pageInfo"]
    assert len(seen) == 4


NODE = "query N($id: ID!) { node(id: $id) { id } }"
SESSION = "query N($id: ID!) { session(id: $id) { id } }"
GENERATION = "query N($id: ID!) { generation(id: $id) { id } }"


@pytest.mark.parametrize("query", [NODE, SESSION, GENERATION])
@pytest.mark.parametrize(
    "id",
    [
        ids.encode_global_id("SessionEvent", "9" * 500),
        ids.encode_global_id("SessionEvent", "9" * 5_000),
        ids.encode_global_id("ChatMessage", f"{'0' * 32}/{'a' * 100_000}"),
        ids.encode_global_id("User", "0" * 1_000_000),
        "A" * (ID_CHARS + 1),
        "=" * 1_000_000,
    ],
    ids=len,
)
async def test_long_id_is_the_id_of_nothing(api, query, id):
    [found] = (await api.data(query, id=id)).values()
    assert found is None
