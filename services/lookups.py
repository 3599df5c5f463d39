"""Reads of many rows by their keys, each one statement, each within the caller's account."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import Integer, Select, Uuid, case, func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

import models
from models import TURNS, GenerationStatus
from services import events as session_events
from services import given
from services import messages as chat_messages
from services.access import visible_sessions
from services.events import Stretch
from services.messages import Message, Slice
from services.principal import Principal

Row = TypeVar("Row")


async def by_id(
    db: AsyncSession, principal: Principal, table: type[Any], ids: Sequence[Any]
) -> dict[Any, Any]:
    rows = await db.scalars(
        select(table).where(table.id.in_(ids), table.account_id == principal.account_id)
    )
    return {row.id: row for row in rows}


async def sessions(
    db: AsyncSession, principal: Principal, ids: Sequence[UUID]
) -> dict[UUID, models.AISession]:
    rows = await db.scalars(visible_sessions(principal).where(models.AISession.id.in_(ids)))
    return {row.id: row for row in rows}


async def users(
    db: AsyncSession, principal: Principal, ids: Sequence[UUID]
) -> dict[UUID, models.User]:
    return await by_id(db, principal, models.User, ids)


async def accounts(
    db: AsyncSession, principal: Principal, ids: Sequence[UUID]
) -> dict[UUID, models.Account]:
    rows = await db.scalars(
        select(models.Account).where(
            models.Account.id.in_(ids), models.Account.id == principal.account_id
        )
    )
    return {row.id: row for row in rows}


def visible_flows(principal: Principal) -> Select[models.Flow]:
    return select(models.Flow).where(
        (models.Flow.account_id == principal.account_id) | models.Flow.account_id.is_(None)
    )


async def flows(
    db: AsyncSession, principal: Principal, ids: Sequence[UUID]
) -> dict[UUID, models.Flow]:
    rows = await db.scalars(visible_flows(principal).where(models.Flow.id.in_(ids)))
    return {row.id: row for row in rows}


async def flow_uses(
    db: AsyncSession, principal: Principal, flow_ids: Sequence[UUID]
) -> dict[UUID, models.FlowUse]:
    """How flows do in the caller's account."""
    use = models.FlowUse
    rows = await db.scalars(
        select(use).where(use.flow_id.in_(flow_ids), use.account_id == principal.account_id)
    )
    return {row.flow_id: row for row in rows}


async def steps(
    db: AsyncSession, principal: Principal, ids: Sequence[UUID]
) -> dict[UUID, models.SessionStep]:
    return await by_id(db, principal, models.SessionStep, ids)


async def steps_in(
    db: AsyncSession, principal: Principal, slices: Sequence[Slice]
) -> dict[Slice, list[models.SessionStep]]:
    """Steps by session and place, in order."""
    step = models.SessionStep
    found: dict[Slice, list[models.SessionStep]] = {s: [] for s in slices}
    wanted = given.rows(
        session_id=(Uuid, [s.session_id for s in found]),
        low=(Integer, [s.low for s in found]),
        high=(Integer, [s.high for s in found]),
    )
    rows = await db.execute(
        select(wanted.c.low, wanted.c.high, step)
        .join(
            step,
            (step.session_id == wanted.c.session_id)
            & step.step_order.between(wanted.c.low, wanted.c.high),
        )
        .where(step.account_id == principal.account_id)
        .order_by(step.session_id, step.step_order)
    )
    for low, high, row in rows:
        found[Slice(row.session_id, low, high)].append(row)
    return found


async def messages_in(
    db: AsyncSession, principal: Principal, slices: Sequence[Slice]
) -> dict[Slice, list[Message]]:
    """Messages of sessions the caller has been shown."""
    return await chat_messages.read(db, slices)


async def message(
    db: AsyncSession, principal: Principal, keys: Sequence[tuple[UUID, str]]
) -> dict[tuple[UUID, str], Message]:
    mine = await sessions(db, principal, [session_id for session_id, _ in keys])
    return await chat_messages.find_all(db, [key for key in keys if key[0] in mine])


async def documents(
    db: AsyncSession, principal: Principal, ids: Sequence[UUID]
) -> dict[UUID, models.SessionDocument]:
    return await by_id(db, principal, models.SessionDocument, ids)


