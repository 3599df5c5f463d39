"""Which exceptions of resolvers clients may see, with which message and code."""

import logging

from execution.protocols import ClientError
from models import ErrorCode
from services.errors import DomainError
from storage.database_problems import find_problem
from storage.outages import CommitOutcomeUnknown, find_sqlstate, is_outage
from storage.read_limits import ReadTimedOut

logger = logging.getLogger(__name__)

READ_TIMED_OUT = "READ_TIMED_OUT"
TOO_SLOW = "The search took too long and was cancelled. Use other words, or narrow the filter."
TOO_BUSY = "Too many searches are running at the moment. Try again."
TOO_SLOW_READ = "Reading took too long and was cancelled. Narrow the filter, or try again."
TOO_COMPLEX = "The request is too complex for the database. Shorten its texts."
#: SQLSTATE class of a statement beyond a limit of Postgres, for example a search with very many
#: operators; and the code of a cancelled statement.
LIMIT_EXCEEDED = "54"
CANCELLED = "57014"

UNAVAILABLE = "DATABASE_UNAVAILABLE"
NOTHING_CHANGED = "The database is unavailable at the moment. Nothing was changed; try again."
OUTCOME_UNKNOWN = (
    "The connection to the database was lost during the commit. The change may have been saved: "
    "check before you try again."
)


def classify_error(exception: Exception) -> ClientError | None:
    """None for an internal error."""
    if isinstance(exception, DomainError):
        field = getattr(exception, "field", None)
        more = {"field": field} if field else {}
        return ClientError(str(exception), exception.code.name, more)
    if isinstance(exception, ReadTimedOut):
        return ClientError(TOO_SLOW if exception.has_run else TOO_BUSY, READ_TIMED_OUT)
    sqlstate = find_sqlstate(exception)
    if sqlstate == CANCELLED:
        return ClientError(TOO_SLOW_READ, READ_TIMED_OUT)
    if sqlstate.startswith(LIMIT_EXCEEDED):
        return ClientError(TOO_COMPLEX, ErrorCode.INVALID_INPUT.name)
    if (problem := find_problem(exception)) is not None:
        return ClientError(problem.message, problem.code)
    if is_outage(exception):
        logger.warning("A request failed: the database is unavailable: %s", exception)
        is_unknown = isinstance(exception, CommitOutcomeUnknown)
        return ClientError(OUTCOME_UNKNOWN if is_unknown else NOTHING_CHANGED, UNAVAILABLE)
    return None
