"""Watching what happens to a session: live, and from any cursor."""

import asyncio

import pytest
from sqlalchemy import text

import models
from models import SessionEventKind
from queries import pagination, session_log
from schema import ids
from tests import factories
from tests.api_client import PATIENCE, eventually
from tests.operations import (
    SESSION_EVENTS,
    call,
    chat,
    everything,
    get,
    history,
    move,
    send,
)

UNKNOWN = "01a208de-ca61-7452-ada6-5ddeb2290f46"


async def until(events, kind):
    seen = [await anext(events)]
    while seen[-1]["kind"] != kind:
        seen.append(await anext(events))
    return seen


@pytest.fixture
async def quiet(api, session):
    """A session of either kind to which nothing more happens by itself."""

    async def is_described():
        return (await get(api, session["id"]))["problemSummary"]

    await eventually(is_described)
    return session


def without_session(events):
    return [{name: event[name] for name in event if name != "session"} for event in events]


async def test_live_to_all_who_watch_with_who_did_it(api, ben, quiet):
    before = await history(api, quiet["id"])
    asked = {"sessionId": quiet["id"], "after": before[-1]["cursor"]}
    async with (
        api.subscribed(SESSION_EVENTS, **asked) as mine,
        api.by(ben).subscribed(SESSION_EVENTS, **asked) as bens,
    ):
        waiting = [asyncio.create_task(until(events, "RESUMED")) for events in (mine, bens)]
        await move(api.by(ben), "pause", quiet["id"])
        await move(api, "resume", quiet["id"])
        seen = [await asyncio.wait_for(viewer, PATIENCE) for viewer in waiting]
    assert without_session(seen[0]) == without_session(seen[1])
    assert without_session(seen[0]) == (await history(api, quiet["id"]))[len(before) :]
    assert [(e["kind"], e["actor"]["name"]) for e in seen[0]] == [
        ("PAUSED", "Ben"),
        ("RESUMED", "Ana"),
    ]


async def test_without_a_cursor_it_begins_with_what_happens_next(api, quiet):
    async with api.subscribed(SESSION_EVENTS, sessionId=quiet["id"]) as events:
        first = asyncio.create_task(anext(events))

        async def is_told():
            await call(api, "rateSession", "session { id }", sessionId=quiet["id"], rating=4)
            return first.done()

        await eventually(is_told)
        assert (await first)["kind"] == "RATED"


async def test_from_each_cursor_of_the_history_just_the_rest_comes(api, quiet):
    await call(api, "rateSession", "session { id }", sessionId=quiet["id"], rating=5)
    await move(api, "pause", quiet["id"])
    events = await history(api, quiet["id"])
    assert len({event["cursor"] for event in events}) == len(events) >= 4
    for place, event in enumerate(events[:-1]):
        asked = {"sessionId": quiet["id"], "after": event["cursor"]}
        async with api.subscribed(SESSION_EVENTS, **asked) as stream:
            assert without_session(await until(stream, "PAUSED")) == events[place + 1 :]


async def test_what_comes_after_the_last_cursor_comes_once(api, quiet):
    last = (await history(api, quiet["id"]))[-1]["cursor"]
    async with api.subscribed(SESSION_EVENTS, sessionId=quiet["id"], after=last) as events:
        await move(api, "pause", quiet["id"])
        [paused] = await until(events, "PAUSED")
        await move(api, "resume", quiet["id"])
        [resumed] = await until(events, "RESUMED")
    assert (paused["session"], resumed["session"]) == ({"status": "PAUSED"}, {"status": "ACTIVE"})


async def test_a_long_history_is_told_to_its_end(api, running, ana):
    row = factories.chat_session(ana)
    await factories.save(running, row)
    facts = {"account_id": ana.account_id, "session_id": row.id, "actor_id": ana.user_id}
    rated = SessionEventKind.RATED
    await factories.save(
        running,
        *(models.SessionEvent(kind=rated, detail={"rating": str(n)}, **facts) for n in range(230)),
        models.SessionEvent(kind=SessionEventKind.PAUSED, detail={}, **facts),
    )
    asked = {
        "sessionId": ids.encode_global_id("ChatSession", row.id),
        "after": pagination.encode_cursor(0),
    }
    async with api.subscribed(SESSION_EVENTS, **asked) as events:
        seen = await until(events, "PAUSED")
    assert [e["detail"]["rating"] for e in seen[:-1]] == [str(n) for n in range(230)]


