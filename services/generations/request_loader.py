"""What the assistant is asked for, read back from the generation's row: so another process
can ask for the same."""

from typing import Any
from uuid import UUID

from sqlalchemy import Uuid, func, select

import models
from models import StatusUpdateAudience, StatusUpdateLength
from services.ai.port import AssistantRequest
from services.generations import case_loader
from storage.statements import Query, model_columns, param
from storage.transactions import Transaction

G, S = models.Generation, models.AISession
#: Written on behalf of whoever asked, else of the session's owner.
ASKED: Query[Any] = Query(
    select(
        *model_columns(G, "owner", "attempt", "kind", "request"),
        G.status.label("generation_status"),
        func.coalesce(G.requested_by_id, S.user_id).label("asker"),
        *case_loader.COLUMNS,
    )
    .join(S, S.id == G.session_id)
    .join(models.User, models.User.id == S.user_id)
    .where(G.id == param("id", Uuid()))
)
STATE: Query[Any] = Query(select(G.attempt, G.status).where(G.id == param("id", Uuid())))


async def load_request_row(db: Transaction, generation_id: UUID) -> Any:
    """An answer and its session, for the one who writes it; None where it is gone."""
    return await db.fetch_row(ASKED, id=generation_id)


async def load_attempt_state(db: Transaction, generation_id: UUID) -> Any:
    return await db.fetch_row(STATE, id=generation_id)


async def build_assistant_request(db: Transaction, found: Any) -> AssistantRequest:
    asked = found.request
    return AssistantRequest(
        kind=found.kind,
        snapshot=await case_loader.build_case(
            db, found, without_last_reply=bool(asked.get("replaces"))
        ),
        audience=StatusUpdateAudience(asked["audience"]) if asked.get("audience") else None,
        length=StatusUpdateLength(asked["length"]) if asked.get("length") else None,
    )
