"""The list of sessions: both kinds, filtered, ordered, a page at a time while it changes."""

from datetime import UTC, datetime, timedelta
from itertools import count, islice

import pytest
from sqlalchemy import text

import models
from models import SessionStatus
from queries import pagination
from schema import ids
from services.unit_of_work import UnitOfWork
from tests import factories
from tests.api_client import eventually
from tests.operations import call, chat, create, get, move
from tests.superuser import as_owner

LIST = """
query List($filter: SessionFilter, $order: SessionOrder, $first: Int, $after: String) {
  sessions(filter: $filter, orderBy: $order, first: $first, after: $after) {
    totalCount
    edges {
      cursor
      node {
        __typename id displayTitle status
        ... on GuidedSession { confidenceTier currentStep { content } }
        ... on ChatSession { messages(last: 1) { edges { node { content } } } }
      }
    }
    pageInfo { hasNextPage hasPreviousPage endCursor }
  }
}
"""
#: A summary weighs too.
UNDESCRIBED = """
SELECT count(*) FROM ai_sessions WHERE account_id = :account_id AND problem_summary IS NULL
"""
UNSTORABLE = ("a\x00b", "\ud800")
START = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
async def ten(running, ana):
    """Ten chats, "problem 0" the oldest."""
    rows = [
        factories.chat_session(
            ana,
            title=f"problem {number}",
            created_at=START + timedelta(hours=number),
            updated_at=START + timedelta(hours=number),
        )
        for number in range(10)
    ]
    await factories.save(running, *rows)
    return rows


async def listed(api, **asked):
    return (await api.data(LIST, **asked))["sessions"]


def titles(page) -> list[str]:
    return [edge["node"]["displayTitle"] for edge in page["edges"]]


async def test_both_kinds_are_in_one_list_each_with_its_fragment(api):
    talked = await chat(api, "Outlook shows no new mail")
    led = (await create(api, "GUIDED", "the vpn keeps disconnecting"))["session"]
    page = await listed(api)
    assert page["totalCount"] == 2
    nodes = {edge["node"]["id"]: edge["node"] for edge in page["edges"]}
    assert nodes[led["id"]]["currentStep"]["content"]
    assert nodes[led["id"]]["confidenceTier"] == "GUIDED"
    [message] = nodes[talked["id"]]["messages"]["edges"]
    assert message["node"]["content"] == "This is a scripted answer."


async def test_an_empty_list(api):
    assert await listed(api) == {
        "totalCount": 0,
        "edges": [],
        "pageInfo": {"hasNextPage": False, "hasPreviousPage": False, "endCursor": None},
    }


@pytest.mark.parametrize(
    ("order", "newest_first"),
    [("UPDATED_AT_DESC", True), ("CREATED_AT_DESC", True), ("CREATED_AT_ASC", False)],
)
async def test_each_order_goes_through_all_pages(api, ten, order, newest_first):
    seen, after = [], None
    while True:
        page = await listed(api, order=order, first=3, after=after)
        seen += titles(page)
        assert page["totalCount"] == 10
        if not page["pageInfo"]["hasNextPage"]:
            break
        after = page["pageInfo"]["endCursor"]
    wanted = [f"problem {number}" for number in range(10)]
    assert seen == (wanted[::-1] if newest_first else wanted)


async def test_pages_stay_right_while_sessions_are_added_changed_and_deleted(
    api, running, ana, ten
):
    first = await listed(api, order="CREATED_AT_DESC", first=4)
    await factories.save(running, factories.chat_session(ana, title="new"))
    for number in (7, 5):
        id = next(
            e["node"]["id"]
            for e in (await listed(api))["edges"]
            if e["node"]["displayTitle"] == f"problem {number}"
        )
        await call(api, "deleteSession", "deletedSessionId", sessionId=id)
    after = first["pageInfo"]["endCursor"]
    second = await listed(api, order="CREATED_AT_DESC", first=4, after=after)
    assert titles(first) == ["problem 9", "problem 8", "problem 7", "problem 6"]
    assert titles(second) == ["problem 4", "problem 3", "problem 2", "problem 1"]


