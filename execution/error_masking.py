"""Top-level errors: coded where the caller can act on them, masked where they are ours."""

import logging
from collections.abc import Iterator, Sequence
from typing import Any
from uuid import uuid4

from graphql import GraphQLError, GraphQLSyntaxError
from strawberry.exceptions import MissingQueryError
from strawberry.extensions import SchemaExtension
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError

from services.errors import DomainError
from storage.outages import CommitOutcomeUnknown, is_outage

logger = logging.getLogger(__name__)

#: Requests that do not say which operation is meant, or mean one that is not to be run here.
BAD_REQUEST_ERRORS = (MissingQueryError, CannotGetOperationTypeError, InvalidOperationTypeError)

UNAVAILABLE = "DATABASE_UNAVAILABLE"
AWAY = "The database cannot be reached at the moment. Nothing was changed; try again."
UNCERTAIN = (
    "The database went away while this was being kept. It may have been done: look before you try "
    "again."
)


class ErrorMasking(SchemaExtension):
    """Sees each result of a stream before it goes out."""

    is_logged = False

    def on_operation(self) -> Iterator[None]:
        yield
        self._mask(self.execution_context.result)

    def on_stream_result(self, result: Any) -> Iterator[None]:
        self._mask(result)
        yield

    def _mask(self, result: Any) -> None:
        # What streams is seen twice.
        self.is_logged = mask_errors(result, is_logged=self.is_logged)


def mask_errors(result: Any, *, is_logged: bool = False) -> bool:
    """Make the errors of a result fit to be seen; return whether it has been logged by now that
    nothing was run."""
    if not (errors := getattr(result, "errors", None)):
        return is_logged
    result.errors = [mask_error(error) for error in errors]
    if is_logged or not is_request_rejected(result):
        return is_logged
    log_rejection(result.errors)
    return True


def is_request_rejected(result: Any) -> bool:
    """Whether nothing has been run: what goes wrong later has a path to its field."""
    return result.data is None and not any(error.path for error in result.errors or ())


def log_rejection(errors: Sequence[GraphQLError]) -> None:
    """The reason, and nothing of what was asked."""
    codes = sorted({str((error.extensions or {})["code"]) for error in errors})
    logger.info("Refused an operation: %s", ", ".join(codes))


def mask_error(error: GraphQLError) -> GraphQLError:
    """The error as a client may see it; what is not for clients is logged once, with an id."""
    cause = error.original_error
    if "code" in (error.extensions or {}):
        return error
    if isinstance(cause, BAD_REQUEST_ERRORS):
        return with_code(error, error.message or "There is no query in the request.", "BAD_REQUEST")
    if isinstance(cause, DomainError):
        return with_code(error, str(cause), cause.code.name)
    if isinstance(error, GraphQLSyntaxError):
        return with_code(error, error.message, "GRAPHQL_PARSE_FAILED")
    if cause is None or isinstance(cause, GraphQLError):
        return as_validation_error(error)
    if is_outage(cause):
        logger.warning("A request failed: the database cannot be reached: %s", cause)
        return with_code(
            error, UNCERTAIN if isinstance(cause, CommitOutcomeUnknown) else AWAY, UNAVAILABLE
        )
    error_id = str(uuid4())
    logger.error("Internal error %s at %s", error_id, error.path, exc_info=cause)
    return with_code(
        error, f"Something went wrong on our side (error {error_id}).", "INTERNAL", errorId=error_id
    )


def as_validation_error(error: GraphQLError) -> GraphQLError:
    """Whatever a scalar said about a value that stands in the document."""
    return with_code(error, error.message, "GRAPHQL_VALIDATION_FAILED")


def with_code(error: GraphQLError, message: str, code: str, **more: str) -> GraphQLError:
    return GraphQLError(
        message,
        nodes=error.nodes,
        source=error.source,
        positions=error.positions,
        path=error.path,
        extensions={"code": code, **more},
    )
