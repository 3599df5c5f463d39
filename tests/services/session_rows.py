"""What a unit of work has committed, read by the tables' owner."""

from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import undefer

import models
from server.runtime import Runtime
from tests.superuser import as_owner


async def load_session(running: Runtime, session_id: UUID) -> models.AISession:
    """The session with its conversation."""
    conversation = undefer(models.AISession.conversation_messages)
    async with as_owner(running) as db:
        found = select(models.AISession).where(models.AISession.id == session_id)
        return (await db.scalars(found.options(conversation))).one()


async def load_generation(running: Runtime, generation_id: UUID) -> models.Generation:
    async with as_owner(running) as db:
        found = select(models.Generation).where(models.Generation.id == generation_id)
        return (await db.scalars(found)).one()


async def load_events(running: Runtime, session_id: UUID) -> list[tuple[str, dict[str, Any]]]:
    """Kind and detail of the events of a session, in order."""
    event = models.SessionEvent
    async with as_owner(running) as db:
        rows = await db.scalars(
            select(event).where(event.session_id == session_id).order_by(event.id)
        )
        return [(row.kind.value, row.detail) for row in rows]
