"""What the assistant is asked for, read back from the generation's row: so another process
can ask for the same."""

from typing import Any
from uuid import UUID

from sqlalchemy import Uuid, func, select

import models
from models import StatusUpdateAudience, StatusUpdateLength
from services import cases
from services.ai import Assignment
from services.statements import Read, columns, named
from services.transactions import Transaction

#: Written on behalf of whoever asked, else of the session's owner.
GENERATION: Read[Any] = Read(
    select(
        *columns(
            models.Generation, "id", "session_id", "owner", "attempt", "status", "kind", "request"
        ),
        func.coalesce(models.Generation.requested_by_id, models.AISession.user_id).label("asker"),
    )
    .join(models.AISession, models.AISession.id == models.Generation.session_id)
    .where(models.Generation.id == named("id", Uuid()))
)


async def find(db: Transaction, generation_id: UUID) -> Any:
    """What the one who writes it has to know of it; None where it is gone."""
    return await db.row(GENERATION, id=generation_id)


async def load(db: Transaction, generation: Any, *, written: str) -> Assignment:
    """Raises NotFound."""
    asked = generation.request
    return Assignment(
        kind=generation.kind,
        case=await cases.load(
            db, generation.session_id, without_last_reply=bool(asked.get("replaces"))
        ),
        audience=StatusUpdateAudience(asked["audience"]) if asked.get("audience") else None,
        length=StatusUpdateLength(asked["length"]) if asked.get("length") else None,
        written=written,
    )
