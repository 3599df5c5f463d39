"""Reads without the ORM: one statement, by itself, that may change nothing.

The connection is in the role of the server's requests, and read-only but for transactions that say
otherwise. It stays in the account it last read in: see docs/adr/0025.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

import asyncpg
from sqlalchemy.ext.asyncio import AsyncEngine

from storage import connections
from storage.pool import PooledConnection
from storage.statements import Query

Row = TypeVar("Row")

SET_ACCOUNT = "SET sessions.account_id = '{}'"


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads in one account, on connections of the engine's pool."""

    engine: AsyncEngine
    account_id: UUID

    async def fetch_rows(self, read: Query[Row], /, **given: Any) -> list[Row]:
        return read.map_rows(await self.fetch_records(read, given))

    async def fetch_dicts(self, read: Query[Any], /, **given: Any) -> list[dict[str, Any]]:
        return read.map_dicts(await self.fetch_records(read, given))

    async def fetch_value(self, read: Query[Any], /, **given: Any) -> Any:
        """The first of the first row."""
        return (await self.fetch_records(read, given))[0][0]

    async def fetch_records(self, read: Query[Any], given: dict[str, Any]) -> list[asyncpg.Record]:
        arguments = read.arguments(given)
        held = await connections.acquire_connection(self.engine)
        try:
            records = await fetch_as_account(held, self.account_id, read.sql, arguments)
        except BaseException as error:
            await connections.release_failed(held, error)
            raise
        held.release()
        return records


async def fetch_as_account(
    held: PooledConnection, account_id: UUID, sql: str, arguments: Sequence[Any]
) -> list[asyncpg.Record]:
    if held.account_id != account_id:
        await held.driver.execute(SET_ACCOUNT.format(account_id))
        held.account_id = account_id
    records: list[asyncpg.Record] = await held.driver.fetch(sql, *arguments)
    return records
