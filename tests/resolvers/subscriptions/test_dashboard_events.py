"""The live dashboard: what there is, then what changes, and nothing missed or seen by others."""

import asyncio
from contextlib import aclosing
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlalchemy import text

from models import Role
from queries import account_events, pagination
from queries.dashboard import session_lists
from resolvers.schema import schema
from schema import ids
from server import runtime
from services import retention
from services.ai.testing import ScriptedAssistant
from storage.pool import driver_connection
from tests import factories
from tests.api_client import PATIENCE, Api, eventually
from tests.dashboard_client import EVENT, counting, first, told
from tests.operations import call, chat, create, ending, guided, move
from tests.superuser import as_owner

DASHBOARD = """
subscription Dashboard($filter: SessionFilter, $after: String) {
  dashboardEvents(filter: $filter, after: $after) {
    __typename cursor
    ... on DashboardSnapshot {
      summary { unclaimedEscalations byType { count } byStatus { status count } }
      active { __typename id status }
      recent { id status }
    }
    ... on DashboardSessionChanged {
      kind session { __typename id status title displayTitle }
      summary { unclaimedEscalations }
    }
    ... on DashboardSessionRemoved { sessionId reason summary { byStatus { status count } } }
  }
}
"""
COUNTED = "SELECT status, session_type, count(*) FROM ai_sessions GROUP BY 1, 2 ORDER BY 1, 2"
TALLIED = """
SELECT status, session_type, sum(sessions) FROM session_tallies
GROUP BY 1, 2 HAVING sum(sessions) <> 0 ORDER BY 1, 2
"""


@pytest.fixture
async def lead(running, ana):
    return Api(
        running, await factories.user(running, "Lena", account_id=ana.account_id, role=Role.LEAD)
    )


async def removal(stream):
    """The next session that leaves; changes of those that stay come in between."""
    while (event := await first(stream))["__typename"] != "DashboardSessionRemoved":
        pass
    return event


async def test_it_begins_with_what_there_is_and_tells_what_changes(api):
    talked, led = await chat(api), await guided(api)
    closed = await chat(api)
    await move(api, "abandon", closed["id"])
    async with api.subscribed(DASHBOARD) as stream:
        snapshot = await first(stream)
        assert {row["id"]: row["__typename"] for row in snapshot["active"]} == {
            talked["id"]: "ChatSession",
            led["id"]: "GuidedSession",
        }
        assert [row["id"] for row in snapshot["recent"]] == [closed["id"]]
        assert sum(each["count"] for each in snapshot["summary"]["byType"]) == 3
        await move(api, "escalate", talked["id"], reason="beyond me")
        escalated = await told(stream, "ESCALATED")
        assert escalated["session"]["id"] == talked["id"]
        assert escalated["session"]["status"] == "ESCALATED"
        assert escalated["summary"]["unclaimedEscalations"] == 1
        begun = await create(api, "CHAT", "the printer is on fire")
        assert (await told(stream, "CREATED"))["session"]["id"] == begun["session"]["id"]


async def test_a_session_that_fits_no_longer_is_told_once_more(api, lead):
    talked = await chat(api)
    await move(api, "escalate", talked["id"], reason="beyond me")
    async with lead.subscribed(DASHBOARD, filter={"unclaimed": True}) as stream:
        assert [row["id"] for row in (await first(stream))["active"]] == [talked["id"]]
        await move(lead, "claim", talked["id"])
        removed = await removal(stream)
        assert (removed["sessionId"], removed["reason"]) == (talked["id"], "NO_LONGER_MATCHES")
        await call(lead, "renameSession", "session { id }", sessionId=talked["id"], title="Mine")
        other = await chat(api)
        await move(api, "escalate", other["id"], reason="me neither")
        async with asyncio.timeout(PATIENCE):
            while (change := await anext(stream))["__typename"] == "DashboardSessionRemoved":
                assert change["sessionId"] in (talked["id"], other["id"])
        assert change["session"]["id"] == other["id"]


async def test_a_deleted_session_is_told_of_without_what_was_in_it(api):
    begun = await create(api, "CHAT", "it hangs", title="A secret")
    await ending(api, begun["generation"]["id"])
    async with api.subscribed(DASHBOARD) as stream:
        await first(stream)
        await call(api, "deleteSession", "deletedSessionId", sessionId=begun["session"]["id"])
        removed = await removal(stream)
    assert removed.keys() == {"__typename", "cursor", "sessionId", "reason", "summary"}
    assert (removed["sessionId"], removed["reason"]) == (begun["session"]["id"], "DELETED")
    assert {each["count"] for each in removed["summary"]["byStatus"]} == {0}


async def test_a_session_deleted_while_the_dashboard_reads_is_told_as_deleted(api, monkeypatch):
    talked = await chat(api)

    def deleting_after(read):
        async def read_and_delete(*asked):
            found = await read(*asked)
            await call(api, "deleteSession", "deletedSessionId", sessionId=talked["id"])
            return found

        return read_and_delete

    async with api.subscribed(DASHBOARD) as stream:
        await first(stream)
        for name in ("find_matching_ids", "load_current_sessions"):
            read = getattr(session_lists, name)
            monkeypatch.setattr(session_lists, name, deleting_after(read))
        await move(api, "pause", talked["id"])
        removed = await removal(stream)
    assert (removed["sessionId"], removed["reason"]) == (talked["id"], "DELETED")


