"""Tenant isolation: the account whose rows a transaction may read and write.

Row-level security of Postgres enforces it for every statement. Migration 0005 creates the roles and
their privileges; see docs/adr/0013.
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
    """The roles of the server. Neither owns a table or bypasses row-level security."""

    #: Works within one account.
    APP = "sessions_app"
    #: Manages leases, token logs and sign-in of all accounts; cannot read conversations.
    KEEPER = "sessions_keeper"


@dataclass(frozen=True, slots=True)
class TenantDatabase:
    """Opens transactions with the privileges of `role`, in one account unless it is None."""

    engine: AsyncEngine
    role: DatabaseRole
    account_id: UUID | None = None

    def transaction(self) -> AbstractAsyncContextManager[Transaction]:
        """A transaction that writes. Raises CommitOutcomeUnknown when it ends."""
        return begin_transaction(self.engine, self.role, self.account_id)

    def read_transaction(self) -> AbstractAsyncContextManager[Transaction]:
        """A transaction for several reads; it is rolled back."""
        return begin_transaction(self.engine, self.role, self.account_id, commits=False)

    @asynccontextmanager
    async def orm_transaction(self) -> AsyncGenerator[AsyncSession]:
        """The ORM's session of a transaction that writes."""
        async with self.transaction() as transaction:
            yield transaction.orm

    @asynccontextmanager
    async def orm_read_transaction(self) -> AsyncGenerator[AsyncSession]:
        """The ORM's session of a transaction that is rolled back."""
        async with self.read_transaction() as transaction:
            yield transaction.orm


class Tenancy:
    """Gives access to the rows of one account, or to those that the server itself manages.

    All code uses it, except the token log, which has an engine of its own.
    """

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    def for_account(self, account_id: UUID) -> TenantDatabase:
        """Transactions in one account."""
        return TenantDatabase(self._engine, DatabaseRole.APP, account_id)

    def reader(self, account_id: UUID) -> Reader:
        """Single reads in one account, without the ORM."""
        return Reader(self._engine, account_id)

    @property
    def system(self) -> TenantDatabase:
        """Transactions across accounts, without access to conversations."""
        return TenantDatabase(self._engine, DatabaseRole.KEEPER)
