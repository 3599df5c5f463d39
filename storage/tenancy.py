"""Whose rows a transaction may touch. Postgres holds to it, whatever a statement asks for.

The roles, and what each may do, are made by migration 0005; see docs/adr/0013.
"""

from collections.abc import AsyncGenerator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from storage.reader import Reader
from storage.transactions import Transaction, begin_transaction


class DatabaseRole(StrEnum):
    """Neither owns anything, nor passes by row-level security."""

    #: Works within one account.
    APP = "sessions_app"
    #: Looks after leases, logs and sign-in across accounts; conversations are closed to it.
    KEEPER = "sessions_keeper"


@dataclass(frozen=True, slots=True)
class TenantDatabase:
    """Short transactions with the rights of `role`, in one account where there is one."""

    engine: AsyncEngine
    role: DatabaseRole
    account_id: UUID | None = None

    def transaction(self) -> AbstractAsyncContextManager[Transaction]:
        """To write, on the driver or by the ORM."""
        return begin_transaction(self.engine, self.role, self.account_id)

    @asynccontextmanager
    async def orm_transaction(self) -> AsyncGenerator[AsyncSession]:
        """To write by the ORM."""
        async with self.transaction() as transaction:
            yield transaction.orm

    @asynccontextmanager
    async def orm_read_transaction(self) -> AsyncGenerator[AsyncSession]:
        """To read by the ORM."""
        async with self.read_transaction() as transaction:
            yield transaction.orm

    def read_transaction(self) -> AbstractAsyncContextManager[Transaction]:
        """To read several things as of one transaction."""
        return begin_transaction(self.engine, self.role, self.account_id, keeps=False)


class Tenancy:
    """The one way to the database, but for the token log."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    def for_account(self, account_id: UUID) -> TenantDatabase:
        """Sees this account and nothing else."""
        return TenantDatabase(self._engine, DatabaseRole.APP, account_id)

    def reader(self, account_id: UUID) -> Reader:
        """The same, for what is only read and needs no objects of the ORM."""
        return Reader(self._engine, account_id)

    @property
    def system(self) -> TenantDatabase:
        """Sees what concerns all accounts, and no conversation."""
        return TenantDatabase(self._engine, DatabaseRole.KEEPER)