async def test_who_comes_back_is_told_what_was_deleted_meanwhile(api):
    talked, other = await chat(api), await guided(api)
    async with api.subscribed(DASHBOARD, filter={"sessionType": "CHAT"}) as stream:
        place = (await first(stream))["cursor"]
    await call(api, "deleteSession", "deletedSessionId", sessionId=talked["id"])
    await call(api, "deleteSession", "deletedSessionId", sessionId=other["id"])
    async with api.subscribed(DASHBOARD, filter={"sessionType": "CHAT"}, after=place) as stream:
        removed = [await removal(stream), await removal(stream)]
    assert {(each["sessionId"], each["reason"]) for each in removed} == {
        (talked["id"], "DELETED"),
        (other["id"], "DELETED"),
    }


async def test_it_goes_on_behind_a_cursor_with_what_has_changed_since(api):
    talked, other = await chat(api), await chat(api)
    async with api.subscribed(DASHBOARD) as stream:
        place = (await first(stream))["cursor"]
    await move(api, "pause", talked["id"])
    await move(api, "abandon", talked["id"])
    await move(api, "pause", other["id"])
    async with api.subscribed(DASHBOARD, after=place) as stream:
        missed = {}
        while set(missed.values()) != {"ABANDONED", "PAUSED"}:
            change = await first(stream)
            assert change["__typename"] == "DashboardSessionChanged"
            missed[change["session"]["id"]] = change["session"]["status"]
    assert missed == {talked["id"]: "ABANDONED", other["id"]: "PAUSED"}


async def test_a_place_in_another_database_is_begun_anew(api):
    async with api.subscribed(DASHBOARD, after=pagination.encode_cursor(2**60, 1)) as stream:
        assert (await first(stream))["__typename"] == "DashboardSnapshot"


async def test_a_cursor_of_something_else_is_refused(api, running, ana):
    asked = {"after": pagination.encode_cursor("words")}
    async with aclosing(
        await schema.subscribe(DASHBOARD, asked, context_value=running.create_context(ana))
    ) as results:
        [error] = (await anext(results)).errors
    assert error.extensions["code"] == "INVALID_INPUT"
    assert "cursor" in error.message


async def test_who_commits_late_is_not_skipped(api, ana, running):
    late, early = await chat(api), await chat(api)
    async with api.subscribed(DASHBOARD) as stream:
        await first(stream)
        async with running.tenancy.for_account(ana.account_id).orm_transaction() as slow:
            key = ids.decode_session_id(late["id"])
            asked = {"account_id": ana.account_id, "session_id": key}
            await slow.execute(text(EVENT), asked)
            await move(api, "pause", early["id"])
        seen = set()
        while seen != {late["id"], early["id"]}:
            change = await first(stream)
            if change["kind"] in ("RENAMED", "PAUSED"):
                seen.add(change["session"]["id"])


async def test_nor_is_who_has_only_locked_a_row_so_far(api, ana, running):
    """That gives a transaction its number, which is its place among the events."""
    late, early = await chat(api), await chat(api)
    reading, key = running.tenancy.reader(ana.account_id), ids.decode_session_id(late["id"])
    async with running.tenancy.for_account(ana.account_id).orm_transaction() as slow:
        await slow.execute(text("SELECT FROM ai_sessions WHERE id = :id FOR UPDATE"), {"id": key})
        number = int(await slow.scalar(text("SELECT pg_current_xact_id_if_assigned()::text")))
        await move(api, "pause", early["id"])
        assert await reading.fetch_value(account_events.HORIZON) <= number


async def test_a_transaction_that_begins_meanwhile_does_not_lead_back_to_the_first_events(
    api, ana, running
):
    """The horizon is found in a snapshot, but the locks are those of a moment later."""
    late = await chat(api)
    asked = {"id": ids.decode_session_id(late["id"])}
    async with (
        driver_connection(running.engine) as driver,
        driver.transaction(isolation="repeatable_read"),
    ):
        before = await driver.fetchval("SELECT pg_snapshot_xmax(pg_current_snapshot())::text")
        await move(api, "pause", late["id"])
        async with running.tenancy.for_account(ana.account_id).orm_transaction() as slow:
            await slow.execute(text("SELECT FROM ai_sessions WHERE id = :id FOR UPDATE"), asked)
            assigned = "SELECT pg_current_xact_id_if_assigned()::text"
            assert int(await slow.scalar(text(assigned))) > int(before)
            horizon = await driver.fetchval(account_events.HORIZON.sql)
    assert 0 < horizon <= int(before)


