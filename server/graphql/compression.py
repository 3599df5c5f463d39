"""Compresses responses with gzip, for clients that accept it. Event streams are never compressed.

The length of a compressed response depends on its content, which helps who can see lengths and put
texts of their own into responses (BREACH). So each is longer by a random number of bytes, as in
Django; docs/security.md has the other reasons why nothing can be guessed.
"""

import asyncio
import gzip
import io
import secrets
from enum import Enum
from functools import lru_cache

from cross_web import HTTPException
from starlette.responses import Response
from starlette.types import Scope

from server.graphql.fast_path import VARY, RawJSONResponse, accepts_events
from server.http.content_encoding import choose_encodings, refuses_identity
from server.http.guards import get_header

#: The fastest one: twice as fast as the usual level, and a tenth longer for JSON with ids.
LEVEL = 1
#: Bytes from which a thread compresses, outside the interpreter's lock. Fewer take half a
#: millisecond.
THREAD_BYTES = 50_000
#: The longest name in the header of a gzip file, which every client skips.
MAX_PADDING = 100

GZIP = "gzip"
NO_CODING = (
    "The `Accept-Encoding` of the request allows neither an uncompressed response nor gzip. An "
    "event stream is not compressed."
)


class Coding(Enum):
    """The content codings of a response that its client accepts."""

    IDENTITY = "identity"
    GZIP = "gzip"
    #: The client refuses a response as it is.
    ONLY_GZIP = "only gzip"
    NONE = "none"


@lru_cache(200)
def negotiate_coding(accept_encoding: bytes | None) -> Coding:
    """By the `Accept-Encoding` header of the request."""
    header = (accept_encoding or b"").decode("latin-1")
    accepts_gzip = GZIP in choose_encodings(header, [GZIP])
    if refuses_identity(header):
        return Coding.ONLY_GZIP if accepts_gzip else Coding.NONE
    return Coding.GZIP if accepts_gzip else Coding.IDENTITY


def check_coding(coding: Coding, scope: Scope) -> None:
    """Raises HTTPException (406) if no response could have a coding that the client accepts."""
    if coding is Coding.IDENTITY or coding is Coding.GZIP:
        return
    if coding is Coding.NONE or accepts_events(get_header(scope, b"accept")):
        raise HTTPException(406, NO_CODING)


async def compress_response(
    response: Response | RawJSONResponse, coding: Coding, from_bytes: int
) -> None:
    """Compress the body of a response in place, from that size on, for who accepts gzip."""
    if len(response.body) < (0 if coding is Coding.ONLY_GZIP else from_bytes):
        return
    response.body = await compress_body(bytes(response.body))
    if isinstance(response, RawJSONResponse):
        response.encoding = GZIP
    else:
        response.headers["content-encoding"] = GZIP
        response.headers["content-length"] = str(len(response.body))
        response.headers["vary"] = VARY


async def compress_body(body: bytes) -> bytes:
    if len(body) < THREAD_BYTES:
        return gzip_padded(body)
    return await asyncio.to_thread(gzip_padded, body)


def gzip_padded(body: bytes) -> bytes:
    buffer = io.BytesIO()
    name = "x" * secrets.randbelow(MAX_PADDING)
    with gzip.GzipFile(name, "wb", LEVEL, buffer, mtime=0) as file:
        file.write(body)
    return buffer.getvalue()