async def test_a_session_that_changes_between_pages_hides_no_other(api, ten):
    first = await listed(api, first=4)
    moving = next(e["node"]["id"] for e in (await listed(api))["edges"][6:7])
    await call(api, "rateSession", "session { id }", sessionId=moving, rating=5)
    rest = await listed(api, first=10, after=first["pageInfo"]["endCursor"])
    assert titles(rest) == [f"problem {n}" for n in (5, 4, 2, 1, 0)]
    assert titles(await listed(api, first=1)) == ["problem 3"]


async def test_sessions_of_the_same_moment_are_neither_lost_nor_doubled(api, running, ana):
    same = [factories.chat_session(ana, title=f"p{n}", updated_at=START) for n in range(7)]
    await factories.save(running, *same)
    seen, after = [], None
    for _ in range(4):
        page = await listed(api, first=2, after=after)
        seen += titles(page)
        after = page["pageInfo"]["endCursor"]
    assert sorted(seen) == [f"p{n}" for n in range(7)]


@pytest.mark.parametrize("first", [-1, -100])
async def test_a_negative_first_is_refused(api, first):
    code, message = await api.error(LIST, first=first)
    assert code == "INVALID_INPUT"
    assert "first" in message


async def test_more_than_a_hundred_are_refused(api):
    code, message = await api.error(LIST, first=101)
    assert code == "INVALID_INPUT"
    assert "100" in message


ID = "01a208de-ca61-7452-ada6-5ddeb2290f46"
BY_UPDATE = "updated_at_desc"


@pytest.mark.parametrize(
    "after",
    [
        *("nonsense", "", "bm9uc2Vuc2U=", "WzFd", "W10", "é", "\ud800"),
        pagination.encode_cursor(BY_UPDATE, "2026-01-01T00:00:00", ID),
        pagination.encode_cursor(BY_UPDATE, "9999-12-31T23:59:59-14:00", ID),
        pagination.encode_cursor(BY_UPDATE, "0001-01-01T00:00:00+14:00", ID),
        pagination.encode_cursor(BY_UPDATE, 1, ID),
        pagination.encode_cursor(BY_UPDATE, "2026-01-01T00:00:00+00:00", None),
        pagination.encode_cursor("created_at_desc", "2026-01-01T00:00:00+00:00", ID),
    ],
)
async def test_a_malformed_cursor_is_refused(api, after):
    code, _ = await api.error(LIST, after=after)
    assert code == "INVALID_INPUT"


async def test_none_may_be_asked_for(api, ten):
    page = await listed(api, first=0)
    assert (page["totalCount"], page["edges"]) == (10, [])
    assert page["pageInfo"]["hasNextPage"]


async def test_filters(api, running, ana, ben):
    mine = factories.chat_session(
        ana, title="mine", problem_domain="Email", psa_ticket_id="T-1", created_at=START
    )
    bens = factories.guided_session(ben, title="bens", status=SessionStatus.PAUSED)
    to_me = factories.chat_session(
        ben,
        title="to me",
        status=SessionStatus.ESCALATED,
        escalated_to_id=ana.user_id,
        escalated_by_id=ben.user_id,
    )
    await factories.save(running, mine, bens, to_me)
    me = (await api.data("{ viewer { id } }"))["viewer"]["id"]
    wanted = {
        "mine": [
            {"ownerId": me},
            {"problemDomain": "Email"},
            {"ticketId": "T-1"},
            {"status": ["ACTIVE"]},
            {"createdBefore": (START + timedelta(seconds=1)).isoformat()},
        ],
        "bens": [{"sessionType": "GUIDED"}, {"status": ["PAUSED", "RESOLVED"]}],
        "to me": [{"escalatedToMe": True}, {"unclaimed": True}, {"status": ["ESCALATED"]}],
    }
    for title, filters in wanted.items():
        for filter in filters:
            page = await listed(api, filter=filter)
            assert (titles(page), page["totalCount"]) == ([title], 1), filter
    both = {"sessionType": "CHAT", "createdAfter": (START + timedelta(days=1)).isoformat()}
    assert titles(await listed(api, filter=both)) == ["to me"]


async def test_a_filter_that_says_no_asks_for_the_others(api, running, ana, ben):
    fields = {"status": SessionStatus.ESCALATED, "escalated_to_id": ana.user_id}
    to_me = factories.chat_session(ben, title="to me", **fields)
    await factories.save(running, to_me, factories.guided_session(ana, title="another"))
    for filter in ({"escalatedToMe": False}, {"unclaimed": False}):
        assert titles(await listed(api, filter=filter)) == ["another"]


