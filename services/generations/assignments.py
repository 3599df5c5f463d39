"""What the assistant is asked for, read back from the generation's row: so another process
can ask for the same."""

from sqlalchemy.ext.asyncio import AsyncSession

import models
from models import StatusUpdateAudience, StatusUpdateLength
from services import cases
from services.ai import Assignment
from services.principal import Principal


async def load(db: AsyncSession, generation: models.Generation, *, written: str) -> Assignment:
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


async def requester(db: AsyncSession, generation: models.Generation) -> Principal:
    """On whose behalf it is written."""
    session = await db.get_one(models.AISession, generation.session_id)
    return Principal(generation.requested_by_id or session.user_id, generation.account_id)
