"""Headers in the ASGI scope, by name, without building a `Headers` object."""

from starlette.types import Scope

#: Key of the dictionary that the first lookup of a request puts into its scope.
HEADERS_BY_NAME = "sessions.headers"


def get_header(scope: Scope, name: bytes) -> bytes | None:
    """The first header of that name, which must be in lower case."""
    by_name: dict[bytes, bytes] | None = scope.get(HEADERS_BY_NAME)
    if by_name is None:
        by_name = scope[HEADERS_BY_NAME] = dict(reversed(scope["headers"]))
    return by_name.get(name)