async def test_what_is_said_is_told_in_the_words_of_the_api(api):
    session = await chat(api)
    last = (await history(api, session["id"]))[-1]["cursor"]
    async with api.subscribed(SESSION_EVENTS, sessionId=session["id"], after=last) as events:
        sent = await send(api, session["id"], "and?")
        seen = await until(events, "GENERATION_FINISHED")
    told = {
        (event["kind"], event["detail"].get("role")): event
        for event in seen
        if event["kind"] != "RENAMED"
    }
    generation = {"generationId": sent["generation"]["id"], "kind": "CHAT_REPLY"}
    said = {"messageId": sent["chatMessage"]["id"], "role": "USER"}
    assert told["MESSAGE_ADDED", "USER"]["detail"] == said
    assert told["MESSAGE_ADDED", "USER"]["actor"] == {"name": "Ana"}
    assert told["MESSAGE_ADDED", "ASSISTANT"]["actor"] is None
    assert told["GENERATION_STARTED", None]["detail"] == generation
    assert told["GENERATION_FINISHED", None]["detail"] == {**generation, "status": "COMPLETED"}


async def test_a_deleted_sessions_stream_ends(api, quiet):
    last = (await history(api, quiet["id"]))[-1]["cursor"]
    asked = {"sessionId": quiet["id"], "after": last}
    async with api.subscribed(SESSION_EVENTS, **asked) as events:
        await move(api, "pause", quiet["id"])
        await until(events, "PAUSED")
        await call(api, "deleteSession", "deletedSessionId", sessionId=quiet["id"])
        assert [event async for event in events] == []


@pytest.mark.parametrize(
    "id", ["", "nonsense", ids.encode_global_id("GuidedSession", UNKNOWN), "VXNlcjp4"]
)
async def test_an_unknown_session_is_not_found(api, id):
    with pytest.raises(AssertionError, match="NOT_FOUND"):
        await everything(api, SESSION_EVENTS, sessionId=id)


@pytest.mark.parametrize("after", ["", "nonsense", "W10", pagination.encode_cursor("a"), "é"])
async def test_a_malformed_cursor_is_refused(api, after):
    session = await chat(api)
    with pytest.raises(AssertionError, match="INVALID_INPUT"):
        await everything(api, SESSION_EVENTS, sessionId=session["id"], after=after)


async def test_a_session_that_is_deleted_before_its_event_is_told_is_not_found(
    api, quiet, monkeypatch
):
    """Instead of an internal error, or of a session with made-up values."""
    last = (await history(api, quiet["id"]))[-1]["cursor"]
    read = session_log.fetch_events_after

    async def read_and_delete(*asked):
        found = await read(*asked)
        if found:
            await call(api, "deleteSession", "deletedSessionId", sessionId=quiet["id"])
        return found

    await move(api, "pause", quiet["id"])
    monkeypatch.setattr(session_log, "fetch_events_after", read_and_delete)
    with pytest.raises(AssertionError, match="NOT_FOUND"):
        await everything(api, SESSION_EVENTS, sessionId=quiet["id"], after=last)


@pytest.mark.parametrize("ahead", [1, 2**40])
async def test_a_cursor_behind_the_last_event_is_refused(api, running, ana, ahead):
    """It is of a database that has been restored since: the next events would be skipped."""
    session = await chat(api)
    async with running.tenancy.for_account(ana.account_id).orm_transaction() as db:
        newest = await db.scalar(text("SELECT max(id) FROM ai_session_events"))
    after = running.cursor_cipher.encrypt_event_id(ana.account_id, newest + ahead)
    with pytest.raises(AssertionError, match="INVALID_INPUT"):
        await everything(api, SESSION_EVENTS, sessionId=session["id"], after=after)
