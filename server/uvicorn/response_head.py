"""What stands before the body of an answer, looked at and put together once for all alike."""

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from uvicorn.protocols.http.httptools_impl import HEADER_RE, HEADER_VALUE_RE, STATUS_LINE

Header = tuple[bytes, bytes]

#: Those that say how an answer is sent, and whether another may follow it.
FRAMING_HEADERS = frozenset({b"connection", b"content-length", b"transfer-encoding"})


class FallBackToUvicorn(Exception):
    """Not to be sent in one piece with its body, or not at all: uvicorn knows."""


class ResponseHead(NamedTuple):
    text: bytes
    #: Of the body that is to follow.
    length: int


def build_head(status: int, headers: Sequence[Header], defaults: Sequence[Header]) -> ResponseHead:
    """Of an answer that says first how long it is. Raises FallBackToUvicorn."""
    name, length = headers[0] if headers else (b"", b"")
    if name != b"content-length" or not length.isdigit():
        raise FallBackToUvicorn
    begun = status_and_headers(status, (*defaults, *headers[1:]))
    return ResponseHead(b"%bcontent-length: %b\r\n\r\n" % (begun, length), int(length))


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
