"""SQL of the steps of guided sessions."""

from uuid import UUID

from sqlalchemy import select

import models
from storage.transactions import Transaction

LAST_FIRST = models.SessionStep.step_order.desc()


async def find_step(db: Transaction, step_id: UUID) -> models.SessionStep | None:
    return await db.orm.get(models.SessionStep, step_id)


async def find_last_step(db: Transaction, session_id: UUID) -> models.SessionStep | None:
    """The last step of a session, answered or not."""
    of_session = select(models.SessionStep).where(models.SessionStep.session_id == session_id)
    step: models.SessionStep | None = await db.orm.scalar(of_session.order_by(LAST_FIRST).limit(1))
    return step


async def insert_step(db: Transaction, step: models.SessionStep) -> None:
    db.orm.add(step)
    await db.orm.flush()
