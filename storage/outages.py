"""Classifies database errors: a transient outage (retry) or a bug (raise)."""

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress
from functools import wraps
from typing import Any, ParamSpec, TypeVar

import asyncpg
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from tenacity import retry, retry_if_exception, wait_exponential

#: SQLSTATE classes of an outage: connection failure, transaction rollback (deadlock), insufficient
#: resources, operator intervention (shutdown, startup, cancelled statement); and the codes of a
#: server that has become read-only, and of a lock that was not granted in time. See
#: https://www.postgresql.org/docs/current/errcodes-appendix.html
OUTAGE_SQLSTATES = ("08", "40", "53", "57", "25006", "55P03")

#: Seconds before the first retry.
FIRST_RETRY_SECONDS = 0.1

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")
Work = Callable[Parameters, Coroutine[Any, Any, Result]]


class CommitOutcomeUnknown(ConnectionError):
    """The connection was lost during a commit: it may or may not have succeeded."""


#: Errors of a connection that is lost or cannot be acquired.
CONNECTION_ERRORS = (OSError, PoolTimeout, asyncpg.InterfaceError, asyncpg.InternalClientError)


def is_outage(error: BaseException) -> bool:
    """Whether a retry can succeed. Raises CancelledError if the task is being cancelled."""
    reraise_if_cancelled(error)
    if isinstance(error, DBAPIError):
        if error.connection_invalidated:
            return True
        error = error.orig or error
    if isinstance(error, CONNECTION_ERRORS):
        return True
    return find_sqlstate(error).startswith(OUTAGE_SQLSTATES)


def find_sqlstate(error: BaseException) -> str:
    """The SQLSTATE of a database error; empty for another error."""
    if isinstance(error, DBAPIError):
        error = error.orig or error
    return str(getattr(error, "sqlstate", None) or "")


def reraise_if_cancelled(error: BaseException) -> None:
    """Raise CancelledError if the current task is being cancelled.

    The cancellation of a statement closes its connection, and the error about that replaces the
    CancelledError. A loop that retried it as an outage could not be cancelled.
    """
    with suppress(RuntimeError):
        task = asyncio.current_task()
        if task is not None and task.cancelling():
            raise asyncio.CancelledError from error


def retry_while_database_down(work: Work[Parameters, Result]) -> Work[Parameters, Result]:
    """Retry after each outage, with growing pauses, until the function returns."""
    retried = retry(
        retry=retry_if_exception(is_outage),
        wait=wait_exponential(multiplier=FIRST_RETRY_SECONDS, max=5),
    )(work)

    @wraps(work)
    async def run(*args: Parameters.args, **options: Parameters.kwargs) -> Result:
        # The first attempt nearly always succeeds, so it runs without the cost of tenacity.
        try:
            return await work(*args, **options)
        except Exception as error:
            if not is_outage(error):
                raise
        await asyncio.sleep(FIRST_RETRY_SECONDS)
        return await retried(*args, **options)

    return run
