"""Closes a connection so that the client gets the last response although it is still sending.

A TCP connection that is closed with unread bytes is reset, and the reset can discard a response
that the client has not read. Therefore the server shuts down its half, and discards what still
arrives until the client closes, for a bounded time and number of bytes.
"""

import asyncio
from collections.abc import Callable

#: After these the connection is aborted.
LINGER_SECONDS = 2.0
LINGER_BYTES = 1_000_000


class LingeringProtocol(asyncio.Protocol):
    """Takes the place of a connection's protocol, which learns when the connection is lost."""

    def __init__(
        self,
        transport: asyncio.Transport,
        loop: asyncio.AbstractEventLoop,
        on_lost: Callable[[Exception | None], None],
    ) -> None:
        self._transport = transport
        self._on_lost = on_lost
        self._bytes_left = LINGER_BYTES
        self._timer = loop.call_later(LINGER_SECONDS, transport.abort)

    def data_received(self, data: bytes) -> None:
        self._bytes_left -= len(data)
        if self._bytes_left < 0:
            self._transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        self._timer.cancel()
        self._on_lost(exc)


def close_lingering(
    transport: asyncio.Transport,
    loop: asyncio.AbstractEventLoop,
    response: bytes,
    on_lost: Callable[[Exception | None], None],
) -> None:
    """Send the last response, then close. `on_lost` takes the place of `connection_lost`."""
    transport.write(response)
    transport.set_protocol(LingeringProtocol(transport, loop, on_lost))
    if transport.can_write_eof():
        transport.write_eof()
    transport.resume_reading()
