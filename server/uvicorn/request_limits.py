"""Bounds on how a request arrives, for the HTTP protocol."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RequestLimits:
    """Seconds, bytes and numbers."""

    head_bytes: int = 65_536
    head_lines: int = 100
    #: From the first byte of a request to the end of its head.
    head_seconds: float = 10.0
    #: Chunks of a body, or pieces in which it arrives, of less than 128 bytes.
    small_body_parts: int = 2_000
    #: Without a byte of the body.
    body_idle_seconds: float = 30.0
    #: From the first byte of a request to the end of its body.
    body_seconds: float = 60.0
    #: Requests on a connection that wait for the one before them. Reading stops at this number.
    pipelined_requests: int = 16


DEFAULT_LIMITS = RequestLimits()
