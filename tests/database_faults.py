"""Faults of the database, and faults as they look from there."""

import signal
from pathlib import Path
from uuid import UUID, uuid4

import psutil
from sqlalchemy import text

from server.runtime import Runtime
from tests.superuser import as_owner


async def give_to_a_dead_process(running: Runtime) -> None:
    """What the row looks like when its owner has not renewed its lease."""
    async with as_owner(running) as db:
        await db.execute(
            text(
                "UPDATE generations SET owner = :nobody,"
                " lease_expires_at = now() - interval '1 second' WHERE status = 'running'"
            ),
            {"nobody": uuid4()},
        )


async def make_unreadable(running: Runtime, session_id: UUID) -> None:
    """As a conversation is that something else has written."""
    async with as_owner(running) as db:
        await db.execute(
            text(
                "UPDATE ai_sessions SET conversation_messages ="
                """ '[{"role": "nobody", "content": "it hangs"}]' WHERE id = :id"""
            ),
            {"id": session_id},
        )


def stop_postgres(folder: Path, how: signal.Signals) -> None:
    """Fast by SIGINT, immediately by SIGQUIT; return when all of it is gone."""
    pid = (folder / "postgres/data/postmaster.pid").read_text().split()[0]
    postmaster = psutil.Process(int(pid))
    postmaster.send_signal(how)
    postmaster.wait(60)
