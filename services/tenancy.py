"""Whose rows a transaction may touch. Postgres holds to it, whatever a statement asks for.

The roles, and what each may do, are made by migration 0005; see docs/adr/0013.
"""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, event
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker
from sqlalchemy.orm import Session, SessionTransaction

from services.reading import Reading


class DatabaseRole(StrEnum):
    """Neither owns anything, nor passes by row-level security."""

    #: Works within one account.
    APP = "sessions_app"
    #: Looks after leases, logs and sign-in across accounts; conversations are closed to it.
    KEEPER = "sessions_keeper"


#: For this transaction alone: the next one on the connection is not to inherit it.
ENTER = "SELECT set_config('role', $1, true), set_config('sessions.account_id', $2, true)"


class EnteringSession(Session):
    pass


@event.listens_for(EnteringSession, "after_begin")
def enter(session: Session, transaction: SessionTransaction, connection: Connection) -> None:
    if not transaction.nested:
        connection.exec_driver_sql(ENTER, session.info["enter"])


@dataclass(frozen=True, slots=True)
class Sessions:
    """Short sessions with the rights of `role`, in one account where there is one: `.begin()`
    to write, calling it to read."""

    make: async_sessionmaker[AsyncSession]
    role: DatabaseRole
    account_id: UUID | None = None

    def __call__(self) -> AsyncSession:
        info: dict[str, Any] = {"enter": (self.role.value, str(self.account_id or ""))}
        return self.make(info=info)

    @asynccontextmanager
    async def begin(self) -> AsyncGenerator[AsyncSession]:
        async with self() as db, db.begin():
            yield db


class Tenancy:
    """The one way to the database, but for the token log."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._make = async_sessionmaker(
            engine, sync_session_class=EnteringSession, expire_on_commit=False
        )

    def of(self, account_id: UUID) -> Sessions:
        """Sees this account and nothing else."""
        return Sessions(self._make, DatabaseRole.APP, account_id)

    def reading(self, account_id: UUID) -> Reading:
        """The same, for what is only read and needs no objects of the ORM."""
        return Reading(self._engine, DatabaseRole.APP.value, account_id)

    @property
    def keeper(self) -> Sessions:
        """Sees what concerns all accounts, and no conversation."""
        return Sessions(self._make, DatabaseRole.KEEPER)
