"""Who may write a generation, until when, and who takes over from one that has died."""

from collections.abc import Collection
from datetime import timedelta
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Select, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

import models
from models import GenerationStatus
from services import signals
from services.signals import Topic

#: Short, for viewers of an answer whose process died wait for it to lapse; renewed often enough
#: that a busy moment does not lose it. Losing it is safe, if wasteful: see the fencing of the log.
LEASE = timedelta(seconds=4)
#: It runs before its process knows of it: the rest of the transaction comes first, which on a
#: machine that is overrun takes seconds.
FIRST_LEASE = 3 * LEASE
RENEW_EVERY = LEASE.total_seconds() / 4
ATTEMPTS = 3
TAKEN_AT_ONCE = 20

Generation = models.Generation


async def renew(db: AsyncConnection, owner: UUID, ids: Collection[UUID]) -> None:
    held = held_by(owner).where(Generation.id.in_(ids))
    await db.execute(
        update(Generation)
        .where(Generation.id.in_(held.scalar_subquery()))
        .values(lease_expires_at=func.now() + LEASE)
    )


async def release(db: AsyncConnection, owner: UUID) -> None:
    """Let go of everything, and let the other processes know, who then take it over."""
    released = await db.scalars(
        update(Generation)
        .where(Generation.id.in_(held_by(owner).scalar_subquery()))
        .values(lease_expires_at=func.now())
        .returning(Generation.id)
    )
    freed = released.all()
    if freed:
        await db.execute(signals.NOTIFY, signals.told({Topic.GENERATION_FREE: freed}))


def held_by(owner: UUID) -> Select[UUID]:
    """Locked in the order in which the token log locks them: the two never wait for each other
    in a circle."""
    return (
        select(Generation.id)
        .where(Generation.owner == owner, Generation.status == GenerationStatus.RUNNING)
        .order_by(Generation.id)
        .with_for_update(key_share=True)
    )


class Taken(NamedTuple):
    id: UUID
    account_id: UUID
    attempt: int


async def take_over(db: AsyncConnection, owner: UUID) -> list[Taken]:
    """Become the owner of generations whose lease has lapsed, and fence whoever had them."""
    lapsed = (
        select(Generation.id)
        .where(
            Generation.status == GenerationStatus.RUNNING,
            Generation.lease_expires_at <= func.now(),
        )
        .order_by(Generation.lease_expires_at)
        .limit(TAKEN_AT_ONCE)
        .with_for_update(skip_locked=True)
        .scalar_subquery()
    )
    taken = await db.execute(
        update(Generation)
        .where(Generation.id.in_(lapsed))
        .values(owner=owner, attempt=Generation.attempt + 1, lease_expires_at=func.now() + LEASE)
        .returning(Generation.id, Generation.account_id, Generation.attempt)
    )
    return [Taken(*row) for row in taken]
