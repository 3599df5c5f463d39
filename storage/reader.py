"""Reads without the ORM and without a transaction: each query is one statement, one round trip.

The connection has the role of requests, and is read-only outside transactions. It keeps the account
of the last read: see docs/adr/0025.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

import asyncpg
from sqlalchemy.ext.asyncio import AsyncEngine

from storage.pool import PooledConnection, acquire_connection, release_failed
from storage.read_limits import SearchSlots
from storage.statements import Query, Statement

Row = TypeVar("Row")

SET_ACCOUNT = "SET sessions.account_id = '{}'"


@dataclass(frozen=True, slots=True)
class Reader:
    """Runs queries in one account. The values of their parameters are keyword arguments.

    A search waits for one of the `searches`. Raises ReadTimedOut for a search that takes too long,
    asyncpg's QueryCanceledError for another read.
    """

    engine: AsyncEngine
    account_id: UUID
    searches: SearchSlots

    async def fetch_rows(self, query: Query[Row], /, **values: Any) -> list[Row]:
        return query.map_rows(await self.fetch_records(query, values))

    async def fetch_dicts(self, query: Query[Any], /, **values: Any) -> list[dict[str, Any]]:
        return query.map_dicts(await self.fetch_records(query, values))

    async def fetch_value(self, query: Query[Any], /, **values: Any) -> Any:
        """The first value of the first row. Raises IndexError if there is no row."""
        return (await self.fetch_records(query, values))[0][0]

    async def fetch_records(
        self, query: Query[Any], values: Mapping[str, Any]
    ) -> list[asyncpg.Record]:
        if not query.is_search:
            return await self._fetch(query, values)
        async with self.searches.hold(self.account_id):
            return await self._fetch(query, values)

    async def _fetch(self, query: Query[Any], values: Mapping[str, Any]) -> list[asyncpg.Record]:
        try:
            return await fetch_in_account(self.engine, self.account_id, query, values)
        except asyncpg.QueryCanceledError:
            self.searches.record_timeout()
            raise


async def fetch_in_account(
    engine: AsyncEngine, account_id: UUID, statement: Statement, values: Mapping[str, Any]
) -> list[asyncpg.Record]:
    """Run a statement that sees the rows of one account, on a connection of the pool."""
    arguments = statement.arguments(values)
    connection = await acquire_connection(engine)
    try:
        records = await fetch_as_account(connection, account_id, statement.sql, arguments)
    except BaseException as error:
        await release_failed(connection, error)
        raise
    connection.release()
    return records


async def fetch_as_account(
    connection: PooledConnection, account_id: UUID, sql: str, arguments: Sequence[Any]
) -> list[asyncpg.Record]:
    """Run a statement that sees the rows of one account."""
    if connection.account_id != account_id:
        await connection.driver.execute(SET_ACCOUNT.format(account_id))
        connection.account_id = account_id
    records: list[asyncpg.Record] = await connection.driver.fetch(sql, *arguments)
    return records
