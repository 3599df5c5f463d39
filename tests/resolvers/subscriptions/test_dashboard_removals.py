"""A dashboard is told to remove every session that it shows, in whatever order things happen."""

import asyncio

import pytest
from sqlalchemy import text

from queries.dashboard import session_lists
from services import retention
from tests.api_client import PATIENCE
from tests.dashboard_client import first, told
from tests.operations import call, chat, create, ending, move
from tests.superuser import as_owner

DASHBOARD = """
subscription Dashboard($filter: SessionFilter, $after: String) {
  dashboardEvents(filter: $filter, after: $after) {
    __typename cursor
    ... on DashboardSnapshot { active { id } }
    ... on DashboardSessionChanged { kind session { id } }
    ... on DashboardSessionRemoved { sessionId reason }
  }
}
"""


async def shown(stream) -> set[str]:
    return {row["id"] for row in (await first(stream))["active"]}


async def removal(stream, session_id: str):
    """The event that removes a session."""
    async with asyncio.timeout(PATIENCE):
        async for event in stream:
            if event.get("sessionId") == session_id:
                return event
    raise AssertionError("The stream has ended")


async def settled_chat(api, stream) -> str:
    """A chat of which the feed has read everything."""
    begun = await create(api, "CHAT", "the fax hums")
    await ending(api, begun["generation"]["id"])
    await move(api, "pause", begun["session"]["id"])
    await told(stream, "PAUSED")
    return begun["session"]["id"]


@pytest.mark.parametrize(
    "leave",
    [
        lambda api, id: call(api, "deleteSession", "deletedSessionId", sessionId=id),
        lambda api, id: move(api, "resume", id),
    ],
    ids=["by being deleted", "by no longer matching"],
)
async def test_a_session_that_is_older_than_the_list_and_younger_than_the_feed_leaves_it(
    api, leave
):
    async with api.subscribed(DASHBOARD) as stream:
        await first(stream)
        id = await settled_chat(api, stream)
        async with api.subscribed(DASHBOARD, filter={"status": ["PAUSED"]}) as other:
            assert await shown(other) == {id}
            await leave(api, id)
            await removal(other, id)


async def test_a_session_that_a_snapshot_has_before_the_feed_leaves_the_list(api, monkeypatch):
    """Resumed and paused again before the feed has read either: only the snapshot had it active."""
    is_reading, go_on = asyncio.Event(), asyncio.Event()
    find_matching_ids = session_lists.find_matching_ids

    async def find_later(*given):
        is_reading.set()
        await go_on.wait()
        return await find_matching_ids(*given)

    active = {"status": ["ACTIVE"]}
    async with api.subscribed(DASHBOARD) as stream, api.subscribed(DASHBOARD, filter=active) as one:
        assert await shown(stream) == await shown(one) == set()
        id = await settled_chat(api, stream)
        await removal(one, id)
        monkeypatch.setattr(session_lists, "find_matching_ids", find_later)
        await move(api, "resume", id)
        await asyncio.wait_for(is_reading.wait(), PATIENCE)
        async with api.subscribed(DASHBOARD, filter=active) as other:
            assert await shown(other) == {id}
            await move(api, "pause", id)
            go_on.set()
            await removal(other, id)


async def test_a_cursor_that_is_older_than_the_known_deletions_gets_a_snapshot(api, running):
    kept, doomed = await chat(api), await chat(api)
    async with api.subscribed(DASHBOARD) as stream:
        cursor = (await first(stream))["cursor"]
    await call(api, "deleteSession", "deletedSessionId", sessionId=doomed["id"])
    async with api.subscribed(DASHBOARD, after=cursor) as stream:
        assert (await removal(stream, doomed["id"]))["reason"] == "DELETED"
    async with as_owner(running) as db:
        for table, column in (("ai_session_events", "at"), ("deleted_sessions", "deleted_at")):
            await db.execute(
                text(
                    f"UPDATE {table} SET {column} = now() - interval '8 days'"
                    " WHERE account_id = :account_id"
                ),
                {"account_id": api.principal.account_id},
            )
    await retention.delete_expired(running.tenancy.system)
    async with api.subscribed(DASHBOARD, after=cursor) as stream:
        assert await shown(stream) == {kept["id"]}
