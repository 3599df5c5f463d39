"""The unit of work: one transaction, and what follows its commit."""

from collections.abc import AsyncGenerator, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Protocol
from uuid import UUID

import models
from models import SessionEventKind
from services.ai.port import Usage
from services.channels import Channel
from services.principal import Principal
from services.quotas.quotas import Quotas
from services.store import PendingEvent, SessionChange, change_writes, event_writes
from services.text_search.store import build_index_writes
from storage import notifications
from storage.transactions import PendingWrite, Tenancy, Transaction, set_committed


class GenerationRunnerPort(Protocol):
    """Runs generations in this process: see `services.generations.runner`."""

    id: UUID
    quotas: Quotas

    @property
    def has_model(self) -> bool: ...

    @property
    def expected_usage(self) -> Usage:
        """A high estimate of the usage of one generation."""

    def start_generation(self, generation_id: UUID, account_id: UUID) -> None: ...

    def cancel_generation(self, generation_id: UUID) -> None: ...

    def settle_usage(self, account_id: UUID, ended: Collection[UUID]) -> None: ...


@dataclass(slots=True)
class UnitOfWork:
    """Collects writes that are not read back, and executes them in one batch when it ends.

    After the commit, the runner learns of started and ended generations, and subscribers of the
    touched sessions read them again.
    """

    transaction: Transaction
    principal: Principal
    runner: GenerationRunnerPort
    touched_session_ids: set[UUID] = field(default_factory=set)
    #: Executed when the unit of work ends, in one batch: see `storage.statements`.
    deferred_writes: list[PendingWrite] = field(default_factory=list)
    changes: dict[UUID, SessionChange] = field(default_factory=dict)
    events: list[PendingEvent] = field(default_factory=list)
    started_generation_ids: list[UUID] = field(default_factory=list)
    ended_generation_ids: list[UUID] = field(default_factory=list)

    def change_for(self, session: models.AISession) -> SessionChange:
        return self.changes.setdefault(session.id, SessionChange(session))

    def record_event(
        self,
        session: models.AISession,
        kind: SessionEventKind,
        /,
        *,
        by_assistant: bool = False,
        actor_id: UUID | None = None,
        **detail: Any,
    ) -> SessionChange:
        """Record an event of a locked session, and bump its version.

        The actor is the caller, unless it is the assistant or `actor_id` is given.
        """
        actor = None if by_assistant else actor_id or self.principal.user_id
        self.events.append(PendingEvent(session.id, kind, actor, detail))
        return self.bump_version(session)

    def bump_version(self, session: models.AISession) -> SessionChange:
        """Every change of a locked session calls this, so that subscribers read it again."""
        set_committed(
            session, state_version=session.state_version + 1, updated_at=datetime.now(UTC)
        )
        self.touched_session_ids.add(session.id)
        return self.change_for(session)

    async def flush(self, *last: PendingWrite) -> None:
        """Execute the collected writes now, before their rows are read or deleted."""
        changed = list(self.changes.values())
        recorded = event_writes(self.principal.account_id, self.events)
        pending = [*self.deferred_writes, *change_writes(changed), *recorded, *last]
        self.deferred_writes, self.changes, self.events = [], {}, []
        overflow: list[PendingWrite] = []
        for each in changed:
            if each.texts:
                first, *rest = await build_index_writes(each.session, each.texts)
                pending.append(first)
                overflow += rest
        await self.transaction.execute_batch(pending)
        for more in overflow:
            await self.transaction.execute_batch([more])


@asynccontextmanager
async def begin_unit_of_work(
    tenancy: Tenancy, principal: Principal, runner: GenerationRunnerPort
) -> AsyncGenerator[UnitOfWork]:
    """Commit when the block ends, or roll back when it raises; then notify the runner."""
    async with tenancy.for_account(principal.account_id).transaction() as transaction:
        work = UnitOfWork(transaction, principal, runner)
        yield work
        about = {
            Channel.SESSION: work.touched_session_ids,
            Channel.ACCOUNT: [principal.account_id] if work.touched_session_ids else (),
            Channel.GENERATION_ENDED: work.ended_generation_ids,
        }
        await work.flush(*notifications.notify_writes(about))
    for generation_id in work.ended_generation_ids:
        runner.cancel_generation(generation_id)
    for generation_id in work.started_generation_ids:
        runner.start_generation(generation_id, principal.account_id)
    if work.ended_generation_ids:
        runner.settle_usage(principal.account_id, work.ended_generation_ids)
