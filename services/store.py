"""SQL of idempotency keys."""

from datetime import timedelta

from sqlalchemy import func, update
from sqlalchemy.dialects.postgresql import insert

import models
from services.principal import Principal
from storage.statements import Statement
from storage.transactions import Transaction

K = models.IdempotencyKey

KEYS_KEPT_FOR = timedelta(hours=24)
DELETE_KEYS = Statement(
    "DELETE FROM idempotency_keys WHERE created_at < now() - CAST(:kept_for AS interval)"
)


async def insert_key(
    db: Transaction, principal: Principal, key: str, operation: str, input_hash: str
) -> bool:
    """Insert a key, or take over an expired one; False if it is in use."""
    row = insert(K).values(
        user_id=principal.user_id,
        account_id=principal.account_id,
        key=key,
        operation=operation,
        input_hash=input_hash,
    )
    claim = row.on_conflict_do_update(
        index_elements=["user_id", "key"],
        set_={
            "operation": row.excluded.operation,
            "input_hash": row.excluded.input_hash,
            "outcome": {},
            "created_at": func.now(),
        },
        where=K.created_at < func.now() - KEYS_KEPT_FOR,
    ).returning(K.key)
    return await db.orm.scalar(claim) is not None


async def load_key(db: Transaction, principal: Principal, key: str) -> models.IdempotencyKey:
    return await db.orm.get_one(K, (principal.user_id, key))


async def update_outcome(
    db: Transaction, principal: Principal, key: str, outcome: dict[str, str]
) -> None:
    await db.orm.execute(
        update(K)
        .where(K.user_id == principal.user_id, K.key == key)
        .values(outcome=outcome)
        .execution_options(synchronize_session=False)
    )


async def delete_expired_keys(db: Transaction) -> None:
    await db.execute(DELETE_KEYS, kept_for=KEYS_KEPT_FOR)
