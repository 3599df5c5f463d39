"""What happens in a session, where it is written down: read in order, from a number on."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import and_, func, select, true

import models
from models import TURNS, GenerationStatus
from services.faults import until_the_database_is_back
from services.feeds import Batch
from services.once import Once
from services.tenancy import Sessions

EVENTS_AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class Turn:
    generation_id: UUID
    number: int


@dataclass(frozen=True, slots=True)
class Happened:
    row: models.SessionEvent
    #: What viewers are told of it, worked out once for those who want the same of it.
    told: Once[Any] = field(default_factory=Once, init=False, compare=False)

    @property
    def number(self) -> int:
        return self.row.id


@dataclass(frozen=True, slots=True)
class TurnLog:
    """Of the chats of an account, in their order; queued ones are none yet."""

    database: Sessions
    account_id: UUID

    @until_the_database_is_back
    async def newest(self, session_id: UUID) -> int:
        turn = models.Generation
        async with self.database() as db:
            newest = await db.scalar(
                select(func.max(turn.position)).where(
                    turn.session_id == session_id,
                    turn.account_id == self.account_id,
                    turn.kind.in_(TURNS),
                    turn.status != GenerationStatus.QUEUED,
                )
            )
        return newest or 0

    @until_the_database_is_back
    async def past(self, session_id: UUID, number: int) -> Batch[Turn]:
        """The next one; none will come once the session is closed or gone."""
        turn = (
            select(models.Generation.id, models.Generation.position)
            .where(
                models.Generation.session_id == models.AISession.id,
                models.Generation.kind.in_(TURNS),
                models.Generation.status != GenerationStatus.QUEUED,
                models.Generation.position > number,
            )
            .order_by(models.Generation.position)
            .limit(1)
            .lateral()
        )
        async with self.database() as db:
            row = (
                await db.execute(
                    select(models.AISession.status, turn.c.id, turn.c.position)
                    .outerjoin(turn, true())
                    .where(
                        models.AISession.id == session_id,
                        models.AISession.account_id == self.account_id,
                    )
                )
            ).first()
        if row is None or row.id is None:
            return Batch([], is_last=row is None or row.status.is_closed)
        return Batch([Turn(row.id, row.position)], is_last=False)


@dataclass(frozen=True, slots=True)
class EventLog:
    """What has happened to the sessions of an account."""

    database: Sessions
    account_id: UUID

    @until_the_database_is_back
    async def newest(self, session_id: UUID) -> int:
        event = models.SessionEvent
        async with self.database() as db:
            newest = await db.scalar(
                select(event.id)
                .where(event.session_id == session_id, event.account_id == self.account_id)
                .order_by(event.id.desc())
                .limit(1)
            )
        return newest or 0

    @until_the_database_is_back
    async def past(self, session_id: UUID, number: int) -> Batch[Happened]:
        """None will come once the session is gone."""
        event = models.SessionEvent
        async with self.database() as db:
            rows = await db.execute(
                select(models.AISession.id, event)
                .outerjoin(event, and_(event.session_id == models.AISession.id, event.id > number))
                .where(
                    models.AISession.id == session_id,
                    models.AISession.account_id == self.account_id,
                )
                .order_by(event.id)
                .limit(EVENTS_AT_ONCE)
            )
            found = rows.all()
        happened = [Happened(row[1]) for row in found if row[1] is not None]
        return Batch(happened, is_last=not found)
