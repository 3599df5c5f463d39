"""Top-level errors: coded where the caller can act on them, masked where they are ours."""

import logging
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

from graphql import GraphQLError, GraphQLSyntaxError
from strawberry.extensions import SchemaExtension

from services.errors import DomainError
from services.faults import is_outage

logger = logging.getLogger(__name__)


class Failures(SchemaExtension):
    """Sees each result before it goes out."""

    def on_operation(self) -> Iterator[None]:
        yield
        mend(self.execution_context.result)

    def on_stream_result(self, result: Any) -> Iterator[None]:
        mend(result)
        yield


def mend(result: Any) -> None:
    if errors := getattr(result, "errors", None):
        result.errors = [presentable(error) for error in errors]


def presentable(error: GraphQLError) -> GraphQLError:
    """The error as a client may see it; what is not for clients is logged once, with an id."""
    cause = error.original_error
    if "code" in (error.extensions or {}):
        return error
    if isinstance(cause, DomainError):
        return coded(error, str(cause), cause.code.name)
    if isinstance(error, GraphQLSyntaxError):
        return coded(error, error.message, "GRAPHQL_PARSE_FAILED")
    if cause is None or isinstance(cause, GraphQLError):
        return coded(error, error.message, "GRAPHQL_VALIDATION_FAILED")
    if is_outage(cause):
        logger.warning("A request failed: the database cannot be reached: %s", cause)
        return coded(
            error,
            "The database cannot be reached at the moment. Nothing was changed; try again.",
            "DATABASE_UNAVAILABLE",
        )
    error_id = str(uuid4())
    logger.error("Internal error %s at %s", error_id, error.path, exc_info=cause)
    return coded(
        error, f"Something went wrong on our side (error {error_id}).", "INTERNAL", errorId=error_id
    )


def coded(error: GraphQLError, message: str, code: str, **more: str) -> GraphQLError:
    return GraphQLError(
        message,
        nodes=error.nodes,
        source=error.source,
        positions=error.positions,
        path=error.path,
        extensions={"code": code, **more},
    )
