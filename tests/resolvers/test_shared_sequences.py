"""No client gets a number from a sequence that all accounts share: its gaps would tell how much the
others do. The sequences are read from the catalogue, so a new one is covered by itself."""

import base64
import binascii
import re

import orjson
import pytest
from sqlalchemy import text

from queries import pagination
from tests.api_client import Api
from tests.operations import SESSION_EVENTS, call, chat, create, ending, everything, guided
from tests.superuser import as_owner

pytestmark = pytest.mark.isolated

#: Far from every other number that a client could get.
FAR = 7_310_000_000_000
SEQUENCES = "SELECT schemaname || '.' || sequencename FROM pg_sequences WHERE schemaname = 'public'"
#: Columns that a sequence fills, and those that number transactions.
NUMBERED = """
SELECT attrelid::regclass::text, attname FROM pg_attribute
JOIN pg_class ON pg_class.oid = attrelid
LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND NOT attisdropped AND attnum > 0
    AND (attidentity <> '' OR pg_get_expr(adbin, adrelid) ~ 'nextval|xact')
"""
HISTORY = """
query History($id: ID!, $after: String) {
  session(id: $id) { history(first: 2, after: $after) {
    pageInfo { startCursor endCursor hasNextPage } edges { cursor node { id cursor kind detail } }
  } }
}
"""
DASHBOARD = """
subscription { dashboardEvents {
  __typename cursor
  ... on DashboardSnapshot { active { id } }
  ... on DashboardSessionChanged { session { id } kind }
  ... on DashboardSessionRemoved { sessionId reason }
} }
"""


def numbers_in(value) -> set[int]:
    """All whole numbers in a response, also inside base64 and as eight bytes."""
    if isinstance(value, dict):
        return set().union(*map(numbers_in, value.values()))
    if isinstance(value, list):
        return set().union(*map(numbers_in, value))
    if isinstance(value, int):
        return {value}
    found = {int(digits) for digits in re.findall(r"\d+", str(value))}
    for part in re.findall(r"[A-Za-z0-9_+/-]{2,}=*", str(value)):
        try:
            padded = part.rstrip("=") + "=" * (-len(part.rstrip("=")) % 4)
            decoded = base64.b64decode(padded.replace("-", "+").replace("_", "/"), validate=True)
        except binascii.Error:
            continue
        found |= {int.from_bytes(decoded[at : at + 8]) for at in range(len(decoded) - 7)}
        found |= {int.from_bytes(decoded[at : at + 8], "little") for at in range(len(decoded) - 7)}
        if decoded.isascii() and decoded.decode() != str(value):
            found |= numbers_in(decoded.decode())
    return found


@pytest.fixture
async def far_sequences(running) -> None:
    async with as_owner(running) as db:
        for name in (await db.scalars(text(SEQUENCES))).all():
            await db.execute(text(f"ALTER SEQUENCE {name} RESTART WITH {FAR}"))


async def shared_numbers(running) -> set[int]:
    """The numbers that the tables got from sequences and transactions."""
    found: set[int] = set()
    async with as_owner(running) as db:
        columns = (await db.execute(text(NUMBERED))).all()
        assert ("ai_session_events", "id") in {tuple(each) for each in columns}
        assert ("ai_session_events", "xact_id") in {tuple(each) for each in columns}
        for table, column in columns:
            found |= set((await db.scalars(text(f"SELECT {column} FROM {table}"))).all())
        found.add(await db.scalar(text("SELECT pg_current_xact_id()::text::bigint")))
    return found


async def answers(api: Api) -> list:
    """What a desk gets to see: sessions, their events, the dashboard."""
    talked, led = await chat(api), await guided(api)
    asked = {"sessionId": led["id"], "audience": "EMAIL_DRAFT"}
    update = await call(api, "statusUpdate", "generation { id cursor }", **asked)
    gone = await create(api, "CHAT", "a mistake")
    seen = [talked, led, update, gone, await ending(api, update["generation"]["id"])]
    async with api.subscribed(DASHBOARD) as events:
        seen.append(await anext(events))
        await ending(api, gone["generation"]["id"])
        await call(api, "deleteSession", "deletedSessionId", sessionId=gone["session"]["id"])
        while seen[-1].get("reason") != "DELETED":
            seen.append(await anext(events))
    for session in (talked, led):
        info = {"hasNextPage": True, "endCursor": None}
        while info["hasNextPage"]:
            asked = {"id": session["id"], "after": info["endCursor"]}
            page = (await api.data(HISTORY, **asked))["session"]["history"]
            info = page["pageInfo"]
            seen.append(page)
    return seen


async def test_no_client_gets_a_number_that_accounts_share(api, running, far_sequences):
    seen = await answers(api)
    found = numbers_in(orjson.loads(orjson.dumps(seen, default=str)))
    shared = await shared_numbers(running)
    assert any(number >= FAR for number in shared)
    assert not found & {number for number in shared if number > 100}
    assert not {number for number in found if FAR <= number < FAR + 1_000_000}
    # The search finds what it looks for.
    plain = pagination.encode_cursor(FAR, FAR + 1)
    assert {FAR, FAR + 1} <= numbers_in({"cursor": plain})
    assert FAR in numbers_in(base64.b64encode(f"SessionEvent:{FAR}".encode()).decode())
    assert FAR in numbers_in(base64.urlsafe_b64encode(b"abc" + FAR.to_bytes(8)).decode())


async def test_the_cursor_of_a_dashboard_does_not_say_that_others_work(api, eve):
    cursors = set()
    for _ in range(3):
        async with api.subscribed(DASHBOARD) as events:
            cursors.add((await anext(events))["cursor"])
    assert len(cursors) == 3


async def test_an_earlier_versions_cursor_begins_the_events_of_a_session_anew(api):
    session = await chat(api)
    told = []
    for after in (pagination.encode_cursor(0), pagination.encode_cursor(FAR)):
        asked = {"sessionId": session["id"], "after": after}
        async with api.subscribed(SESSION_EVENTS, **asked) as events:
            told.append((await anext(events))["kind"])
    assert told == ["CREATED", "CREATED"]


async def test_an_earlier_versions_cursor_of_a_dashboard_begins_with_a_snapshot(api):
    document = DASHBOARD.replace("subscription", "subscription ($after: String)").replace(
        "dashboardEvents", "dashboardEvents(after: $after)"
    )
    async with api.subscribed(document, after=pagination.encode_cursor(1, 1)) as events:
        assert (await anext(events))["__typename"] == "DashboardSnapshot"


async def test_an_earlier_versions_cursor_of_a_history_is_refused(api):
    session = await chat(api)
    asked = {"id": session["id"], "after": pagination.encode_cursor(1)}
    code, message = await api.error(HISTORY, **asked)
    assert code == "INVALID_INPUT"
    assert "cursor" in message


async def test_a_cursor_of_another_account_is_refused(api, eve):
    mine, theirs = await chat(api), await chat(api.by(eve))
    page = (await api.data(HISTORY, id=mine["id"]))["session"]["history"]
    after = page["pageInfo"]["endCursor"]
    with pytest.raises(AssertionError, match="INVALID_INPUT"):
        await everything(api.by(eve), SESSION_EVENTS, sessionId=theirs["id"], after=after)
