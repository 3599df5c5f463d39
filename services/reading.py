"""Reads without the ORM: one statement, in a transaction of its own that may change nothing.

The rights are those of every other transaction: see `services.tenancy`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

import asyncpg
from sqlalchemy.ext.asyncio import AsyncEngine

from services import connections
from services.statements import Read

Row = TypeVar("Row")

BEGIN = f"BEGIN ISOLATION LEVEL READ COMMITTED READ ONLY; {connections.RIGHTS}"


@dataclass(frozen=True, slots=True)
class Reading:
    """Reads with the rights of `role` in one account, on connections of the engine's pool."""

    engine: AsyncEngine
    role: str
    account_id: UUID

    async def rows(self, read: Read[Row], /, **given: Any) -> list[Row]:
        return read.rows(await self.records(read, given))

    async def dicts(self, read: Read[Any], /, **given: Any) -> list[dict[str, Any]]:
        return read.dicts(await self.records(read, given))

    async def first(self, read: Read[Any], /, **given: Any) -> Any:
        """The first of the first row."""
        return (await self.records(read, given))[0][0]

    async def records(self, read: Read[Any], given: dict[str, Any]) -> list[asyncpg.Record]:
        arguments = read.arguments(given)
        pooled = await connections.connected(self.engine)
        try:
            records = await fetched(pooled.driver_connection, self, read.sql, arguments)
        except BaseException as error:
            await connections.given_up(pooled, error)
            raise
        pooled.close()
        return records


async def fetched(
    driver: Any, reading: Reading, sql: str, arguments: Sequence[Any]
) -> list[asyncpg.Record]:
    await driver.execute(BEGIN.format(reading.role, reading.account_id))
    records: list[asyncpg.Record] = await driver.fetch(sql, *arguments)
    await driver.execute(connections.END)
    return records
