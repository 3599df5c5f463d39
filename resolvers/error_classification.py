"""Which exceptions of resolvers clients may see, with which message and code."""

import logging

from services.errors import DomainError
from storage.outages import CommitOutcomeUnknown, is_outage

logger = logging.getLogger(__name__)

UNAVAILABLE = "DATABASE_UNAVAILABLE"
NOTHING_CHANGED = "The database cannot be reached at the moment. Nothing was changed; try again."
OUTCOME_UNKNOWN = (
    "The database went away while this was being kept. It may have been done: look before you try "
    "again."
)


def classify_error(exception: Exception) -> tuple[str, str] | None:
    """Message and code; None for an internal error."""
    if isinstance(exception, DomainError):
        return str(exception), exception.code.name
    if is_outage(exception):
        logger.warning("A request failed: the database cannot be reached: %s", exception)
        is_unknown = isinstance(exception, CommitOutcomeUnknown)
        return (OUTCOME_UNKNOWN if is_unknown else NOTHING_CHANGED), UNAVAILABLE
    return None
