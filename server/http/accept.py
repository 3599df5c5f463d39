"""Reads headers in which a client weighs alternatives, such as `Accept` and `Accept-Encoding`."""

from collections.abc import Iterator
from functools import lru_cache


def parse_accept(accept: str) -> Iterator[tuple[str, float]]:
    """The alternatives in lower case, and their quality values."""
    for part in accept.split(","):
        name, *parameters = (piece.strip().lower() for piece in part.split(";"))
        yield name, q_value(parameters)


def q_value(parameters: list[str]) -> float:
    for parameter in parameters:
        if parameter.startswith("q="):
            try:
                return float(parameter[2:])
            except ValueError:
                return 0
    return 1


@lru_cache(100)
def parse_media_type(content_type: bytes | None) -> str:
    """The media type of a `Content-Type` header in lower case, without parameters."""
    return (content_type or b"").decode("latin-1").partition(";")[0].strip().lower()
