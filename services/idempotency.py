"""The same request sent twice is done once, and answered twice the same."""

import hashlib
from datetime import timedelta
from typing import Any

import orjson
from sqlalchemy import func, update
from sqlalchemy.dialects.postgresql import insert

import models
from services import text_validation
from services.errors import InvalidInput
from services.limits import KEY_CHARS
from services.unit_of_work import UnitOfWork

KEPT_FOR = timedelta(hours=24)


async def earlier_outcome(
    work: UnitOfWork, key: str | None, operation: str, input: dict[str, Any]
) -> dict[str, Any] | None:
    """What the first request with this key led to; None if this is the first.

    A second one that arrives while the first is at work waits here for its commit.
    """
    if key is None:
        return None
    if not 0 < len(key) <= KEY_CHARS or not text_validation.is_storable(key):
        raise InvalidInput(f"`idempotencyKey` must be a text of 1 to {KEY_CHARS} characters.")
    fingerprint = hashlib.sha256(
        orjson.dumps(input, default=str, option=orjson.OPT_SORT_KEYS)
    ).hexdigest()
    if await _claim(work, key, operation, fingerprint):
        return None
    row = await work.db.get_one(models.IdempotencyKey, (work.principal.user_id, key))
    if (row.operation, row.input_hash) != (operation, fingerprint):
        raise InvalidInput("This `idempotencyKey` was used before with another input.")
    return row.outcome


async def _claim(work: UnitOfWork, key: str, operation: str, fingerprint: str) -> bool:
    row = insert(models.IdempotencyKey).values(
        user_id=work.principal.user_id,
        account_id=work.principal.account_id,
        key=key,
        operation=operation,
        input_hash=fingerprint,
    )
    expired = models.IdempotencyKey.created_at < func.now() - KEPT_FOR
    claim = row.on_conflict_do_update(
        index_elements=["user_id", "key"],
        set_={
            "operation": row.excluded.operation,
            "input_hash": row.excluded.input_hash,
            "outcome": {},
            "created_at": func.now(),
        },
        where=expired,
    ).returning(models.IdempotencyKey.key)
    return await work.db.scalar(claim) is not None


async def remember(work: UnitOfWork, key: str | None, outcome: dict[str, Any]) -> None:
    """Keep what a later request with this key shall be answered."""
    if key is None:
        return
    await work.db.execute(
        update(models.IdempotencyKey)
        .where(
            models.IdempotencyKey.user_id == work.principal.user_id,
            models.IdempotencyKey.key == key,
        )
        .values(outcome=outcome)
        .execution_options(synchronize_session=False)
    )
