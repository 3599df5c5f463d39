"""Masks errors: clients get a code they can act on; internal errors are logged under an id."""

import logging
from collections.abc import Iterator, Sequence
from typing import Any
from uuid import uuid4

from graphql import GraphQLError, GraphQLSyntaxError
from strawberry.exceptions import MissingQueryError
from strawberry.extensions import SchemaExtension
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError

from execution.limits.errors import RequestRejected
from execution.protocols import ErrorClassifier

logger = logging.getLogger(__name__)

#: The request does not select an operation, or selects one that its transport does not allow.
BAD_REQUEST_ERRORS = (MissingQueryError, CannotGetOperationTypeError, InvalidOperationTypeError)


class ErrorMasker:
    """`classify_error` gives the message and code of those exceptions that clients may see."""

    def __init__(self, classify_error: ErrorClassifier) -> None:
        self._classify_error = classify_error

    def mask_result(self, result: Any, *, is_logged: bool = False) -> bool:
        """Mask the errors of a result, and log a rejected request once.

        Returns whether it has been logged by now.
        """
        if not (errors := getattr(result, "errors", None)):
            return is_logged
        result.errors = [self.mask_error(error) for error in errors]
        if is_logged or not is_request_rejected(result):
            return is_logged
        log_rejection(result.errors)
        return True

    def mask_error(self, error: GraphQLError) -> GraphQLError:
        """The error as a client may see it."""
        cause = error.original_error
        if "code" in (error.extensions or {}):
            return error
        if isinstance(cause, BAD_REQUEST_ERRORS):
            message = error.message or "The request contains no query."
            return with_code(error, message, "BAD_REQUEST")
        if isinstance(error, GraphQLSyntaxError):
            return with_code(error, error.message, "GRAPHQL_PARSE_FAILED")
        if cause is None or isinstance(cause, GraphQLError):
            return as_validation_error(error)
        if (known := self._classify_error(cause)) is not None:
            return with_code(error, known.message, known.code, **known.extensions)
        return mask_internal_error(error)


class ErrorMasking(SchemaExtension):
    """Masks each result of a stream."""

    def __init__(self, masker: ErrorMasker) -> None:
        super().__init__()
        self._masker = masker
        self._is_logged = False

    def on_operation(self) -> Iterator[None]:
        yield
        self._mask(self.execution_context.result)

    def on_stream_result(self, result: Any) -> Iterator[None]:
        self._mask(result)
        yield

    def _mask(self, result: Any) -> None:
        # Strawberry passes the results of a stream to both hooks.
        self._is_logged = self._masker.mask_result(result, is_logged=self._is_logged)


def is_request_rejected(result: Any) -> bool:
    """Whether nothing was executed: an error during execution has a path to its field."""
    return result.data is None and not any(error.path for error in result.errors or ())


def log_rejection(errors: Sequence[GraphQLError]) -> None:
    """Logs the codes, and nothing of the request."""
    if all(isinstance(error, RequestRejected) and error.is_counted for error in errors):
        return
    codes = sorted({str((error.extensions or {})["code"]) for error in errors})
    logger.info("Rejected an operation: %s", ", ".join(codes))


def mask_internal_error(error: GraphQLError) -> GraphQLError:
    """Logs the exception with an id, which is all that the client gets."""
    error_id = str(uuid4())
    logger.error("Internal error %s at %s", error_id, error.path, exc_info=error.original_error)
    message = f"Internal server error {error_id}."
    return with_code(error, message, "INTERNAL", errorId=error_id)


def as_validation_error(error: GraphQLError) -> GraphQLError:
    """Also for what a scalar says about a value in the document."""
    return with_code(error, error.message, "GRAPHQL_VALIDATION_FAILED")


def with_code(error: GraphQLError, message: str, code: str, **extensions: str) -> GraphQLError:
    return GraphQLError(
        message,
        nodes=error.nodes,
        source=error.source,
        positions=error.positions,
        path=error.path,
        extensions={"code": code, **extensions},
    )
