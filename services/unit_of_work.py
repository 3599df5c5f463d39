"""One unit of work: one transaction, and what happens once it has committed."""

from collections.abc import AsyncGenerator, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

import models
from services.ai.port import Usage
from services.principal import Principal
from services.quotas.quotas import Allowances
from services.sessions import pending_changes
from services.sessions.pending_changes import Change, Fact
from storage import batching, notifications
from storage.batching import Write
from storage.notifications import Topic
from storage.statements import Statement
from storage.tenancy import Tenancy
from storage.transactions import Transaction


class Writer(Protocol):
    """What writes generations in this process: see services.generations.runner."""

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
    """What is written and not read back is collected, and sent at the end. `started` and `ended`
    generations are told to the writer after the commit. Whoever looks on at the `touched` sessions
    looks again then."""

    transaction: Transaction
    principal: Principal
    writer: Writer
    touched: set[UUID] = field(default_factory=set)
    writes: list[Write] = field(default_factory=list)
    changes: dict[UUID, Change] = field(default_factory=dict)
    facts: list[Fact] = field(default_factory=list)
    started: list[UUID] = field(default_factory=list)
    ended: list[UUID] = field(default_factory=list)

    @property
    def db(self) -> AsyncSession:
        return self.transaction.orm

    def change_of(self, session: models.AISession) -> Change:
        return self.changes.setdefault(session.id, Change(session))

    def later(self, statement: Statement, **given: Any) -> None:
        """Have something written by the end: see `storage.batching` for what that may be."""
        self.writes.append(Write(statement, given))

    async def write(self, *last: Write) -> None:
        """What is collected so far, for whoever reads it back, or deletes it."""
        changed = list(self.changes.values())
        recorded = pending_changes.recorded(self.principal.account_id, self.facts)
        pending = [*self.writes, *pending_changes.writes(changed), *recorded, *last]
        self.writes, self.changes, self.facts = [], {}, []
        await batching.send(self.transaction, pending)
        for more in pending_changes.further_words(changed):
            await batching.send(self.transaction, [more])


@asynccontextmanager
async def begin(tenancy: Tenancy, principal: Principal, writer: Writer) -> AsyncGenerator[Work]:
    """Commit when the block ends, roll back when it raises; then let the writer know."""
    async with tenancy.of(principal.account_id).transaction() as transaction:
        work = Work(transaction, principal, writer)
        yield work
        about = {
            Topic.SESSION: work.touched,
            Topic.ACCOUNT: [principal.account_id] if work.touched else (),
            Topic.GENERATION_ENDED: work.ended,
        }
        await work.write(*notifications.sent(about))
    for generation_id in work.ended:
        writer.drop(generation_id)
    for generation_id in work.started:
        writer.launch(generation_id, principal.account_id)
    if work.ended:
        writer.settle(principal.account_id, work.ended)