async def documents_of(
    db: AsyncSession, principal: Principal, session_ids: Sequence[UUID]
) -> dict[UUID, list[models.SessionDocument]]:
    document = models.SessionDocument
    rows = await db.scalars(
        select(document)
        .where(document.session_id.in_(session_ids), document.account_id == principal.account_id)
        .order_by(document.created_at, document.id)
    )
    of_session: dict[UUID, list[models.SessionDocument]] = {id: [] for id in session_ids}
    for row in rows:
        of_session[row.session_id].append(row)
    return of_session


async def generations(
    db: AsyncSession, principal: Principal, ids: Sequence[UUID]
) -> dict[UUID, models.Generation]:
    return await by_id(db, principal, models.Generation, ids)


async def active_generations(
    db: AsyncSession, principal: Principal, session_ids: Sequence[UUID]
) -> dict[UUID, models.Generation]:
    """The answer being written in each session: its turn if there is one, else a document."""
    generation = models.Generation
    rows = await db.scalars(
        select(generation)
        .where(
            generation.session_id.in_(session_ids),
            generation.status == GenerationStatus.RUNNING,
            generation.account_id == principal.account_id,
        )
        .order_by(case((generation.kind.in_(TURNS), 1), else_=0), generation.position)
    )
    return {row.session_id: row for row in rows}


async def queued(
    db: AsyncSession, principal: Principal, session_ids: Sequence[UUID]
) -> dict[UUID, list[models.Generation]]:
    """What waits behind the running answer of each session, in order."""
    generation = models.Generation
    rows = await db.scalars(
        select(generation)
        .where(
            generation.session_id.in_(session_ids),
            generation.status == GenerationStatus.QUEUED,
            generation.account_id == principal.account_id,
        )
        .order_by(generation.position)
    )
    found: dict[UUID, list[models.Generation]] = {}
    for row in rows:
        found.setdefault(row.session_id, []).append(row)
    return found


async def events_in(
    db: AsyncSession, principal: Principal, stretches: Sequence[Stretch]
) -> dict[Stretch, list[models.SessionEvent]]:
    return await session_events.read(db, principal.account_id, stretches)


async def event_counts(
    db: AsyncSession, principal: Principal, session_ids: Sequence[UUID]
) -> dict[UUID, int]:
    return await session_events.counts(db, principal.account_id, session_ids)


@dataclass(frozen=True, slots=True)
class Texts:
    """What is written of a generation, and the number of the last delta of it."""

    text: str
    number: int


TEXTS = text(
    """
    SELECT g.id, coalesce(g.text, so_far.text, '') AS text,
        CASE WHEN g.text IS NULL THEN coalesce(so_far.number, 0) ELSE g.last_number END AS number
    FROM generations g
    LEFT JOIN LATERAL (
        SELECT string_agg(d.text, '' ORDER BY d.number) AS text, max(d.number) AS number
        FROM generation_deltas d WHERE d.generation_id = g.id AND g.text IS NULL
    ) so_far ON true
    WHERE g.id = ANY(:ids) AND g.account_id = :account_id
    """
)


async def texts(db: AsyncSession, principal: Principal, ids: Sequence[UUID]) -> dict[UUID, Texts]:
    rows = await db.execute(TEXTS, {"ids": list(ids), "account_id": principal.account_id})
    return {row.id: Texts(row.text, row.number) for row in rows}


@dataclass(frozen=True, slots=True)
class Totals:
    """Tokens and money; `cost_usd` is None as long as no priced model was used."""

    input_tokens: int = 0
    output_tokens: int = 0
    cache_read_tokens: int = 0
    cache_write_tokens: int = 0
    cost_usd: Decimal | None = None


async def usage(
    db: AsyncSession, principal: Principal, session_ids: Sequence[UUID]
) -> dict[UUID, Totals]:
    generation = models.Generation
    rows = await db.execute(
        select(
            generation.session_id,
            func.sum(generation.input_tokens),
            func.sum(generation.output_tokens),
            func.sum(generation.cache_read_tokens),
            func.sum(generation.cache_write_tokens),
            func.sum(generation.cost_usd),
        )
        .where(
            generation.session_id.in_(session_ids),
            generation.account_id == principal.account_id,
        )
        .group_by(generation.session_id)
    )
    return {row.session_id: Totals(*row[1:]) for row in rows}


async def events(
    db: AsyncSession, principal: Principal, ids: Sequence[int]
) -> dict[int, models.SessionEvent]:
    return await by_id(db, principal, models.SessionEvent, ids)
