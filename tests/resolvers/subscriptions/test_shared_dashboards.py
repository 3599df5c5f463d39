"""Many who look on at the same: worked out once, and everybody told what is theirs to know."""

import asyncio
import logging
from contextlib import AsyncExitStack, aclosing

import pytest
from sqlalchemy import text

from models import Role
from resolvers.schema import schema
from schema import ids
from tests import factories
from tests.api_client import PATIENCE, eventually
from tests.dashboard_client import EVENT, counting, first, told
from tests.operations import call
from tests.superuser import as_owner

#: `%s` is what is wanted of the session.
WATCHING = """
subscription Watching($filter: SessionFilter, $after: String, $last: Int = 1) {
  dashboardEvents(filter: $filter, after: $after) {
    __typename cursor
    ... on DashboardSessionChanged {
      kind summary { byStatus { count } }
      session { id title %s ... on ChatSession { messages(last: $last) { totalCount } } }
    }
  }
}
"""
PEOPLE = WATCHING % "owner { name } escalatedTo { name account { name } }"
PERSONAL = WATCHING % "allowedActions"
ALLOWED = "query Allowed($id: ID!) { session(id: $id) { allowedActions } }"

VIEWERS = 20
WAITING = """
SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'session_documents'::regclass
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""


@pytest.fixture
async def chat_id(running, ana, ben):
    row = factories.chat_session(ana, escalated_to_id=ben.user_id)
    await factories.save(running, row)
    return ids.encode_global_id("ChatSession", row.id)


async def rename(api, session_id, title):
    await call(api, "renameSession", "session { id }", sessionId=session_id, title=title)


async def look_on(stack, api, document, **asked):
    """A stream behind what there is at first."""
    stream = await stack.enter_async_context(api.subscribed(document, **asked))
    assert (await first(stream))["__typename"] == "DashboardSnapshot"
    return stream


async def next_of_all(streams):
    return await asyncio.gather(*(first(stream) for stream in streams))


async def test_what_they_read_besides_is_read_once(api, running, chat_id):
    async def read_for(viewers):
        async with AsyncExitStack() as stack:
            streams = [await look_on(stack, api, PEOPLE) for _ in range(viewers)]
            with counting(running.engine) as sent:
                await rename(api, chat_id, f"Seen by {viewers}")
                changes = await next_of_all(streams)
        assert {change["session"]["title"] for change in changes} == {f"Seen by {viewers}"}
        assert {change["session"]["escalatedTo"]["name"] for change in changes} == {"Ben"}
        return {table: read_from(sent, table) for table in ("users", "accounts", "ai_sessions")}

    for viewers in (1, VIEWERS):
        found = await read_for(viewers)
        assert found["users"] == found["accounts"] == 1
        # A few in each look of the board, of which a change may take two.
        assert found["ai_sessions"] < VIEWERS / 2


def read_from(sent, table):
    """Without the figures, which each look of the board reads: they begin today in the time zone of
    the account."""
    return sum(
        times
        for sql, times in sent.items()
        if f"FROM {table} " in " ".join(sql.split()) and "day_start" not in sql
    )


async def test_they_are_told_the_very_same(api, ben, chat_id):
    ana_again, lead = api.by(api.principal), api.by(ben)
    async with AsyncExitStack() as stack:
        streams = [await look_on(stack, each, PEOPLE) for each in (api, ana_again, lead)]
        other = await look_on(stack, api, PEOPLE, last=2)
        await rename(api, chat_id, "Anew")
        mine, mine_again, hers, of_two = await next_of_all([*streams, other])
    assert mine is mine_again
    # Another role, another variable: what they are told is worked out for them.
    assert hers is not mine
    assert of_two is not mine
    assert hers == mine == of_two


async def test_where_one_has_begun_makes_no_difference(api, chat_id):
    async with AsyncExitStack() as stack:
        start = await stack.enter_async_context(api.subscribed(PEOPLE))
        place = (await first(start))["cursor"]
        await rename(api, chat_id, "Missed")
        await first(start)
        back = await stack.enter_async_context(api.subscribed(PEOPLE, after=place))
        assert (await first(back))["session"]["title"] == "Missed"
        await rename(api, chat_id, "Seen")
        one, other = await next_of_all([start, back])
    assert one is other


async def test_everybody_is_told_what_they_may_do(api, running, ana, ben, chat_id):
    cora = await factories.user(running, "Cora", account_id=ana.account_id)
    vic = await factories.user(running, "Vic", account_id=ana.account_id, role=Role.VIEWER)
    viewers = [api.by(principal) for principal in (ana, cora, ben, vic, ana)]
    async with AsyncExitStack() as stack:
        streams = [await look_on(stack, each, PERSONAL) for each in viewers]
        await rename(api, chat_id, "Whose?")
        changes = await next_of_all(streams)
    shown = [change["session"]["allowedActions"] for change in changes]
    asked = [(await each.data(ALLOWED, id=chat_id))["session"] for each in viewers]
    assert shown == [session["allowedActions"] for session in asked]
    anas, coras, _, vics, _ = shown
    assert "PAUSE" in anas
    assert "PAUSE" not in coras
    assert vics == []


async def test_who_leaves_in_the_middle_takes_it_from_nobody(api, running, chat_id):
    document = WATCHING % "documents { markdown }"
    async with AsyncExitStack() as stack:
        streams = [await look_on(stack, api, document) for _ in range(3)]
        readers = [asyncio.create_task(first(stream)) for stream in streams]
        async with as_owner(running) as slow:
            await slow.execute(text("LOCK TABLE session_documents IN ACCESS EXCLUSIVE MODE"))
            await rename(api, chat_id, "Left alone")
            await eventually(lambda: is_waiting(running))
            # Whoever came first has begun what all wait for.
            readers[0].cancel()
            await asyncio.wait([readers[0]])
        async with asyncio.timeout(PATIENCE):
            changes = await asyncio.gather(*readers[1:])
    assert readers[0].cancelled()
    assert [change["session"]["title"] for change in changes] == ["Left alone"] * 2


async def is_waiting(running):
    """One statement, for all of them."""
    async with as_owner(running) as db:
        return await db.scalar(text(WAITING)) == 1


async def test_a_burst_is_told_as_one_with_how_it_ends(api, running, ana, chat_id):
    key = ids.decode_session_id(chat_id)
    other = factories.chat_session(ana)
    await factories.save(running, other)
    async with api.subscribed(PEOPLE) as stream:
        await first(stream)
        async with running.tenancy.for_account(ana.account_id).orm_transaction() as db:
            burst = [{"account_id": ana.account_id, "session_id": key}] * 50
            await db.execute(text(EVENT), burst)
            renamed = text("UPDATE ai_sessions SET title = 'At last' WHERE id = :id")
            await db.execute(renamed, {"id": key})
        await rename(api, ids.encode_global_id("ChatSession", other.id), "Afterwards")
        titles = []
        while "Afterwards" not in titles:
            titles.append((await told(stream, "RENAMED"))["session"]["title"])
    assert titles == ["At last", "Afterwards"]


async def test_of_many_changes_the_last_always_arrives(api, chat_id):
    async with AsyncExitStack() as stack:
        streams = [await look_on(stack, api, PEOPLE) for _ in range(3)]
        for nth in range(30):
            await rename(api, chat_id, f"Title {nth}")

        async def last(stream):
            while (await first(stream))["session"]["title"] != "Title 29":
                pass

        await asyncio.gather(*map(last, streams))


async def test_what_goes_wrong_is_logged_once_for_all(api, running, ana, caplog):
    caplog.set_level(logging.ERROR)
    broken = factories.chat_session(ana, suggested_flow_ids=[{"id": "nonsense"}])
    await factories.save(running, broken)
    document = WATCHING % "... on ChatSession { suggestedFlows { slug } }"
    asked = {"context_value": running.create_context(ana)}
    async with AsyncExitStack() as stack:
        streams = [
            await stack.enter_async_context(aclosing(await schema.subscribe(document, **asked)))
            for _ in range(3)
        ]
        await next_of_all(streams)
        await rename(api, ids.encode_global_id("ChatSession", broken.id), "Broken")
        results = await next_of_all(streams)
    [error_id] = {result.errors[0].extensions["errorId"] for result in results}
    logged = [record for record in caplog.records if "Internal error" in record.getMessage()]
    assert len(logged) == 1
    assert error_id in logged[0].getMessage()
    assert "nonsense" not in results[0].errors[0].message
