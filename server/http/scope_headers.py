"""What a request says of itself, read as it lies there."""

from starlette.types import Scope

#: Where the headers are kept by their names, once somebody has asked for one.
HEADERS_BY_NAME = "sessions.headers"


def get_header(scope: Scope, name: bytes) -> bytes | None:
    """The first of that name."""
    by_name: dict[bytes, bytes] | None = scope.get(HEADERS_BY_NAME)
    if by_name is None:
        by_name = scope[HEADERS_BY_NAME] = dict(reversed(scope["headers"]))
    return by_name.get(name)
