"""Faults, as they look from the database."""

from uuid import uuid4

from sqlalchemy import text

from server.process import Process


async def give_to_a_dead_process(running: Process) -> None:
    """What the row looks like when its owner has not renewed its lease."""
    async with running.database.begin() as db:
        await db.execute(
            text(
                "UPDATE generations SET owner = :nobody,"
                " lease_expires_at = now() - interval '1 second' WHERE status = 'running'"
            ),
            {"nobody": uuid4()},
        )
