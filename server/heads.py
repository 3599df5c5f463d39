"""What stands before the body of an answer, put together of lines that are looked at once."""

from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from uvicorn.protocols.http.httptools_impl import HEADER_RE, HEADER_VALUE_RE, STATUS_LINE

#: Those that say how an answer is sent, and whether another may follow it.
GOVERNING = frozenset({b"connection", b"content-length", b"transfer-encoding"})


class Unusual(Exception):
    """Not to be sent in one piece with its body, or not at all: uvicorn knows."""


class Head(NamedTuple):
    text: bytes
    #: Of the body that is to follow.
    length: int


def head_of(status: int, headers: Iterable[tuple[bytes, bytes]]) -> Head:
    """Raises Unusual, also for an answer that does not say how long it is."""
    lines, length = [STATUS_LINE[status]], None
    for name, value in headers:
        if name != b"content-length":
            lines.append(line(name, value))
        elif length is None and value.isdigit():
            length = int(value)
        else:
            raise Unusual
    if length is None:
        raise Unusual
    lines.append(b"content-length: %d\r\n\r\n" % length)
    return Head(b"".join(lines), length)


@lru_cache(1000)
def line(name: bytes, value: bytes) -> bytes:
    """Raises Unusual."""
    name = name.lower()
    if name in GOVERNING or HEADER_RE.search(name) or HEADER_VALUE_RE.search(value):
        raise Unusual
    return b"%b: %b\r\n" % (name, value)
