"""Who may write a generation, until when, and who takes over from one that has died."""

from collections.abc import Collection
from datetime import timedelta
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Uuid, any_, func, select, update
from sqlalchemy.dialects.postgresql import ARRAY

import models
from models import GenerationStatus
from storage import connections, notifications
from storage.notifications import Channel
from storage.statements import Statement, param

#: Short, for viewers of an answer whose process died wait for it to lapse; renewed often enough
#: that a busy moment does not lose it. Losing it is safe, if wasteful: see the fencing of the log.
LEASE = timedelta(seconds=4)
#: It runs before its process knows of it: the rest of the transaction comes first, which on a
#: machine that is overrun takes seconds.
FIRST_LEASE = 3 * LEASE
RENEW_EVERY = LEASE.total_seconds() / 4
MAX_ATTEMPTS = 3
TAKE_OVER_LIMIT = 20

Generation = models.Generation


OWNER = param("owner", Uuid())
#: Locked in the order in which the token log locks them: the two never wait for each other in a
#: circle.
OWNED = (
    select(Generation.id)
    .where(Generation.owner == OWNER, Generation.status == GenerationStatus.RUNNING)
    .order_by(Generation.id)
    .with_for_update(key_share=True)
)
EXPIRED = (
    select(Generation.id)
    .where(Generation.status == GenerationStatus.RUNNING, Generation.lease_expires_at <= func.now())
    .order_by(Generation.lease_expires_at)
    .limit(TAKE_OVER_LIMIT)
    .with_for_update(skip_locked=True)
)
RENEW = Statement(
    update(Generation)
    .where(
        Generation.id.in_(
            OWNED.where(Generation.id == any_(param("ids", ARRAY(Uuid)))).scalar_subquery()
        )
    )
    .values(lease_expires_at=func.now() + LEASE)
)
RELEASE = Statement(
    update(Generation)
    .where(Generation.id.in_(OWNED.scalar_subquery()))
    .values(lease_expires_at=func.now())
    .returning(Generation.id)
)
TAKE_OVER = Statement(
    update(Generation)
    .where(Generation.id.in_(EXPIRED.scalar_subquery()))
    .values(owner=OWNER, attempt=Generation.attempt + 1, lease_expires_at=func.now() + LEASE)
    .returning(Generation.id, Generation.account_id, Generation.attempt)
)


async def renew(driver: Any, owner: UUID, ids: Collection[UUID]) -> None:
    if ids:
        await connections.execute_statement(driver, RENEW, {"owner": owner, "ids": list(ids)})


async def release(driver: Any, owner: UUID) -> None:
    """Let go of everything, and let the other processes know, who then take it over."""
    freed = [
        row[0] for row in await connections.execute_statement(driver, RELEASE, {"owner": owner})
    ]
    if freed:
        await connections.execute_statement(
            driver,
            notifications.NOTIFY,
            notifications.notify_arguments({Channel.GENERATION_FREE: freed}),
        )


class TakenOver(NamedTuple):
    id: UUID
    account_id: UUID
    attempt: int


async def take_over(driver: Any, owner: UUID) -> list[TakenOver]:
    """Become the owner of generations whose lease has lapsed, and fence whoever had them."""
    return [
        TakenOver(*row)
        for row in await connections.execute_statement(driver, TAKE_OVER, {"owner": owner})
    ]
