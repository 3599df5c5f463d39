"""Which exceptions of resolvers clients may see, with which message and code."""

import logging

from services.errors import DomainError
from storage.outages import CommitOutcomeUnknown, is_outage

logger = logging.getLogger(__name__)

UNAVAILABLE = "DATABASE_UNAVAILABLE"
NOTHING_CHANGED = "The database is unavailable at the moment. Nothing was changed; try again."
OUTCOME_UNKNOWN = (
    "The connection to the database was lost during the commit. The change may have been saved: "
    "check before you try again."
)


def classify_error(exception: Exception) -> tuple[str, str] | None:
    """Message and code; None for an internal error."""
    if isinstance(exception, DomainError):
        return str(exception), exception.code.name
    if is_outage(exception):
        logger.warning("A request failed: the database is unavailable: %s", exception)
        is_unknown = isinstance(exception, CommitOutcomeUnknown)
        return (OUTCOME_UNKNOWN if is_unknown else NOTHING_CHANGED), UNAVAILABLE
    return None
