"""Telling an outage of the database, which passes, from a mistake of ours, which does not."""

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress
from functools import wraps
from typing import Any, ParamSpec, TypeVar

import asyncpg
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from tenacity import retry, retry_if_exception, wait_exponential

#: Connection failures, transactions that gave way to another (deadlock), insufficient resources,
#: operator intervention (shutdown, starting up, a statement cancelled), and a server that has
#: become read-only.
#: Classes of https://www.postgresql.org/docs/current/errcodes-appendix.html
OUTAGE_SQLSTATES = ("08", "40", "53", "57", "25006")

#: Seconds before the first time it is tried again.
FIRST_RETRY_SECONDS = 0.1

Given = ParamSpec("Given")
Result = TypeVar("Result")
Work = Callable[Given, Coroutine[Any, Any, Result]]


class CommitOutcomeUnknown(ConnectionError):
    """The connection was lost during a commit, which may have come to pass."""


#: What the driver says of a connection that went away beneath it.
CONNECTION_ERRORS = (OSError, PoolTimeout, asyncpg.InterfaceError, asyncpg.InternalClientError)


def is_outage(error: BaseException) -> bool:
    reraise_if_cancelled(error)
    if isinstance(error, DBAPIError):
        if error.connection_invalidated:
            return True
        error = error.orig or error
    if isinstance(error, CONNECTION_ERRORS):
        return True
    return str(getattr(error, "sqlstate", None) or "").startswith(OUTAGE_SQLSTATES)


def reraise_if_cancelled(error: BaseException) -> None:
    """A statement that is cancelled loses its connection, and the error about that hides the
    cancellation: a loop that took it for an outage could not be stopped."""
    with suppress(RuntimeError):
        task = asyncio.current_task()
        if task is not None and task.cancelling():
            raise asyncio.CancelledError from error


def retry_while_database_down(work: Work[Given, Result]) -> Work[Given, Result]:
    """Try again, for as long as it takes."""
    again = retry(
        retry=retry_if_exception(is_outage),
        wait=wait_exponential(multiplier=FIRST_RETRY_SECONDS, max=5),
    )(work)

    @wraps(work)
    async def tried(*args: Given.args, **more: Given.kwargs) -> Result:
        # Nearly always it is there: then it need not cost anything that it might not be.
        try:
            return await work(*args, **more)
        except Exception as error:
            if not is_outage(error):
                raise
        await asyncio.sleep(FIRST_RETRY_SECONDS)
        return await again(*args, **more)

    return tried
