"""One unit of work: one transaction, and what happens once it has committed."""

import logging
from collections.abc import AsyncGenerator, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Protocol
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services import signals
from services.ai import Usage
from services.allowances import Allowances, ledger
from services.faults import is_outage
from services.principal import Principal
from services.tenancy import Sessions, Tenancy

logger = logging.getLogger(__name__)


class Writer(Protocol):
    """What writes generations in this process: see services.generations.writer."""

    id: UUID
    allowances: Allowances

    @property
    def has_model(self) -> bool: ...

    @property
    def expected(self) -> Usage:
        """What an answer usually costs, at the upper end."""

    def launch(self, generation_id: UUID, account_id: UUID) -> None: ...

    def drop(self, generation_id: UUID) -> None: ...


@dataclass(slots=True)
class Work:
    """`started` and `ended` generations are told to the writer after the commit."""

    db: AsyncSession
    principal: Principal
    writer: Writer
    touched: set[UUID] = field(default_factory=set)
    started: list[UUID] = field(default_factory=list)
    ended: list[UUID] = field(default_factory=list)


@asynccontextmanager
async def begin(tenancy: Tenancy, principal: Principal, writer: Writer) -> AsyncGenerator[Work]:
    """Commit when the block ends, roll back when it raises; then let the writer know."""
    async with tenancy.of(principal.account_id).begin() as db:
        work = Work(db, principal, writer)
        yield work
        await db.flush()
        await signals.send(db, sessions=work.touched, generations=work.ended)
    for generation_id in work.ended:
        writer.drop(generation_id)
    for generation_id in work.started:
        writer.launch(generation_id, principal.account_id)
    if work.ended:
        await settle(tenancy.of(principal.account_id), work.ended)


async def settle(sessions: Sessions, ended: Collection[UUID]) -> None:
    """In a transaction of its own, where nobody waits for it but whoever ended the answers.

    What it does not come to is settled by the sweep.
    """
    try:
        async with sessions.begin() as db:
            await ledger.settle(db, *ended)
    except Exception as error:
        if not is_outage(error):
            raise
        logger.warning("The ledger is settled later: %s", error)