async def test_no_filter_at_all_and_no_status_at_all(api, ten):
    assert (await listed(api, filter={"status": None, "search": None}))["totalCount"] == 10
    assert (await listed(api, filter={"status": []}))["totalCount"] == 0


@pytest.mark.parametrize(
    "filter",
    [
        *({word: text} for word in ("search", "problemDomain", "ticketId") for text in UNSTORABLE),
        *({"ownerId": id} for id in ("", "nonsense", "VXNlcjp4", "Q2hhdFNlc3Npb246eA==")),
        {"createdBefore": "9999-12-31T23:59:59-14:00"},
        {"createdAfter": "0001-01-01T00:00:00+14:00"},
        {"createdAfter": "2026-01-01T00:00:00"},
        {"createdAfter": "2026-01-01T00:00:00", "createdBefore": "2026-02-01T00:00:00Z"},
    ],
)
async def test_what_cannot_be_looked_for_is_refused_with_its_name(api, filter):
    code, message = await api.error(LIST, filter=filter)
    assert code == "INVALID_INPUT"
    name = next(iter(filter))
    assert f"`{name}`" in message


@pytest.mark.parametrize(
    ("search", "is_found"),
    [
        ("printer", True),
        ("showing", True),
        ('"paper jam"', True),
        ("jam -printer", False),
        ("scripted", True),
        ("Acme", True),
        ("nothing", False),
        ("'; drop table", False),
        ("&|!", True),
    ],
)
async def test_search_reads_everything_said(api, search, is_found):
    session = await chat(api, "The printer shows a paper jam")
    await move(api, "resolve", session["id"], resolutionSummary="Acme came by", documents=[])
    page = await listed(api, filter={"search": search})
    assert page["totalCount"] == int(is_found)


async def test_another_accounts_sessions_are_in_no_list(api, eve, ten):
    assert (await listed(api.by(eve)))["totalCount"] == 0
    assert (await listed(api.by(eve), filter={"search": "problem"}))["totalCount"] == 0


async def test_colleagues_see_each_others(api, ben, ten):
    assert (await listed(api.by(ben)))["totalCount"] == 10


async def test_a_session_shows_what_may_be_done(api):
    session = await get(api, (await chat(api))["id"])
    assert session["allowedActions"] == [
        "SEND_CHAT_MESSAGE",
        "RESOLVE",
        "ESCALATE",
        "PAUSE",
        "ABANDON",
        "STATUS_UPDATE",
        "REGENERATE",
        "RENAME",
        "RATE",
        "DELETE",
    ]


async def test_a_conversation_larger_than_an_index_takes_goes_on(api, running, ana):
    """Where nearly every character begins a word, and each takes several bytes."""
    words = (chr(0x4E00 + n % 20_000) * (20 + n % 20) for n in count())
    created = await create(api, "CHAT", "it hangs", title="It hangs")
    async with running.tenancy.for_account(ana.account_id).transaction() as transaction:
        work = UnitOfWork(transaction, ana, running.generation_runner)
        session = await transaction.orm.get_one(
            models.AISession, (ana.account_id, ids.decode_session_id(created["session"]["id"]))
        )
        for _ in range(60):
            work.change_for(session).index(" ".join(islice(words, 500)))
    assert await get(api, created["session"]["id"])


async def test_the_best_match_comes_first_page_by_page(api, running, ana):
    aside = await create(api, "CHAT", "it hangs, said the toner", title="Slow")
    titled = await create(api, "CHAT", "nothing prints", title="Toner is empty")
    told = await create(api, "CHAT", "Toner again", title="Printing")
    await create(api, "CHAT", "mail is slow", title="Mail")

    async def are_described() -> bool:
        async with as_owner(running) as db:
            return not await db.scalar(text(UNDESCRIBED), {"account_id": ana.account_id})

    await eventually(are_described)
    asked = {"filter": {"search": "toner"}, "order": "BEST_MATCH", "first": 1}
    found, after = [], None
    while True:
        page = (await api.data(LIST, **asked, after=after))["sessions"]
        found += [edge["node"]["id"] for edge in page["edges"]]
        if not page["pageInfo"]["hasNextPage"]:
            break
        after = page["pageInfo"]["endCursor"]
    assert found[0] == titled["session"]["id"]
    assert set(found[1:]) == {aside["session"]["id"], told["session"]["id"]}
    assert len(found) == 3
