"""Entries that an older version has made are written anew, while sessions go on."""

import asyncio
from datetime import UTC, datetime

from sqlalchemy import text

from models import SessionStatus
from queries.session_counts import count_sessions
from queries.session_filter import SessionFilter
from services.text_search import reindexing, store
from services.text_search.reindexing import reindex_sessions, reindex_some
from services.text_search.search_query import parse_search
from tests import factories
from tests.api_client import eventually
from tests.superuser import as_owner

OLD_ENTRY = """
INSERT INTO session_search (session_id, account_id, document)
SELECT id, account_id, to_tsvector('english', coalesce(title, '')) FROM ai_sessions
WHERE id = ANY(:ids)
"""
OUTDATED = "SELECT count(*) FROM session_search WHERE analysis_version < 1"
WAITING = "SELECT count(*) FROM pg_locks WHERE NOT granted"
AT = datetime(2026, 1, 1, tzinfo=UTC)


def message(content: str) -> dict[str, str]:
    return {"id": "m", "role": "user", "content": content, "created_at": AT.isoformat()}


async def make_old_entries(running, *sessions):
    await factories.save(running, *sessions)
    async with as_owner(running) as db:
        await db.execute(text(OLD_ENTRY), {"ids": [session.id for session in sessions]})
        await db.commit()


async def count_outdated(running) -> int:
    async with as_owner(running) as db:
        return int(await db.scalar(text(OUTDATED)))


async def is_found(running, person, search: str) -> bool:
    reader = running.tenancy.reader(person.account_id)
    filter = SessionFilter(search=parse_search(search))
    return await count_sessions(reader, person, filter) == 1


async def test_old_entries_get_the_words_of_all_texts(running, ana, eve):
    log = "boring line \n" * 20_000 + "last error 0x80070005"
    chat = factories.chat_session(
        ana,
        title="Mapped drive",
        intake_content={"text": "see INC-004512", "log_text": log, "ticket_id": "T-77"},
        conversation_messages=[message("open \\\\nas01\\backup"), message("jane.doe has it")],
        problem_summary="Drive of Zürich",
        resolution_summary="Restarted dc01.corp.local",
        status=SessionStatus.RESOLVED,
    )
    others = [factories.chat_session(eve, title=f"Server srv-db{n}") for n in range(30)]
    await make_old_entries(running, chat, *others)
    assert await is_found(running, ana, "mapped")
    assert not await is_found(running, ana, "nas01")
    assert await reindex_sessions(running.tenancy, pauses=False) == 31
    for search in ("mapped", "nas01", "jane.doe", "zurich", "corp.local", "80070005", "004512"):
        assert await is_found(running, ana, search), search
    assert await is_found(running, ana, "T-77")
    assert await is_found(running, eve, "db29")
    assert not await is_found(running, ana, "db29")
    assert await count_outdated(running) == 0
    assert await reindex_sessions(running.tenancy) == 0


async def test_processes_share_the_work(running, ana, monkeypatch):
    monkeypatch.setattr(reindexing, "ENTRIES_AT_ONCE", 3)
    await make_old_entries(running, *(factories.chat_session(ana) for _ in range(20)))
    done = await asyncio.gather(
        *(reindex_sessions(running.tenancy, pauses=False) for _ in range(3))
    )
    assert sum(done) == 20
    assert await count_outdated(running) == 0


async def test_what_is_said_meanwhile_is_found(begin, running, ana, monkeypatch):
    """The message waits for the entry, and adds its words to it."""
    session = factories.chat_session(ana, title="Mapped drive")
    await make_old_entries(running, session)
    has_read, may_write, load = asyncio.Event(), asyncio.Event(), store.load_indexed_texts

    async def load_and_wait(*given):
        texts = await load(*given)
        has_read.set()
        await may_write.wait()
        return texts

    async def say() -> None:
        async with begin(ana) as unit:
            unit.change_for(session).index("then nas01 failed")

    async def is_waiting() -> bool:
        async with as_owner(running) as db:
            return bool(await db.scalar(text(WAITING)))

    monkeypatch.setattr(store, "load_indexed_texts", load_and_wait)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(reindex_some(running.tenancy.for_account(ana.account_id)))
        await has_read.wait()
        tasks.create_task(say())
        await eventually(is_waiting)
        may_write.set()
    assert await is_found(running, ana, "mapped")
    assert await is_found(running, ana, "nas01")
