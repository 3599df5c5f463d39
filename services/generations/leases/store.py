"""The statements on leases: which process may write a generation, until when, and take-over."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Uuid, any_, func, select, update
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncEngine

import models
from models import GenerationStatus
from services.channels import Channel
from storage import notifications
from storage.pool import driver_connection, execute_statement
from storage.statements import Statement, param

#: Short, because the viewers wait for it to expire when a process dies. Renewed often enough that a
#: busy moment does not lose it. Losing a lease is safe but wasteful: the token log refuses writes
#: with an old fencing token.
LEASE = timedelta(seconds=4)
#: Longer: it starts inside the transaction, whose remainder takes seconds on an overloaded machine.
FIRST_LEASE = 3 * LEASE
RENEW_EVERY = LEASE.total_seconds() / 4
MAX_ATTEMPTS = 3
TAKE_OVER_LIMIT = 20

Generation = models.Generation

OWNER = param("owner", Uuid())
#: Locked in the order in which the token log locks rows, so that the two cannot deadlock.
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


class TakenOver(NamedTuple):
    """A generation whose lease has passed to this process; `attempt` is its fencing token."""

    id: UUID
    account_id: UUID
    attempt: int


@dataclass(frozen=True, slots=True)
class LeaseStore:
    """The leases of one process, on connections that requests cannot take."""

    engine: AsyncEngine
    owner: UUID

    async def renew_leases(self, ids: Collection[UUID]) -> None:
        async with driver_connection(self.engine) as driver:
            await renew(driver, self.owner, ids)

    async def release_leases(self) -> None:
        async with driver_connection(self.engine) as driver:
            await release(driver, self.owner)

    async def take_over_expired(self) -> list[TakenOver]:
        async with driver_connection(self.engine) as driver:
            return await take_over(driver, self.owner)


async def renew(driver: Any, owner: UUID, ids: Collection[UUID]) -> None:
    if ids:
        await execute_statement(driver, RENEW, {"owner": owner, "ids": list(ids)})


async def release(driver: Any, owner: UUID) -> None:
    """Let all leases of a process expire, and notify the other processes, which take over."""
    freed = [row[0] for row in await execute_statement(driver, RELEASE, {"owner": owner})]
    if freed:
        about = notifications.notify_arguments({Channel.GENERATION_FREE: freed})
        await execute_statement(driver, notifications.NOTIFY, about)


async def take_over(driver: Any, owner: UUID) -> list[TakenOver]:
    """Become the owner of generations whose lease has expired, and fence off their old owner."""
    rows = await execute_statement(driver, TAKE_OVER, {"owner": owner})
    return [TakenOver(*row) for row in rows]