async def test_who_comes_back_to_another_board_in_the_middle_of_a_look_misses_nothing(
    api, running, monkeypatch
):
    talked = await chat(api)
    is_looking, go_on = asyncio.Event(), asyncio.Event()

    async def fitting(*asked):
        is_looking.set()
        await go_on.wait()
        return await found(*asked)

    async with api.subscribed(DASHBOARD) as stream:
        cursor = (await first(stream))["cursor"]
        found = session_lists.find_matching_ids
        monkeypatch.setattr(session_lists, "find_matching_ids", fitting)
        await move(api, "pause", talked["id"])
        await asyncio.wait_for(is_looking.wait(), PATIENCE)
        async with api.subscribed(DASHBOARD, filter={"sessionType": "CHAT"}, after=cursor) as other:
            paused = asyncio.create_task(told(other, "PAUSED"))
            [account] = running.subscriptions.dashboards

            async def is_there():
                return len(account._views) == 2

            await eventually(is_there)
            go_on.set()
            assert (await paused)["session"]["id"] == talked["id"]
            assert await told(stream, "PAUSED")


async def test_another_process_tells_of_it_too(api, ana, place):
    async with runtime.run_runtime(place, ScriptedAssistant()) as other:
        there = Api(other, ana)
        async with there.subscribed(DASHBOARD) as stream:
            await first(stream)
            talked = await chat(api)
            assert (await first(stream))["session"]["id"] == talked["id"]
        assert len(other.subscriptions.dashboards) == 0


async def test_another_account_is_told_nothing(api, eve, running):
    stranger = Api(running, eve)
    async with stranger.subscribed(DASHBOARD) as stream:
        snapshot = await first(stream)
        assert snapshot["active"] == snapshot["recent"] == []
        await chat(api)
        hers = await chat(stranger)
        assert (await first(stream))["session"]["id"] == hers["id"]


async def test_many_viewers_cost_no_more_statements_than_one(api, running):
    talked = await chat(api)

    async def sent_for(viewers: int) -> int:
        async with asyncio.TaskGroup() as group:
            seen = asyncio.Barrier(viewers + 1)
            for _ in range(viewers):
                group.create_task(watch(api, seen))
            await seen.wait()
            with counting(running.engine) as statements:
                await move(api, "pause", talked["id"])
                await seen.wait()
            await move(api, "resume", talked["id"])
        return statements.total()

    async def watch(api, seen) -> None:
        async with api.subscribed(DASHBOARD) as stream:
            await first(stream)
            await seen.wait()
            await told(stream, "PAUSED")
            await seen.wait()

    assert await sent_for(20) < await sent_for(1) + 20


async def test_who_leaves_leaves_nothing_behind(api, running):
    for _ in range(20):
        async with api.subscribed(DASHBOARD) as stream:
            await first(stream)
    assert len(running.subscriptions.dashboards) == 0

    async def has_ended() -> bool:
        return not any(task.get_name().startswith("feed") for task in asyncio.all_tasks())

    await eventually(has_ended)


async def test_what_is_tallied_is_what_there_is(api, running):
    talked, led, gone = await chat(api), await guided(api), await chat(api)
    for _ in range(15):
        await move(api, "pause", led["id"])
        await move(api, "resume", led["id"])
    await move(api, "abandon", talked["id"])
    await call(api, "deleteSession", "deletedSessionId", sessionId=gone["id"])

    async def rows(statement):
        async with as_owner(running) as db:
            return [tuple(row) for row in await db.execute(text(statement))]

    assert await rows(TALLIED) == await rows(COUNTED)
    await retention.delete_expired(running.tenancy.system)
    assert await rows(TALLIED) == await rows(COUNTED)
    own = f"account_id = '{api.principal.account_id}'"
    [(kept,)] = await rows(f"SELECT count(*) FROM session_tallies WHERE {own}")
    assert kept == 2
    assert await eventually(lambda: rows("SELECT 1 FROM deleted_sessions"))


async def test_at_midnight_of_the_desk_every_viewer_gets_a_snapshot(running, api):
    """Its figures of today change, although nothing happens."""
    shown = DASHBOARD.replace("unclaimedEscalations", "resolvedToday todayStartedAt", 1)
    async with api.subscribed(shown) as stream, api.subscribed(shown, filter={}) as other:
        before = await first(stream)
        await first(other)
        [feed] = [each for each in running.subscriptions.dashboards if each._today_ends_at]
        feed._today_ends_at = datetime.now(UTC)
        feed.wake.set()
        for each in (stream, other):
            again = await first(each)
            assert again["__typename"] == "DashboardSnapshot"
            assert again["summary"]["todayStartedAt"] == before["summary"]["todayStartedAt"]
        session = await chat(api)
        assert (await first(stream))["session"]["id"] == session["id"]


async def test_a_snapshot_of_yesterday_is_not_shown_to_who_comes_today(running, api):
    async with api.subscribed(DASHBOARD) as stream:
        await first(stream)
        [feed] = [each for each in running.subscriptions.dashboards if each._today_ends_at]
        [view] = feed._views
        yesterday = replace(view.snapshot.summary.today, ends_at=datetime.now(UTC))
        summary = replace(view.snapshot.summary, today=yesterday)
        view.snapshot = replace(view.snapshot, summary=summary)
        async with api.subscribed(DASHBOARD) as other:
            await first(other)
        assert view.snapshot.summary.today.ends_at > datetime.now(UTC)
