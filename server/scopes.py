"""What a request says of itself, read as it lies there."""

from starlette.types import Scope


def header(scope: Scope, name: bytes) -> bytes | None:
    """The first of that name."""
    for each, value in scope["headers"]:
        if each == name:
            found: bytes = value
            return found
    return None
