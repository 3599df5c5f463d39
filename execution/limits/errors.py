from collections.abc import Sequence

from graphql import GraphQLError


class RequestRejected(GraphQLError):
    """The operation is not executed; `code` says why."""

    #: Whether whoever raises it counts it, and logs it once per episode.
    is_counted = False

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message, extensions={"code": code})
        self.code = code


class InvalidDocument(Exception):
    """The document does not fit the schema; `errors` lists the violations."""

    def __init__(self, errors: Sequence[GraphQLError]) -> None:
        super().__init__()
        self.errors = list(errors)
