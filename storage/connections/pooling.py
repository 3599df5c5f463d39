"""Detects a pooler that does not keep a connection for one client."""

from contextlib import AsyncExitStack

import asyncpg
from sqlalchemy import URL

from storage.engine import connect

BACKEND = "SELECT pg_backend_pid()"


class PoolerSharesConnections(Exception):
    """The account of a connection, its locks and its notifications would be those of others."""

    def __init__(self) -> None:
        super().__init__(
            "The pooler in front of PostgreSQL gives a connection to other clients after each "
            "transaction, so one account could read the rows of another. Set `pool_mode = session` "
            "for this database in PgBouncer, or connect directly."
        )


#: A statement that was prepared on one connection and executed on another.
LOST_STATEMENT_ERRORS = (
    asyncpg.InvalidSQLStatementNameError,
    asyncpg.DuplicatePreparedStatementError,
)


async def check_pooling(url: URL) -> None:
    """Raises PoolerSharesConnections.

    Two connections that are open at once have a process of PostgreSQL each, which stays theirs. A
    pooler in transaction mode serves the second one by the process that the first has just used,
    or, if it takes them in turns, the first one by another.
    """
    async with AsyncExitStack() as stack:
        first, second = await connect(url), await connect(url)
        stack.callback(first.terminate)
        stack.callback(second.terminate)
        try:
            before, other, after = [await each.fetchval(BACKEND) for each in (first, second, first)]
        except LOST_STATEMENT_ERRORS:
            raise PoolerSharesConnections from None
    if before != after or before == other:
        raise PoolerSharesConnections
