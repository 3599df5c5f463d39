"""Idempotent requests: a request that is repeated with the same key returns the first result."""

import hashlib
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson
from pydantic import BaseModel

from services import input_validation, store
from services.errors import InvalidInput
from services.limits import KEY_CHARS
from services.unit_of_work import UnitOfWork

KEY_FIELD = "idempotencyKey"


class StoredOutcome(BaseModel, frozen=True):
    """What a request has created, by id."""

    session_id: UUID | None = None
    message_id: str | None = None
    generation_id: UUID | None = None
    #: Of a request that may start none or several.
    generation_ids: tuple[UUID, ...] = ()


@dataclass(slots=True)
class IdempotentRequest:
    """`earlier` is the outcome of the first request with the same key; otherwise this is the
    first, and the caller sets `outcome`."""

    earlier: StoredOutcome | None = None
    outcome: StoredOutcome | None = None


@asynccontextmanager
async def idempotent(
    work: UnitOfWork, key: str | None, operation: str, input: dict[str, Any]
) -> AsyncGenerator[IdempotentRequest]:
    """Claim the key, and store the outcome when the block ends.

    A second request with the same key waits here until the first one commits. Raises InvalidInput.
    """
    if key is None:
        yield IdempotentRequest()
        return
    if not 0 < len(key) <= KEY_CHARS or not input_validation.is_storable(key):
        message = f"`{KEY_FIELD}` must be a text of 1 to {KEY_CHARS} characters."
        raise InvalidInput(message, KEY_FIELD)
    request = IdempotentRequest(await claim_key(work, key, operation, hash_input(input)))
    yield request
    if request.outcome is not None:
        outcome = request.outcome.model_dump(mode="json", exclude_defaults=True)
        await store.update_outcome(work.transaction, work.principal, key, outcome)


def hash_input(input: dict[str, Any]) -> str:
    serialized = orjson.dumps(input, default=str, option=orjson.OPT_SORT_KEYS)
    return hashlib.sha256(serialized).hexdigest()


async def claim_key(
    work: UnitOfWork, key: str, operation: str, input_hash: str
) -> StoredOutcome | None:
    """Return the outcome of the first request with this key; None if this is the first."""
    db, principal = work.transaction, work.principal
    if await store.insert_key(db, principal, key, operation, input_hash):
        return None
    row = await store.load_key(db, principal, key)
    if (row.operation, row.input_hash) != (operation, input_hash):
        raise InvalidInput(f"This `{KEY_FIELD}` was used before with another input.", KEY_FIELD)
    return StoredOutcome.model_validate(row.outcome)
