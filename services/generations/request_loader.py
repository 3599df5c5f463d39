"""Rebuilds the input of the assistant from the generation's row, so that any process can continue
it."""

from typing import Any

from models import StatusUpdateAudience, StatusUpdateLength
from services.ai.port import AssistantRequest
from services.generations import case_loader
from storage.transactions import Transaction


async def build_assistant_request(db: Transaction, row: Any) -> AssistantRequest:
    """Build the input from a row of `store.fetch_request`."""
    request = row.request
    return AssistantRequest(
        kind=row.kind,
        snapshot=await case_loader.build_session_snapshot(
            db, row, without_last_reply=bool(request.get("replaces"))
        ),
        audience=StatusUpdateAudience(request["audience"]) if request.get("audience") else None,
        length=StatusUpdateLength(request["length"]) if request.get("length") else None,
    )
