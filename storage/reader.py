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
from storage.pool import Held
from storage.statements import Read

Row = TypeVar("Row")

ENTER = "SET sessions.account_id = '{}'"


@dataclass(frozen=True, slots=True)
class Reading:
    """Reads in one account, on connections of the engine's pool."""

    engine: AsyncEngine
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
        held = await connections.taken(self.engine)
        try:
            records = await fetched(held, self.account_id, read.sql, arguments)
        except BaseException as error:
            await connections.given_up(held, error)
            raise
        held.give_back()
        return records


async def fetched(
    held: Held, account_id: UUID, sql: str, arguments: Sequence[Any]
) -> list[asyncpg.Record]:
    if held.account_id != account_id:
        await held.driver.execute(ENTER.format(account_id))
        held.account_id = account_id
    records: list[asyncpg.Record] = await held.driver.fetch(sql, *arguments)
    return records
