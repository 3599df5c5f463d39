"""Connections of the pool, used without SQLAlchemy: taken, and given back as they were."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from typing import Any, cast

import asyncpg
from sqlalchemy.ext.asyncio import AsyncEngine

from storage.outages import LOST
from storage.pool import Held, Pool
from storage.statements import Statement

END = "ROLLBACK"


async def taken(engine: AsyncEngine) -> Held:
    """One of the pool's, and none that was lost while nobody used it."""
    pool = cast("Pool", engine.pool)
    return pool.at_hand() or await asked_for(engine)


async def asked_for(engine: AsyncEngine) -> Held:
    while True:
        pool = cast("Pool", engine.pool)
        proxied = await engine.raw_connection()
        held = Held(pool, proxied, proxied.driver_connection)
        if not held.driver.is_closed():
            return held
        held.drop()


@asynccontextmanager
async def borrowed(engine: AsyncEngine) -> AsyncGenerator[Any]:
    """The driver's connection, for statements that need no transaction around them."""
    held = await taken(engine)
    try:
        yield held.driver
    except BaseException as error:
        await given_up(held, error)
        raise
    held.give_back()


async def run(driver: Any, statement: Statement, given: dict[str, Any]) -> list[asyncpg.Record]:
    return await sent(driver, statement.sql, statement.arguments(given))


async def sent(driver: Any, sql: str, arguments: Sequence[Any]) -> list[asyncpg.Record]:
    """What a statement gives."""
    records: list[asyncpg.Record] = await driver.fetch(sql, *arguments)
    return records


async def given_up(held: Held, error: BaseException) -> None:
    """Of a transaction nothing is left that the next one to use it could see; otherwise it goes."""
    if isinstance(error, asyncpg.PostgresError):
        without_row(error)
    is_whole = False
    try:
        is_whole = leaves_it_whole(error) and await ended(held.driver)
    finally:
        if is_whole:
            held.give_back()
        else:
            held.drop()


def leaves_it_whole(error: BaseException) -> bool:
    """Not where the driver itself is in doubt, or somebody has stopped waiting for a statement."""
    return isinstance(error, Exception) and not isinstance(error, LOST)


async def ended(driver: Any) -> bool:
    """Whether the transaction has been; a connection that is lost cannot say so."""
    try:
        await driver.execute(END)
    except (asyncpg.PostgresError, *LOST):
        return False
    return True


def without_row(error: asyncpg.PostgresError) -> None:
    """What Postgres refuses it quotes; errors are logged, and people's words not."""
    error.detail = None
    error.args = tuple(
        arg.partition("\nDETAIL:")[0] if isinstance(arg, str) else arg for arg in error.args
    )
