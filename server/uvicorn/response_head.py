"""Response heads: validated and built once for all equal heads. uvicorn does both per response."""

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from uvicorn.protocols.http.httptools_impl import HEADER_RE, HEADER_VALUE_RE, STATUS_LINE

Header = tuple[bytes, bytes]

#: Headers that determine the framing of the response and whether the connection stays open.
FRAMING_HEADERS = frozenset({b"connection", b"content-length", b"transfer-encoding"})


class FallBackToUvicorn(Exception):
    """Control flow: uvicorn's own code must send, or reject, this head."""


class ResponseHead(NamedTuple):
    """An encoded head, and the length of the body that follows."""

    text: bytes
    length: int


def build_head(status: int, headers: Sequence[Header], defaults: Sequence[Header]) -> ResponseHead:
    """The head of a response whose first header is `content-length`. Raises FallBackToUvicorn."""
    name, length = headers[0] if headers else (b"", b"")
    if name != b"content-length" or not length.isdigit():
        raise FallBackToUvicorn
    start = status_and_headers(status, (*defaults, *headers[1:]))
    return ResponseHead(b"%bcontent-length: %b\r\n\r\n" % (start, length), int(length))


@lru_cache(100)
def status_and_headers(status: int, headers: tuple[Header, ...]) -> bytes:
    """Raises FallBackToUvicorn."""
    return b"".join([STATUS_LINE[status], *(header_line(*header) for header in headers)])


def header_line(name: bytes, value: bytes) -> bytes:
    """Raises FallBackToUvicorn."""
    name = name.lower()
    if name in FRAMING_HEADERS or HEADER_RE.search(name) or HEADER_VALUE_RE.search(value):
        raise FallBackToUvicorn
    return b"%b: %b\r\n" % (name, value)
