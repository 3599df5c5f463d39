"""One unit of work: one transaction, and what happens once it has committed."""

from collections.abc import AsyncGenerator, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Protocol
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services import changes, signals
from services.ai import Usage
from services.allowances import Allowances
from services.changes import Change, Fact
from services.principal import Principal
from services.signals import Topic
from services.tenancy import Tenancy
from services.transactions import Transaction


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

    def settle(self, account_id: UUID, ended: Collection[UUID]) -> None: ...


@dataclass(slots=True)
class Work:
    """`started` and `ended` generations are told to the writer after the commit. Whoever looks on
    at the `touched` sessions looks again then."""

    transaction: Transaction
    principal: Principal
    writer: Writer
    touched: set[UUID] = field(default_factory=set)
    changes: dict[UUID, Change] = field(default_factory=dict)
    facts: list[Fact] = field(default_factory=list)
    started: list[UUID] = field(default_factory=list)
    ended: list[UUID] = field(default_factory=list)

    @property
    def db(self) -> AsyncSession:
        return self.transaction.orm

    async def write(self) -> None:
        """What is collected so far, for whoever reads it back, or deletes it."""
        pending, self.changes = self.changes, {}
        facts, self.facts = self.facts, []
        await changes.write(self.transaction, pending.values())
        await changes.record(self.transaction, self.principal.account_id, facts)


@asynccontextmanager
async def begin(tenancy: Tenancy, principal: Principal, writer: Writer) -> AsyncGenerator[Work]:
    """Commit when the block ends, roll back when it raises; then let the writer know."""
    async with tenancy.of(principal.account_id).transaction() as transaction:
        work = Work(transaction, principal, writer)
        yield work
        await work.write()
        await signals.send(
            transaction,
            {
                Topic.SESSION: work.touched,
                Topic.ACCOUNT: [principal.account_id] if work.touched else (),
                Topic.GENERATION_ENDED: work.ended,
            },
        )
    for generation_id in work.ended:
        writer.drop(generation_id)
    for generation_id in work.started:
        writer.launch(generation_id, principal.account_id)
    if work.ended:
        writer.settle(principal.account_id, work.ended)
